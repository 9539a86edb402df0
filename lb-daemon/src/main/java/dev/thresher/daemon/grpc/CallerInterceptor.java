// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import javax.net.ssl.SSLSession;

/** Finds out who calls, from what the connection proved, and never from what the call says. */
final class CallerInterceptor implements ServerInterceptor {
    private static final Caller NOBODY = new Caller("nobody", Role.NONE);

    private final UserNames users = new UserNames();
    private final CertificateCallers certified;

    /** @param certified who calls over TLS */
    CallerInterceptor(CertificateCallers certified) {
        this.certified = certified;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        Context context = caller(call.getAttributes()).in(Context.current());
        return Contexts.interceptCall(context, call, headers, next);
    }

    private Caller caller(Attributes connection) {
        UnixPeer peer = connection.get(UnixPeer.KEY);
        if (peer != null) {
            // Whom the socket's mode lets in may do everything.
            return new Caller(users.describe(peer.uid()), Role.ADMIN);
        }
        SSLSession session = connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        return session == null ? NOBODY : certified.caller(session);
    }
}
