// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Optional;

/** Refuses what the {@link Caller} may not do. It sees each request, for what one needs may depend on what it asks for. */
final class Authorization implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        Caller caller = Caller.current();
        String method = call.getMethodDescriptor().getFullMethodName();
        return new SimpleForwardingServerCallListener<Q>(next.startCall(call, headers)) {
            private boolean refused;

            @Override
            public void onMessage(Q request) {
                Optional<String> refusal = refused ? Optional.empty() : refusal(method, request, caller);
                if (refusal.isPresent()) {
                    refused = true;
                    call.close(Status.PERMISSION_DENIED.withDescription(refusal.get()), new Metadata());
                } else if (!refused) {
                    super.onMessage(request);
                }
            }

            @Override
            public void onHalfClose() {
                // The service would complain that there was no request, on a call that is closed.
                if (!refused) {
                    super.onHalfClose();
                }
            }
        };
    }

    private static Optional<String> refusal(String method, Object request, Caller caller) {
        Optional<Role> needed = Permissions.needed(method, request);
        if (needed.isEmpty()) {
            return Optional.of(
                    method + " is for nobody: it is not known which role it needs. This is a bug of the daemon");
        }
        if (caller.role().includes(needed.get())) {
            return Optional.empty();
        }
        return Optional.of("this " + method.substring(method.lastIndexOf('/') + 1) + " needs the role " + needed.get()
                + ", and " + caller.name() + " has "
                + (caller.role() == Role.NONE ? "no role" : "the role " + caller.role()));
    }
}
