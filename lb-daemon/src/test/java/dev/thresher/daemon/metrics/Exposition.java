// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.metrics;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A strict reader of Prometheus' text format: every sample belongs to the family above it, and no series is there twice. */
public final class Exposition {
    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final String LABEL = "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\"";
    private static final Pattern HELP = Pattern.compile("# HELP (" + NAME + ") .+");
    private static final Pattern TYPE = Pattern.compile("# TYPE (" + NAME + ") (counter|gauge|summary|histogram)");
    private static final Pattern SAMPLE =
            Pattern.compile("((" + NAME + ")(?:\\{" + LABEL + "(?:," + LABEL + ")*})?) (\\S+)");

    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, Double> values = new HashMap<>();

    private Exposition() {}

    public static Exposition parse(String text) {
        Exposition exposition = new Exposition();
        if (!text.endsWith("\n")) {
            throw new AssertionError("the last line has no end");
        }
        String family = "";
        for (String line : text.split("\n", 0)) {
            Matcher type = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (type.matches()) {
                family = type.group(1);
                exposition.addFamily(family, type.group(2));
            } else if (sample.matches()) {
                exposition.addSample(family, sample);
            } else if (!HELP.matcher(line).matches()) {
                throw new AssertionError("not in the format: " + line);
            }
        }
        return exposition;
    }

    private void addFamily(String name, String type) {
        if (types.put(name, type) != null) {
            throw new AssertionError("family twice: " + name);
        }
        if (type.equals("counter") != name.endsWith("_total")) {
            throw new AssertionError("a counter's name ends in _total, and no other: " + name + " " + type);
        }
    }

    private void addSample(String family, Matcher sample) {
        String name = sample.group(2);
        String type = types.get(family);
        boolean part = "summary".equals(type) && (name.equals(family + "_sum") || name.equals(family + "_count"));
        if (!name.equals(family) && !part) {
            throw new AssertionError(name + " stands below " + family);
        }
        if (values.put(sample.group(1), Double.parseDouble(sample.group(3))) != null) {
            throw new AssertionError("series twice: " + sample.group(1));
        }
    }

    public Set<String> families() {
        return types.keySet();
    }

    /** The value of a series, with its labels in the order of their names, as it is written. */
    public double value(String series) {
        Double value = values.get(series);
        if (value == null) {
            throw new AssertionError("no " + series + " in " + values.keySet());
        }
        return value;
    }
}
