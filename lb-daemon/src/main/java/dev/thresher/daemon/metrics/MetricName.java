// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.metrics;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Locale;

/** Every metric of the daemon's own. A test compares {@code docs/metrics.md} with it. */
enum MetricName {
    BUILD_INFO(Kind.GAUGE, "Always 1; the labels say what runs.", "version", "instance", "interface", "xdp_mode"),
    WARNINGS(Kind.GAUGE, "Warnings that thresher status shows."),

    PACKETS(Kind.COUNTER, "Packets by what was done with them.", "verdict"),
    DROPPED_PACKETS(Kind.COUNTER, "Packets that were dropped, by the reason.", "reason"),
    EVENTS(Kind.COUNTER, "What else happened to packets and flows.", "event"),

    VIP_DROPPED_PACKETS(
            Kind.COUNTER,
            "Packets for a VIP that were dropped; reasons that did not occur are left out.",
            "vip",
            "reason"),
    VIP_MEMBERS(Kind.GAUGE, "Real servers of a VIP, those of fallback pools included.", "vip"),
    VIP_MEMBERS_UP(Kind.GAUGE, "Those of them that are fit to serve.", "vip"),
    VIP_MODE(Kind.GAUGE, "Always 1; the label says how the VIP is served now.", "vip", "mode"),

    MEMBER_PACKETS(Kind.COUNTER, "Packets that were sent to a real server for a VIP.", "vip", "real"),
    MEMBER_BYTES(Kind.COUNTER, "Bytes of those packets, without link header and encapsulation.", "vip", "real"),
    MEMBER_NEW_FLOWS(Kind.COUNTER, "Flows that were assigned to it.", "vip", "real"),
    MEMBER_WEIGHT(Kind.GAUGE, "The weight that is configured.", "vip", "real"),
    MEMBER_EFFECTIVE_WEIGHT(Kind.GAUGE, "The weight that it has now; 0 when it gets no new flows.", "vip", "real"),
    MEMBER_STATE(Kind.GAUGE, "Always 1; the label says what its health is.", "vip", "real", "state"),
    MEMBER_PROBE_AGE_SECONDS(Kind.GAUGE, "Age of its newest probe; absent before the first.", "vip", "real"),
    MEMBER_PROBE_STALE(Kind.GAUGE, "1 if that is older than it should be.", "vip", "real"),

    PROBES(Kind.COUNTER, "Probes that have ended."),
    PROBES_WAITING(Kind.GAUGE, "Targets whose turn it is, and that wait for others' probes to end."),
    CHECKER_RESTARTED_CHECKS(Kind.COUNTER, "Checks that were stuck and restarted."),
    CHECKER_RESTARTED_THREADS(Kind.COUNTER, "Times that the checker's thread was stuck and replaced."),
    CHECKER_PAUSES(Kind.COUNTER, "Pauses of this host or process during which no probe counted."),
    CHECKER_LONGEST_PAUSE_SECONDS(Kind.GAUGE, "The longest of them."),
    CHECKER_SILENCE_SECONDS(Kind.GAUGE, "Time since the checker's thread gave a sign of life."),

    FLOWS(Kind.GAUGE, "Entries of the connection table, counted in parts during the last minute.", "state"),
    CAPACITY_USED(Kind.GAUGE, "How many of what a setting limits there are.", "setting"),
    CAPACITY_LIMIT(Kind.GAUGE, "For how many there is room.", "setting"),

    CONFIG_REVISION(Kind.GAUGE, "Number of the configuration in force."),
    CONFIG_REVISION_TIMESTAMP_SECONDS(Kind.GAUGE, "When it came into force."),
    CONFIG_INVALID_SINCE_TIMESTAMP_SECONDS(
            Kind.GAUGE,
            "Since when the files have not counted because of what is wrong with them; absent while they do."),
    CONFIG_PROBLEMS(Kind.GAUGE, "What is wrong with the files as they are now; they do not count while it is not 0."),
    API_CERTIFICATE_END_TIMESTAMP_SECONDS(
            Kind.GAUGE, "When the certificate of the TLS port ends; absent without such a port."),
    NEXT_HOPS_UNRESOLVED(Kind.GAUGE, "Real servers to which the kernel knows no way.");

    enum Kind {
        COUNTER,
        GAUGE
    }

    private final Kind kind;
    private final String help;
    private final ImmutableList<String> labels;

    MetricName(Kind kind, String help, String... labels) {
        this.kind = kind;
        this.help = help;
        this.labels = ImmutableList.copyOf(labels);
    }

    Kind kind() {
        return kind;
    }

    String help() {
        return help;
    }

    List<String> labels() {
        return labels;
    }

    /** Its name in the library, which adds {@code _total} to counters. */
    String base() {
        return "thresher_" + name().toLowerCase(Locale.ROOT);
    }

    /** Its name on the wire. */
    String exposed() {
        return kind == Kind.COUNTER ? base() + "_total" : base();
    }
}
