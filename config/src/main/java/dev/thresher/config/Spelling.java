// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody meant to write. */
final class Spelling {
    private Spelling() {}

    /** {@code ; did you mean `interval`?}, or nothing if no known word is near. */
    static String hint(String word, Collection<String> known) {
        return nearest(word, known).map(Spelling::ask).orElse("");
    }

    static String ask(String match) {
        return "; did you mean `" + match + "`?";
    }

    /**
     * The known word with the fewest typing errors between it and this one, at most one in three letters; else one that
     * contains it or is contained in it, as {@code proto} is in {@code protocol}.
     */
    static Optional<String> nearest(String word, Collection<String> known) {
        String plain = plain(word);
        Comparator<String> byDistance = Comparator.comparingInt((String candidate) -> distance(plain, plain(candidate)))
                .thenComparing(Comparator.naturalOrder());
        return known.stream()
                .filter(candidate -> isTypo(plain, plain(candidate)))
                .min(byDistance)
                .or(() -> known.stream()
                        .filter(candidate -> isPart(plain, plain(candidate)) || isPart(plain(candidate), plain))
                        .min(byDistance));
    }

    private static boolean isTypo(String word, String candidate) {
        return distance(word, candidate) <= Math.max(1, Math.max(word.length(), candidate.length()) / 3);
    }

    private static boolean isPart(String part, String whole) {
        return part.length() >= 3 && whole.contains(part);
    }

    /** Spellings that differ in case and separators only are the same word: {@code gatewayMac}, {@code gateway_mac}. */
    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replaceAll("[-_. ]", "");
    }

    /**
     * Optimal string alignment: the insertions, deletions, substitutions and swaps of neighbours that turn one word into
     * the other, no letter edited twice.
     */
    static int distance(String a, String b) {
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    edits[i][j] = i + j;
                    continue;
                }
                int substitution = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                edits[i][j] =
                        Math.min(edits[i - 1][j - 1] + substitution, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
                }
            }
        }
        return edits[a.length()][b.length()];
    }
}
