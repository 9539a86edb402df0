// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.protobuf.Timestamp;
import dev.thresher.api.v1.HealthChange;
import dev.thresher.api.v1.HealthEvent;
import dev.thresher.api.v1.HealthState;
import dev.thresher.api.v1.Serving;
import dev.thresher.api.v1.ServingEvent;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;

/** Prints events of health, each on a line. */
interface HealthEvents {
    void print(HealthEvent event);

    /** For scripts. */
    static HealthEvents json(PrintWriter out) {
        Gson gson = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
        return event -> out.println(gson.toJson(JsonView.object(event)));
    }

    /** For people: {@code 2026-03-01T12:00:09Z 203.0.113.10:80/tcp 10.0.0.2 up -> DOWN: connection refused, 3 of 3 failed}. */
    static HealthEvents lines(PrintWriter out, Ansi ansi) {
        return event -> out.println(
                event.hasServing()
                        ? serving(event.getVip(), event.getServing(), ansi)
                        : at(event.getMember().getChange().getAt()) + " " + event.getVip() + " "
                                + event.getMember().getReal() + " "
                                + change(event.getMember().getChange(), ansi));
    }

    /** {@code up -> DOWN: connection refused, 3 of 3 failed}. */
    static String change(HealthChange change, Ansi ansi) {
        return JsonView.text(change.getFrom().getValueDescriptor()) + " -> " + state(change.getTo(), ansi) + ": "
                + Printable.line(change.getReason());
    }

    /** {@code 2026-03-01T12:00:09.123Z}. */
    static String at(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos())
                .truncatedTo(ChronoUnit.MILLIS)
                .toString();
    }

    private static String serving(String vip, ServingEvent event, Ansi ansi) {
        String to = text(event.getTo()).toUpperCase(Locale.ROOT);
        Style style = event.getTo() == Serving.SERVING_NORMAL ? Style.fg_green : Style.fg_red;
        return at(event.getAt()) + " " + vip + " " + text(event.getFrom()) + " -> " + HealthTable.paint(ansi, style, to)
                + ": served by pool " + event.getPool();
    }

    private static String state(HealthState state, Ansi ansi) {
        String text = JsonView.text(state.getValueDescriptor()).toUpperCase(Locale.ROOT);
        return HealthTable.paint(ansi, HealthTable.style(state), text);
    }

    private static String text(Serving serving) {
        return JsonView.text(serving.getValueDescriptor());
    }
}
