// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import com.google.common.annotations.VisibleForTesting;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Writes a line for each call that changes something, or would have: who, from where, what, and what became of it. It goes
 * around the {@link Authorization}, so that it sees what is refused, and by the same table, so that no method is forgotten.
 */
final class Audit implements ServerInterceptor {
    /** The logger has no other lines. */
    static final String LOGGER = "audit";

    private static final int MOST_CHARACTERS = 1000;

    private final Consumer<String> log;

    Audit() {
        this(LoggerFactory.getLogger(LOGGER)::info);
    }

    @VisibleForTesting
    Audit(Consumer<String> log) {
        this.log = log;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        Entry<Q, R> entry = new Entry<>(call, Caller.current());
        return new SimpleForwardingServerCallListener<Q>(next.startCall(entry, headers)) {
            @Override
            public void onMessage(Q request) {
                entry.asksFor(request);
                super.onMessage(request);
            }

            @Override
            public void onCancel() {
                entry.end("unknown", "the caller went away before the answer; the history tells whether it was made");
                super.onCancel();
            }
        };
    }

    /** The line of one call, which is written once, at its end. */
    private final class Entry<Q, R> extends SimpleForwardingServerCall<Q, R> {
        private final Caller caller;
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile @Nullable String what;
        private volatile @Nullable Object revision;

        Entry(ServerCall<Q, R> call, Caller caller) {
            super(call);
            this.caller = caller;
        }

        void asksFor(Q request) {
            String method = getMethodDescriptor().getFullMethodName();
            // What is not known is taken for a change.
            if (Permissions.needed(method, request).orElse(Role.ADMIN) != Role.READ) {
                what = ChangeWords.of(request);
            }
        }

        @Override
        public void sendMessage(R response) {
            if (response instanceof Message message) {
                FieldDescriptor field = message.getDescriptorForType().findFieldByName("revision");
                revision = field == null ? null : message.getField(field);
            }
            super.sendMessage(response);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (status.isOk()) {
                end("done", null);
            } else {
                end(status.getCode().name(), status.getDescription());
            }
            super.close(status, trailers);
        }

        void end(String outcome, @Nullable String reason) {
            String asked = what;
            if (asked == null || !ended.compareAndSet(false, true)) {
                return;
            }
            StringBuilder line = new StringBuilder();
            add(line, "who", caller.name());
            add(line, "role", caller.role());
            add(line, "from", origin());
            add(line, "method", getMethodDescriptor().getFullMethodName());
            add(line, "what", asked);
            add(line, "outcome", outcome);
            if (reason != null) {
                add(line, "reason", reason);
            }
            Object made = revision;
            if (made != null) {
                add(line, "revision", made);
            }
            log.accept(line.toString());
        }

        private String origin() {
            UnixPeer peer = getAttributes().get(UnixPeer.KEY);
            if (peer != null) {
                return "pid " + peer.pid();
            }
            SocketAddress address = getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
            return address == null ? "unknown" : address.toString().replaceFirst("^/", "");
        }
    }

    /** Values come from callers: none may look like a line or a field of its own. */
    private static void add(StringBuilder line, String field, Object value) {
        String text = value.toString();
        line.append(line.isEmpty() ? "" : " ").append(field).append("=\"");
        text.codePoints().limit(MOST_CHARACTERS).forEach(c -> {
            if (c == '"' || c == '\\') {
                line.append('\\').appendCodePoint(c);
            } else if (isPrintable(c)) {
                line.appendCodePoint(c);
            } else {
                line.append("\\u{%x}".formatted(c));
            }
        });
        line.append(text.length() > MOST_CHARACTERS ? "…\"" : "\"");
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
