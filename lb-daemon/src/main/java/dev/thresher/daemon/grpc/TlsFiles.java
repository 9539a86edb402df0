// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.config.TlsListener;
import dev.thresher.daemon.revision.FileWatch;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the API's TLS port needs from files, read again when they change. A change makes a new context, so that no session
 * from before can be resumed; connections that are open go on.
 */
final class TlsFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);

    private static final String SECTION = "thresher.api.tls.";
    private static final String CERTIFICATE = SECTION + "certificate";
    private static final String KEY = SECTION + "key";
    private static final String CLIENT_CA = SECTION + "client-ca";

    private final TlsListener settings;
    private final FileWatch watch = new FileWatch();
    private volatile Loaded loaded;

    /** @param ends when the first certificate of the chain to do so ends */
    private record Loaded(SslContext context, Instant ends) {}

    private TlsFiles(TlsListener settings) throws TlsFileException {
        this.settings = settings;
        List<Path> files = List.of(settings.certificate(), settings.key(), settings.clientCa());
        watch.afterReading(files);
        watch.beforeReading();
        loaded = read(settings);
        watch.afterReading(files);
    }

    /** @throws TlsFileException if one of the files cannot be used */
    static TlsFiles open(TlsListener settings) throws TlsFileException {
        return new TlsFiles(settings);
    }

    /** For the next connection. */
    SslContext context() {
        return loaded.context;
    }

    /** When the certificate that is in use ends, or one of those that it hangs on. */
    Instant ends() {
        return loaded.ends;
    }

    /** Reads the files again if they have changed. What cannot be used is logged once, and what was good stays in use. */
    void look() {
        if (!watch.hasSettledChange()) {
            return;
        }
        watch.beforeReading();
        try {
            loaded = read(settings);
            LOG.info("Read the certificates of the API on {} again", settings.listen());
        } catch (TlsFileException e) {
            LOG.error("{}: {}; the certificates from before stay in use", e.key(), e.getMessage());
        } catch (RuntimeException e) {
            // Thrown further it would end the looking.
            LOG.error("Cannot read the certificates of the API again; those from before stay in use", e);
        }
    }

    private static Loaded read(TlsListener settings) throws TlsFileException {
        X509Certificate[] chain = PemFiles.certificates(CERTIFICATE, settings.certificate());
        PrivateKey key = PemFiles.privateKey(KEY, settings.key());
        if (!PemFiles.match(key, chain[0].getPublicKey())) {
            throw new TlsFileException(
                    KEY, settings.key() + " is not the key of the first certificate in " + settings.certificate());
        }
        X509Certificate[] authorities = PemFiles.certificates(CLIENT_CA, settings.clientCa());
        SslContextBuilder builder = SslContextBuilder.forServer(key, chain)
                .trustManager(authorities)
                .clientAuth(ClientAuth.REQUIRE)
                .protocols("TLSv1.3", "TLSv1.2");
        try {
            return new Loaded(
                    GrpcSslContexts.configure(builder, SslProvider.JDK).build(), earliestEnd(chain));
        } catch (SSLException e) {
            throw new TlsFileException(CERTIFICATE, "TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static Instant earliestEnd(X509Certificate[] chain) {
        return Stream.of(chain)
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Comparator.naturalOrder())
                .orElse(Instant.MAX);
    }
}
