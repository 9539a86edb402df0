// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a probe's TLS is set up.
 *
 * @param serverName the name that is asked for (SNI) and that the certificate has to be for; null for the HTTP host if
 *     that is a name, else none is sent and the certificate has to be for the destination's address
 * @param verify whether the certificate is checked
 * @param ca a file of the certificates that are trusted, in PEM; null for those that the JVM trusts
 * @param expiryWarning a success carries a warning when the certificate ends sooner than this; zero for never
 */
public record TlsSettings(
        @Nullable String serverName,
        boolean verify,
        @Nullable Path ca,
        Duration expiryWarning) {
    public static final TlsSettings DEFAULT = new TlsSettings(null, true, null, Duration.ofDays(14));

    public TlsSettings {
        Require.that(!expiryWarning.isNegative(), "the expiry warning must not be negative, like " + expiryWarning);
    }
}
