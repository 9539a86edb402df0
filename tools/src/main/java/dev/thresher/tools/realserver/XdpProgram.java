// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.realserver;

import dev.thresher.bpf.DecapDrop;
import dev.thresher.bpf.Decapsulation;
import dev.thresher.config.IpPrefix;
import dev.thresher.tools.realserver.Wanted.Encapsulation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Our program on the interface, which has to know the VIPs. */
record XdpProgram(Wanted wanted, RealHost host) {
    private static final String NAME = "decapsulation";

    Finding finding() {
        String where = wanted.interfaceName();
        Optional<Decapsulation> program = host.decapsulation(where);
        if (program.isEmpty()) {
            return new Finding(
                    NAME,
                    "nothing unwraps packets on " + where,
                    List.of(new Change(
                            attach(vipsFor(Set.of())), List.of("thresher", "real-server", "detach", where))));
        }
        Optional<String> fault = fault(program.get());
        Map<DecapDrop, Long> drops = host.drops(where);
        return fault.isEmpty()
                ? Finding.good(NAME, "our program unwraps packets on " + where + text(drops))
                        .with(drops)
                : new Finding(
                                NAME,
                                "our program on " + where + " " + fault.get(),
                                List.of(new Change(attach(vipsFor(program.get().vips())), attach(program.get()))))
                        .with(drops);
    }

    private static String text(Map<DecapDrop, Long> drops) {
        return drops.entrySet().stream()
                .filter(drop -> drop.getValue() > 0)
                .map(drop ->
                        "; it dropped " + drop.getValue() + ": " + drop.getKey().text())
                .collect(Collectors.joining());
    }

    private Optional<String> fault(Decapsulation program) {
        for (IpPrefix vip : wanted.vips()) {
            if (program.vips().stream().noneMatch(known -> Prefixes.covers(Prefixes.ofProgram(known), vip))) {
                return Optional.of("leaves packets for " + vip + " as they are: it was told of other VIPs");
            }
        }
        if (wanted.encapsulation() == Encapsulation.GUE && program.guePort() != wanted.guePort()) {
            return Optional.of("takes GUE on UDP port " + program.guePort() + " and not on " + wanted.guePort());
        }
        return Optional.empty();
    }

    /** What it knows already stays: the host may serve other VIPs too. */
    private Decapsulation vipsFor(Set<Decapsulation.Prefix> known) {
        Set<Decapsulation.Prefix> vips = new LinkedHashSet<>(known);
        wanted.vips().forEach(vip -> vips.add(Prefixes.forProgram(vip)));
        return new Decapsulation(vips, wanted.guePort());
    }

    private List<String> attach(Decapsulation program) {
        List<String> words = new ArrayList<>(List.of("thresher", "real-server", "attach", wanted.interfaceName()));
        program.vips().stream()
                .map(Prefixes::ofProgram)
                .map(IpPrefix::toString)
                .sorted()
                .forEach(vip -> {
                    words.add("--vip");
                    words.add(vip);
                });
        words.addAll(List.of("--gue-port", Integer.toString(program.guePort())));
        return words;
    }
}
