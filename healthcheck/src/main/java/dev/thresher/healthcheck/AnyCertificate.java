// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.net.Socket;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trusts every server, for checks with {@code verify = false}: they ask whether TLS works, not with whom. */
final class AnyCertificate extends X509ExtendedTrustManager {
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String algorithm) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String algorithm, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String algorithm, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String algorithm) {
        throw new UnsupportedOperationException("a probe is no server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String algorithm, Socket socket) {
        throw new UnsupportedOperationException("a probe is no server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String algorithm, SSLEngine engine) {
        throw new UnsupportedOperationException("a probe is no server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
