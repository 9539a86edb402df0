// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import io.grpc.util.CertificateUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

/** Certificates and private keys in PEM files, and what may be wrong with them, by the setting that names the file. */
final class PemFiles {
    private static final String PKCS8 = "-----BEGIN PRIVATE KEY-----";

    private PemFiles() {}

    /** All certificates of a file, at least one. */
    static X509Certificate[] certificates(String setting, Path file) throws TlsFileException {
        try {
            X509Certificate[] certificates = CertificateUtils.getX509Certificates(bytes(setting, file));
            if (certificates.length == 0) {
                throw new TlsFileException(setting, file + " holds no certificate");
            }
            return certificates;
        } catch (CertificateException e) {
            throw new TlsFileException(setting, file + " holds no certificates in PEM form: " + e.getMessage(), e);
        }
    }

    static PrivateKey privateKey(String setting, Path file) throws TlsFileException {
        InputStream bytes = bytes(setting, file);
        try {
            if (!new String(bytes.readAllBytes(), StandardCharsets.US_ASCII).contains(PKCS8)) {
                throw new TlsFileException(
                        setting,
                        file + " holds no \"" + PKCS8 + "\". To convert a key: openssl pkcs8 -topk8 -nocrypt -in "
                                + file);
            }
            bytes.reset();
            return CertificateUtils.getPrivateKey(bytes);
        } catch (GeneralSecurityException e) {
            throw new TlsFileException(setting, file + " holds a key that is neither RSA nor EC, or broken", e);
        } catch (TlsFileException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw new TlsFileException(setting, file + " holds a broken key: " + e.getMessage(), e);
        }
    }

    /** Whether a private key is that of a certificate's public key. */
    static boolean match(PrivateKey key, PublicKey certified) {
        if (!key.getAlgorithm().equals(certified.getAlgorithm())) {
            return false;
        }
        try {
            byte[] message = {1, 2, 3};
            Signature signature =
                    Signature.getInstance(key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
            signature.initSign(key);
            signature.update(message);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(message);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static InputStream bytes(String setting, Path file) throws TlsFileException {
        try {
            return new ByteArrayInputStream(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new TlsFileException(setting, file + " does not exist", e);
        } catch (AccessDeniedException e) {
            throw new TlsFileException(setting, file + " must not be read by the daemon: permission denied", e);
        } catch (IOException e) {
            throw new TlsFileException(setting, file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
