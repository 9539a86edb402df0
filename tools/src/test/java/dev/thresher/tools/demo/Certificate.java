// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import dev.thresher.tools.lab.Shell;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/** A key and a certificate that it signed itself, made by the JDK's keytool. */
record Certificate(PrivateKey key, X509Certificate certificate) {
    private static final String NAME = "lab";
    private static final String PASSWORD = "not a secret";

    static Certificate make(Path directory) throws IOException, GeneralSecurityException {
        Path store = directory.resolve("keys.p12");
        Shell.run(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                NAME,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + NAME,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream stream = Files.newInputStream(store)) {
            keys.load(stream, PASSWORD.toCharArray());
        }
        return new Certificate(
                (PrivateKey) keys.getKey(NAME, PASSWORD.toCharArray()), (X509Certificate) keys.getCertificate(NAME));
    }
}
