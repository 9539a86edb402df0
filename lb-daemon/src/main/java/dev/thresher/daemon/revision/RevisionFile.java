// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import com.google.common.hash.Hashing;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import dev.thresher.config.Document;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.stream.Collectors;

/**
 * The file of a revision: a configuration that can be used as it is, under a header of comments. A line of the header is
 * HOCON behind the {@value #MARK}.
 */
final class RevisionFile {
    private static final String MARK = "# ";
    private static final String DIGEST = "digest";
    private static final String END_OF_HEADER = "\n\n";

    private RevisionFile() {}

    static String text(Revision revision, Document document) {
        String hocon = document.render();
        return """
            // Revision %1$d of the configuration of Thresher, kept by the daemon. To have it in force again:
            //     thresher rollback %1$d
            # number = %1$d
            # at = %2$s
            # who = %3$s
            # how = %4$s
            # comment = %5$s
            # elements = [%6$s]
            # digest = %7$s

            %8$s\
            """.formatted(
                        revision.number(),
                        quote(revision.at().toString()),
                        quote(revision.who()),
                        quote(revision.how()),
                        quote(revision.comment()),
                        revision.elements().stream().map(RevisionFile::quote).collect(Collectors.joining(", ")),
                        digest(hocon),
                        hocon);
    }

    private static String quote(String text) {
        return ConfigUtil.quoteString(text);
    }

    /** What tells one configuration from another. */
    static String digest(Document document) {
        return digest(document.render());
    }

    private static String digest(String hocon) {
        return Hashing.sha256().hashString(hocon, StandardCharsets.UTF_8).toString();
    }

    /** The digest of the configuration in a file, if that is complete. */
    static String digest(Path file) throws IOException {
        if (!isIntact(file)) {
            throw new IOException(file + " is not as the daemon wrote it");
        }
        return digest(read(file).hocon());
    }

    /** Whether the configuration in a file is the one that the daemon wrote. */
    static boolean isIntact(Path file) throws IOException {
        Config header = parse(file);
        return header.hasPath(DIGEST) && digest(read(file).hocon()).equals(header.getString(DIGEST));
    }

    static Revision header(Path file) throws IOException {
        Config header = parse(file);
        try {
            return new Revision(
                    header.getLong("number"),
                    Instant.parse(header.getString("at")),
                    header.getString("who"),
                    header.getString("how"),
                    header.getString("comment"),
                    header.getStringList("elements"));
        } catch (ConfigException | DateTimeException e) {
            throw new IOException("the header of " + file + " is not as the daemon wrote it: " + e.getMessage(), e);
        }
    }

    static Past.Text read(Path file) throws IOException {
        String text = Files.readString(file);
        return new Past.Text(header(file), text.substring(text.indexOf(END_OF_HEADER) + END_OF_HEADER.length()));
    }

    private static Config parse(Path file) throws IOException {
        StringBuilder header = new StringBuilder();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            for (String line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
                if (line.startsWith(MARK)) {
                    header.append(line, MARK.length(), line.length()).append('\n');
                }
            }
        }
        try {
            return ConfigFactory.parseString(header.toString());
        } catch (ConfigException e) {
            throw new IOException("the header of " + file + " is not as the daemon wrote it: " + e.getMessage(), e);
        }
    }
}
