// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in a few words why TLS failed: the reason is deep inside Java's exceptions. */
final class TlsFailure {
    private TlsFailure() {}

    /** Ends {@code attempt} with the reason. */
    static void tell(Throwable failure, Attempt attempt) {
        String reason = reason(failure);
        if (reason == null) {
            attempt.fail(failure);
        } else {
            attempt.finish(ProbeResult.failed(reason));
        }
    }

    /** Null if it was not TLS that failed but the connection. */
    private static @Nullable String reason(Throwable failure) {
        String best = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = text(cause);
            best = text == null ? best : text;
        }
        return best;
    }

    /** The inner an exception, the more it knows. */
    private static @Nullable String text(Throwable cause) {
        if (cause instanceof CertificateExpiredException) {
            return "the certificate has expired (" + cause.getMessage() + ")";
        } else if (cause instanceof CertificateNotYetValidException) {
            return "the certificate is not valid yet (" + cause.getMessage() + ")";
        } else if (cause instanceof CertPathBuilderException) {
            return "the certificate is not signed by an authority that is trusted";
        } else if (cause instanceof CertificateException) {
            return "the certificate is not accepted: " + cause.getMessage();
        } else if (cause instanceof NotSslRecordException) {
            return "the answer is not TLS";
        } else if (cause instanceof SSLException && !(cause.getCause() instanceof IOException)) {
            return "TLS failed: " + cause.getMessage();
        }
        return null;
    }
}
