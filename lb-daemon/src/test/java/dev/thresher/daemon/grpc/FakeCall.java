// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.function.Consumer;

/** A call without a connection, which tells how it was closed. */
final class FakeCall<Q, R> extends ServerCall<Q, R> {
    private final MethodDescriptor<Q, R> method;
    private final Consumer<Status> closed;

    FakeCall(MethodDescriptor<Q, R> method, Consumer<Status> closed) {
        this.method = method;
        this.closed = closed;
    }

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(R message) {}

    @Override
    public void close(Status status, Metadata trailers) {
        closed.accept(status);
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public Attributes getAttributes() {
        return Attributes.newBuilder().set(UnixPeer.KEY, new UnixPeer(0, 4711)).build();
    }

    @Override
    public MethodDescriptor<Q, R> getMethodDescriptor() {
        return method;
    }
}
