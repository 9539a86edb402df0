// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.thresher.config.RoleNames;
import dev.thresher.config.TlsListener;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TlsFilesTest {
    @TempDir
    Path dir;

    private TestAuthority authority;
    private TlsListener settings;

    @BeforeEach
    void writeFiles() throws Exception {
        authority = new TestAuthority();
        settings = authority.listener(dir, new RoleNames(List.of(), List.of(), List.of("chief")));
    }

    private void assertRefused(String key, String message) {
        TlsFileException e = assertThrows(TlsFileException.class, () -> TlsFiles.open(settings));
        assertEquals("thresher.api.tls." + key + ": " + message, e.key() + ": " + e.getMessage());
    }

    /** A change counts once it has stayed for a look. */
    private static void lookTwice(TlsFiles files) {
        files.look();
        files.look();
    }

    @Test
    void newFiles_areTakenOnceTheyAreWritten() throws Exception {
        TlsFiles files = TlsFiles.open(settings);
        SslContext before = files.context();
        lookTwice(files);
        assertSame(before, files.context());

        TestAuthority.writeServer(settings, authority.server());
        files.look();
        assertSame(before, files.context());
        files.look();
        assertNotSame(before, files.context());
    }

    @Test
    void theEnd_isThatOfTheCertificateInUse() throws Exception {
        Instant end = Instant.now().truncatedTo(ChronoUnit.SECONDS).plus(Duration.ofDays(3));
        TestAuthority.writeServer(
                settings, authority.issue(how -> how.subject("CN=soon").notAfter(end)));
        TlsFiles files = TlsFiles.open(settings);
        assertEquals(end, files.ends());

        TestAuthority.writeServer(
                settings, authority.issue(how -> how.subject("CN=later").notAfter(end.plusSeconds(60))));
        lookTwice(files);
        assertEquals(end.plusSeconds(60), files.ends());
    }

    @Test
    void newFilesThatCannotBeUsed_changeNothingUntilTheyAreMended() throws Exception {
        TlsFiles files = TlsFiles.open(settings);
        SslContext before = files.context();
        Files.writeString(settings.certificate(), "half a certi");
        lookTwice(files);
        assertSame(before, files.context());
        Files.delete(settings.clientCa());
        lookTwice(files);
        assertSame(before, files.context());

        authority.listener(dir, settings.roles());
        lookTwice(files);
        assertNotSame(before, files.context());
    }

    @Test
    void aFileThatIsMissing_isNamed() throws Exception {
        Files.delete(settings.clientCa());
        assertRefused("client-ca", settings.clientCa() + " does not exist");
        Files.delete(settings.key());
        assertRefused("key", settings.key() + " does not exist");
        Files.delete(settings.certificate());
        assertRefused("certificate", settings.certificate() + " does not exist");
    }

    @Test
    void aFileThatIsNoFile_isNamed() throws Exception {
        Files.delete(settings.key());
        Files.createDirectory(settings.key());
        assertRefused("key", settings.key() + " cannot be read: Is a directory");
    }

    @Test
    void theKeyOfAnotherCertificate_isRefused() throws Exception {
        Files.writeString(settings.key(), authority.server().getPrivateKeyPEM());
        assertRefused("key", settings.key() + " is not the key of the first certificate in " + settings.certificate());
    }

    @Test
    void aKeyInAnotherForm_isRefusedWithTheCommandThatConvertsIt() throws Exception {
        Files.writeString(settings.key(), "-----BEGIN EC PRIVATE KEY-----\n");
        assertRefused(
                "key",
                settings.key() + " holds no \"-----BEGIN PRIVATE KEY-----\". To convert a key: openssl pkcs8 -topk8 "
                        + "-nocrypt -in " + settings.key());
    }

    @Test
    void aFileWithoutCertificates_isRefused() throws Exception {
        Files.writeString(settings.clientCa(), "");
        assertRefused("client-ca", settings.clientCa() + " holds no certificate");
    }
}
