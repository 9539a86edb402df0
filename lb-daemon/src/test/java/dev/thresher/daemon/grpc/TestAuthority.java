// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.config.ListenAddress;
import dev.thresher.config.RoleNames;
import dev.thresher.config.TlsListener;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;

/** An authority of our own, and what it gives out. */
final class TestAuthority {
    private final X509Bundle authority;

    TestAuthority() throws Exception {
        authority = new CertificateBuilder()
                .ecp256()
                .subject("CN=test authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    String pem() {
        return authority.getCertificatePEM();
    }

    X509Bundle bundle() {
        return authority;
    }

    X509Bundle server() throws Exception {
        return issue(
                builder -> builder.subject("CN=lb1").addSanDnsName("localhost").addSanIpAddress("127.0.0.1"));
    }

    X509Bundle client(String commonName) throws Exception {
        return issue(builder -> builder.subject("CN=" + commonName + ",O=example"));
    }

    X509Bundle issue(UnaryOperator<CertificateBuilder> how) throws Exception {
        Instant now = Instant.now();
        CertificateBuilder builder = new CertificateBuilder()
                .ecp256()
                .notBefore(now.minus(Duration.ofDays(100)))
                .notAfter(now.plus(Duration.ofDays(1)));
        return how.apply(builder).buildIssuedBy(authority);
    }

    /** Writes the files of a listener on a free port of the loopback interface, which takes this authority's clients. */
    TlsListener listener(Path directory, RoleNames roles) throws Exception {
        TlsListener listener = new TlsListener(
                new ListenAddress(InetAddress.getLoopbackAddress(), 0),
                directory.resolve("server.pem"),
                directory.resolve("server.key"),
                directory.resolve("clients.pem"),
                roles);
        writeServer(listener, server());
        Files.writeString(listener.clientCa(), pem());
        return listener;
    }

    static void writeServer(TlsListener listener, X509Bundle server) throws IOException {
        Files.writeString(listener.certificate(), server.getCertificatePathPEM());
        Files.writeString(listener.key(), server.getPrivateKeyPEM());
    }
}
