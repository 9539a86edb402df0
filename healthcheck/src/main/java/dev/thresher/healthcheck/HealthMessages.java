// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * The two messages of grpc.health.v1, each behind gRPC's prefix of five bytes. Two fields are too little for generated code
 * and the library behind it.
 *
 * <pre>message HealthCheckRequest { string service = 1; }  message HealthCheckResponse { ServingStatus status = 1; }</pre>
 */
final class HealthMessages {
    /** No answer is longer than this. */
    static final int MAX_BYTES = 4096;

    private static final int PREFIX_BYTES = 5;
    private static final int FIELD = 1;
    private static final int SERVING = 1;
    private static final String[] STATUSES = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};

    private HealthMessages() {}

    static byte[] request(String service) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(message);
        try {
            if (!service.isEmpty()) {
                out.writeString(FIELD, service);
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // Memory does not fail.
        }
        return ByteBuffer.allocate(PREFIX_BYTES + message.size())
                .put((byte) 0) // not compressed
                .putInt(message.size())
                .put(message.toByteArray())
                .array();
    }

    /** What a complete answer says. */
    static ProbeResult judge(ByteBuf answer) {
        byte[] bytes = ByteBufUtil.getBytes(answer);
        boolean whole = bytes.length >= PREFIX_BYTES
                && bytes[0] == 0
                && ByteBuffer.wrap(bytes).getInt(1) == bytes.length - PREFIX_BYTES;
        if (!whole) {
            return ProbeResult.failed("malformed gRPC answer");
        }
        try {
            int status = status(CodedInputStream.newInstance(bytes, PREFIX_BYTES, bytes.length - PREFIX_BYTES));
            String name = status >= 0 && status < STATUSES.length ? STATUSES[status] : Integer.toString(status);
            return status == SERVING
                    ? ProbeResult.passed("gRPC " + name)
                    : ProbeResult.failed("gRPC " + name + ", expected SERVING");
        } catch (IOException e) {
            return ProbeResult.failed("malformed gRPC answer");
        }
    }

    private static int status(CodedInputStream in) throws IOException {
        int status = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == (FIELD << 3 | WireFormat.WIRETYPE_VARINT)) {
                status = in.readEnum();
            } else {
                in.skipField(tag);
            }
        }
        return status;
    }
}
