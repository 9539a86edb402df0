// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.config.RoleNames;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Who calls over TLS: the highest role that one of the names in the client's certificate has. */
final class CertificateCallers {
    private final Map<String, Role> roles = new HashMap<>();
    private final InstantSource clock;

    CertificateCallers(RoleNames names, InstantSource clock) {
        this.clock = clock;
        give(names.read(), Role.READ);
        give(names.operate(), Role.OPERATE);
        give(names.admin(), Role.ADMIN);
    }

    private void give(List<String> names, Role role) {
        names.forEach(name -> roles.put(name, role));
    }

    Caller caller(SSLSession session) {
        X509Certificate certificate;
        try {
            certificate = (X509Certificate) session.getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException e) {
            // No connection gets here without one; if it does, it may do nothing.
            return new Caller("a client without certificate", Role.NONE);
        }
        List<String> names = CertificateNames.of(certificate);
        String name = names.stream()
                .max(Comparator.comparing(this::role))
                .orElse(certificate.getSubjectX500Principal().getName());
        // The handshake has checked the time, but a connection may live longer than its certificate.
        Instant end = certificate.getNotAfter().toInstant();
        return end.isBefore(clock.instant())
                ? new Caller(name + " (certificate expired " + end + ")", Role.NONE)
                : new Caller(name, names.isEmpty() ? Role.NONE : role(name));
    }

    private Role role(String name) {
        return roles.getOrDefault(name, Role.NONE);
    }
}
