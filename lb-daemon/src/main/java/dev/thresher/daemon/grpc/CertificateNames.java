// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * What a certificate calls its owner: the URIs, DNS names and e-mail addresses of its subject alternative names (RFC 5280,
 * section 4.2.1.6), and only if there is none of these, the common name of its subject.
 */
final class CertificateNames {
    private static final int EMAIL = 1;
    private static final int DNS = 2;
    private static final int URI = 6;

    private CertificateNames() {}

    /** In this order: URIs, DNS names in lower case, e-mail addresses; or the common name; or nothing. */
    static List<String> of(X509Certificate certificate) {
        List<String> alternatives = Stream.of(URI, DNS, EMAIL)
                .flatMap(kind -> alternatives(certificate, kind))
                .toList();
        return alternatives.isEmpty() ? commonName(certificate).stream().toList() : alternatives;
    }

    private static Stream<String> alternatives(X509Certificate certificate, int kind) {
        Collection<List<?>> all;
        try {
            all = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            // The handshake has parsed it.
            throw new IllegalStateException(e);
        }
        return all == null
                ? Stream.empty()
                : all.stream()
                        .filter(name -> name.get(0).equals(kind))
                        .map(name -> (String) name.get(1))
                        .map(name -> kind == DNS ? name.toLowerCase(Locale.ROOT) : name);
    }

    /** The most specific one. */
    private static Optional<String> commonName(X509Certificate certificate) {
        try {
            return new LdapName(certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(Rdn::getValue)
                            .filter(String.class::isInstance)
                            .map(String.class::cast)
                            .reduce((general, specific) -> specific);
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }
}
