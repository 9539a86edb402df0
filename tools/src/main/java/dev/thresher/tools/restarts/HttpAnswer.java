// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;

/**
 * What an HTTP/1.1 server answered on a connection that it then closed.
 *
 * @param status such as 200
 * @param real the header X-Real: the real server that says so; empty if nobody does
 */
record HttpAnswer(int status, String real, String body) {
    private static final String HEAD_END = "\r\n\r\n";
    private static final String REAL = "x-real:";

    /** Reads up to the end of the stream. An answer that is no whole one is an error. */
    static HttpAnswer read(InputStream in) throws IOException {
        String all = new String(in.readAllBytes(), ISO_8859_1);
        int end = all.indexOf(HEAD_END);
        if (end < 0) {
            throw new IOException(all.isEmpty() ? "closed without an answer" : "the answer ends within its head");
        }
        List<String> head = all.substring(0, end).lines().toList();
        String[] words = head.get(0).split(" ", 3);
        if (words.length < 2 || !words[1].matches("\\d{3}")) {
            throw new IOException("not HTTP: " + head.get(0));
        }
        String real = head.stream()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(REAL))
                .map(line -> line.substring(REAL.length()).strip())
                .findFirst()
                .orElse("");
        return new HttpAnswer(Integer.parseInt(words[1]), real, all.substring(end + HEAD_END.length()));
    }
}
