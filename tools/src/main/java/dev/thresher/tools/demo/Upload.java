// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import dev.thresher.tools.lab.Lab;
import dev.thresher.tools.lab.LabException;
import dev.thresher.tools.lab.RealServer;
import dev.thresher.tools.lab.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** A large file, sent through the load balancer in full-size packets, has to arrive whole. */
final class Upload {
    private static final int BYTES = 30_000_000;
    private static final String FILE = "upload.bin";
    private static final String HEADER = "X-Real:";
    private static final int SHOWN_DIGITS = 12;

    private final Lab lab;
    private final Path source;

    Upload(Lab lab) {
        this.lab = lab;
        this.source = lab.files().directory().resolve(FILE);
    }

    void prepare() throws IOException {
        byte[] content = new byte[BYTES];
        new Random(1).nextBytes(content);
        Files.write(source, content);
    }

    Check check(String name, String url) throws IOException {
        long start = System.nanoTime();
        Shell.Result curl =
                Shell.attempt("", lab.topology().client().namespace().command(command(url)));
        double seconds = (System.nanoTime() - start) / 1e9;
        String wanted = sha256(source);
        String expected = "sha256 " + wanted.substring(0, SHOWN_DIGITS) + "…";
        if (curl.exit() != 0) {
            return new Check(
                    name,
                    false,
                    "curl: exit status " + curl.exit() + " " + curl.err().strip(),
                    expected);
        }
        RealServer receiver = receiver(curl.out());
        Path arrived = receiver.uploaded(FILE);
        String got = sha256(arrived);
        Files.delete(arrived);
        String value = String.format(
                Locale.ROOT, "sha256 %s…, %.0f MB in %.1f s", got.substring(0, SHOWN_DIGITS), BYTES / 1e6, seconds);
        return new Check(name, got.equals(wanted), value, expected);
    }

    private List<String> command(String url) {
        return List.of(
                "curl",
                "--silent",
                "--show-error",
                "--fail",
                "--globoff",
                "--max-time",
                "60",
                "--upload-file",
                source.toString(),
                "--include",
                url + "upload/" + FILE);
    }

    private RealServer receiver(String headers) {
        String name = headers.lines()
                .filter(line -> line.regionMatches(true, 0, HEADER, 0, HEADER.length()))
                .map(line -> line.substring(HEADER.length()).strip())
                .findFirst()
                .orElse("");
        return lab.realServers().stream()
                .filter(real -> real.host().name().equals(name))
                .findAny()
                .orElseThrow(
                        () -> new LabException("the upload was answered by '" + name + "', which is no real server"));
    }

    private static String sha256(Path file) throws IOException {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new LabException("this Java has no SHA-256", e);
        }
    }
}
