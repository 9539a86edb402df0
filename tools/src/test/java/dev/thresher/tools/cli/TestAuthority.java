// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;

/** An authority of our own, which writes what it gives out into a directory: {@code NAME.pem} and {@code NAME.key}. */
final class TestAuthority {
    private final Path directory;
    private final X509Bundle authority;

    TestAuthority(Path directory) throws Exception {
        this.directory = directory;
        this.authority = new CertificateBuilder()
                .ecp256()
                .subject("CN=authority of " + directory.getFileName())
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Files.writeString(ca(), authority.getCertificatePEM());
    }

    Path ca() {
        return directory.resolve("ca.pem");
    }

    Path certificate(String name) {
        return directory.resolve(name + ".pem");
    }

    Path key(String name) {
        return directory.resolve(name + ".key");
    }

    /** For a client. */
    TestAuthority issue(String name) throws Exception {
        return issue(name, builder -> builder);
    }

    TestAuthority issue(String name, UnaryOperator<CertificateBuilder> how) throws Exception {
        Instant now = Instant.now();
        CertificateBuilder builder = new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .notBefore(now.minus(Duration.ofDays(100)))
                .notAfter(now.plus(Duration.ofDays(1)));
        X509Bundle issued = how.apply(builder).buildIssuedBy(authority);
        Files.writeString(certificate(name), issued.getCertificatePathPEM());
        Files.writeString(key(name), issued.getPrivateKeyPEM());
        return this;
    }
}
