// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Files in PEM form by which this command and a daemon know each other.
 *
 * @param certificate the command's own, and those between it and its authority's
 * @param key the private key of it
 * @param ca authorities that the daemon's certificate may come from
 */
record TlsIdentity(Path certificate, Path key, Path ca) {
    /** @throws CommandFailure if one of the files cannot be used */
    SslContextBuilder client() {
        check("--cert", certificate);
        check("--key", key);
        check("--ca", ca);
        SslContextBuilder builder = SslContextBuilder.forClient();
        try {
            builder.trustManager(ca.toFile());
        } catch (IllegalArgumentException e) {
            throw noCertificate("--ca", ca);
        }
        try {
            return builder.keyManager(certificate.toFile(), key.toFile());
        } catch (IllegalArgumentException e) {
            // The path is in netty's message too, so only its beginning tells the files apart.
            throw String.valueOf(e.getMessage()).startsWith("File does not contain valid certificates")
                    ? noCertificate("--cert", certificate)
                    : CommandFailure.invalid("--key: " + key + " holds no private key in PEM form (PKCS #8) without a "
                            + "password.\nTo convert one: openssl pkcs8 -topk8 -nocrypt -in " + key);
        }
    }

    private static CommandFailure noCertificate(String option, Path file) {
        return CommandFailure.invalid(option + ": " + file + " holds no certificate in PEM form");
    }

    private static void check(String option, Path file) {
        if (Files.notExists(file)) {
            throw CommandFailure.invalid(option + ": " + file + " does not exist");
        }
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw CommandFailure.invalid(option + ": " + file
                    + (Files.isDirectory(file) ? " is a directory" : " must not be read by you: permission denied"));
        }
    }
}
