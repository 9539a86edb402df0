// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The HTTP statuses that count as healthy.
 *
 * @param ranges at least one
 */
public record StatusRanges(List<Range> ranges) {
    /** Any 2xx. */
    public static final StatusRanges SUCCESS = new StatusRanges(List.of(new Range(200, 299)));

    private static final Pattern RANGE = Pattern.compile("\\d{3}(-\\d{3})?");

    public StatusRanges {
        ranges = List.copyOf(ranges);
        Require.that(!ranges.isEmpty(), "at least one HTTP status must be expected");
    }

    /**
     * Reads {@code 200-299,301}.
     *
     * @throws IllegalArgumentException if the text is anything else, or a status is outside 100 to 599
     */
    public static StatusRanges parse(String text) {
        List<String> parts = Stream.of(text.split(",", -1)).map(String::strip).toList();
        Require.that(
                parts.stream().allMatch(part -> RANGE.matcher(part).matches()),
                "\"" + text + "\" is not a list of HTTP statuses such as \"200-299,301\"");
        return new StatusRanges(parts.stream().map(Range::parse).toList());
    }

    /** Whether a response with this status is healthy. */
    public boolean contains(int status) {
        return ranges.stream().anyMatch(range -> status >= range.first && status <= range.last);
    }

    /** {@code 200-299,301}. */
    @Override
    public String toString() {
        return ranges.stream().map(Range::toString).collect(Collectors.joining(","));
    }

    /**
     * A run of statuses, both ends included.
     *
     * @param first 100 to 599
     * @param last from {@code first} to 599
     */
    public record Range(int first, int last) {
        public Range {
            Require.inRange("an HTTP status", first, 100, 599);
            Require.inRange("an HTTP status", last, 100, 599);
            Require.that(first <= last, first + "-" + last + " is not a range of HTTP statuses: it runs backwards");
        }

        private static Range parse(String text) {
            int dash = text.indexOf('-');
            return dash < 0
                    ? new Range(Integer.parseInt(text), Integer.parseInt(text))
                    : new Range(Integer.parseInt(text.substring(0, dash)), Integer.parseInt(text.substring(dash + 1)));
        }

        @Override
        public String toString() {
            return first == last ? Integer.toString(first) : first + "-" + last;
        }
    }
}
