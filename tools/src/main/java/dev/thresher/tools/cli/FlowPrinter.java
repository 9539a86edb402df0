// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.stream.JsonWriter;
import dev.thresher.api.v1.Flow;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** Prints flows as they come in: there may be too many to hold. */
interface FlowPrinter {
    void print(List<Flow> flows);

    /** There are no more, or no more that were asked for. */
    void end(boolean truncated);

    /** A row for each. What has a fixed width comes first; the rest is as wide as in the first rows. */
    final class Rows implements FlowPrinter {
        private final PrintWriter out;
        private String format = "";

        Rows(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void print(List<Flow> flows) {
            if (flows.isEmpty()) {
                return;
            }
            if (format.isEmpty()) {
                int vip = flows.stream()
                        .mapToInt(flow -> flow.getVip().length())
                        .max()
                        .orElse(0);
                int real = flows.stream()
                        .mapToInt(flow -> flow.getReal().length())
                        .max()
                        .orElse(0);
                format = "%-11s  %7s  %9s  %-5s  %-" + Math.max(1, vip) + "s  %-" + Math.max(1, real) + "s  %s";
                line(
                        "STATE",
                        "AGE",
                        "BUCKET",
                        "PLACE",
                        "VIP",
                        "REAL",
                        flows.get(0).hasClient() ? "CLIENT" : "");
            }
            for (Flow flow : flows) {
                line(
                        JsonView.text(flow.getState().getValueDescriptor()),
                        Figures.age(flow.getAge()),
                        flow.getBucket(),
                        flow.getPlace(),
                        flow.getVip(),
                        flow.getReal(),
                        flow.getClient());
            }
        }

        @Override
        public void end(boolean truncated) {
            if (format.isEmpty()) {
                out.println("No such flows.");
            }
        }

        private void line(Object... cells) {
            out.println(String.format(format, cells).stripTrailing());
        }
    }

    /** One object, which says at its end whether there were more. */
    final class Json implements FlowPrinter {
        private final Gson gson =
                new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
        private final JsonWriter json;
        private final PrintWriter out;
        private boolean begun;

        Json(PrintWriter out) {
            this.out = out;
            json = new JsonWriter(out);
            json.setIndent("  ");
        }

        @Override
        public void print(List<Flow> flows) {
            try {
                begin();
                flows.forEach(flow -> gson.toJson(JsonView.object(flow), json));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void end(boolean truncated) {
            try {
                begin();
                json.endArray().name("truncated").value(truncated).endObject().flush();
                out.println();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void begin() throws IOException {
            if (!begun) {
                begun = true;
                json.beginObject().name("flows").beginArray();
            }
        }
    }
}
