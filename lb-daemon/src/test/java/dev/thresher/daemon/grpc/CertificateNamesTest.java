// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.pkitesting.CertificateBuilder;
import java.net.URI;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class CertificateNamesTest {
    private static List<String> names(UnaryOperator<CertificateBuilder> how) throws Exception {
        return CertificateNames.of(new TestAuthority().issue(how).getCertificate());
    }

    @Test
    void alternativeNames_comeInTheirOrder_insteadOfTheCommonName() throws Exception {
        assertEquals(
                List.of("spiffe://Example/jane", "jane.example", "Jane@example"),
                names(builder -> builder.subject("CN=root")
                        .addSanRfc822Name("Jane@example")
                        .addSanDnsName("Jane.Example")
                        .addSanUriName(URI.create("spiffe://Example/jane"))));
    }

    @Test
    void theCommonName_countsIfNoAlternativeNameDoes() throws Exception {
        assertEquals(
                List.of("jane"),
                names(builder -> builder.subject("CN=jane,OU=ops,O=example").addSanIpAddress("127.0.0.1")));
        assertEquals(List.of("jane"), names(builder -> builder.subject("CN=jane,CN=people,DC=example")));
    }

    @Test
    void aCommonNameWithACommaInIt_isOne() throws Exception {
        assertEquals(List.of("Doe, CN=root"), names(builder -> builder.subject("CN=Doe\\, CN\\=root")));
    }

    @Test
    void aSubjectWithoutCommonName_hasNoName() throws Exception {
        assertEquals(List.of(), names(builder -> builder.subject("O=example")));
    }
}
