// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.TlsSettings;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** An authority of our own, and servers with certificates of all sorts. */
final class Certificates {
    static final String NAME = "web.example";

    private final X509Bundle authority;
    private final Path file;

    Certificates(Path directory) throws Exception {
        authority = new CertificateBuilder()
                .ecp256()
                .subject("CN=test authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        file = write(directory, authority);
    }

    private static Path write(Path directory, X509Bundle bundle) throws IOException {
        return Files.writeString(directory.resolve("ca.pem"), bundle.getCertificatePEM());
    }

    /** A server whose certificate is for {@link #NAME} and 127.0.0.1, and ends after {@code left}. */
    SslContext server(Duration left) throws Exception {
        return context(issue(left));
    }

    /** The same certificate, its key before it, in a file for a server that reads such. */
    Path serverFile(Path directory, String name, Duration left) throws Exception {
        X509Bundle bundle = issue(left);
        return Files.writeString(
                directory.resolve(name), bundle.getPrivateKeyPEM() + "\n" + bundle.getCertificatePathPEM());
    }

    private X509Bundle issue(Duration left) throws Exception {
        Instant now = Instant.now();
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + NAME)
                .addSanDnsName(NAME)
                .addSanIpAddress("127.0.0.1")
                .notBefore(now.minus(Duration.ofDays(100)))
                .notAfter(now.plus(left))
                .buildIssuedBy(authority);
    }

    private static SslContext context(X509Bundle bundle) throws SSLException {
        return SslContextBuilder.forServer(bundle.getKeyPair().getPrivate(), bundle.getCertificatePath())
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        "h2",
                        "http/1.1"))
                .build();
    }

    /** Trusts the authority. */
    TlsSettings settings(@Nullable String serverName) {
        return new TlsSettings(serverName, true, file, Duration.ofDays(14));
    }

    static TlsSettings unverified() {
        return new TlsSettings(null, false, null, Duration.ofDays(14));
    }
}
