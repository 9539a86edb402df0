// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.TlsSettings;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What TLS connections are made with, kept because it is costly to make. Thread-safe. */
final class TlsContexts {
    private static final String VERIFY_HOST = "HTTPS";

    private final Map<Key, Entry> contexts = new ConcurrentHashMap<>();

    private record Key(TlsSettings settings, boolean http2) {}

    /** @param caTime when the file of trusted certificates was written; null without one */
    private record Entry(SslContext context, @Nullable FileTime caTime) {}

    /** One that is there and depends on no file that could have changed meanwhile; null for none. Reads nothing. */
    @Nullable
    SslContext known(TlsSettings settings, boolean http2) {
        Entry entry = settings.ca() == null ? contexts.get(new Key(settings, http2)) : null;
        return entry == null ? null : entry.context;
    }

    /**
     * Reads files, which may block.
     *
     * @param http2 whether to ask for HTTP/2 (ALPN)
     * @throws UnableToProbeException if the trusted certificates cannot be read
     */
    SslContext of(TlsSettings settings, boolean http2) {
        Key key = new Key(settings, http2);
        FileTime caTime = timeOf(settings.ca());
        Entry entry = contexts.get(key);
        if (entry == null || (caTime != null && !caTime.equals(entry.caTime))) {
            entry = new Entry(build(settings, http2), caTime);
            contexts.put(key, entry);
        }
        return entry.context;
    }

    private static @Nullable FileTime timeOf(@Nullable Path ca) {
        try {
            return ca == null ? null : Files.getLastModifiedTime(ca);
        } catch (IOException e) {
            throw new UnableToProbeException("the trusted certificates cannot be read: " + e, e);
        }
    }

    private static SslContext build(TlsSettings settings, boolean http2) {
        SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
        if (!settings.verify()) {
            builder.trustManager(new AnyCertificate()).endpointIdentificationAlgorithm(null);
        } else {
            builder.endpointIdentificationAlgorithm(VERIFY_HOST);
        }
        if (http2) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    "h2"));
        }
        try {
            if (settings.verify() && settings.ca() != null) {
                builder.trustManager(settings.ca().toFile());
            }
            SslContext context = builder.build();
            // A resumed session would not look at the certificate again.
            context.sessionContext().setSessionCacheSize(1);
            return context;
        } catch (SSLException | IllegalArgumentException e) {
            throw new UnableToProbeException("TLS cannot be set up with " + settings + ": " + e.getMessage(), e);
        }
    }
}
