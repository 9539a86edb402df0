// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.config.ConfigError;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.IpText;
import dev.thresher.config.Pool;
import dev.thresher.config.Real;
import dev.thresher.config.VipKey;
import dev.thresher.config.change.Edit;
import dev.thresher.config.change.ElementChange;
import dev.thresher.daemon.control.Controller;
import dev.thresher.daemon.control.ResolvedNextHops;
import dev.thresher.daemon.datapath.MemoryDatapath;
import dev.thresher.daemon.probing.ProbePaths;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Everything of a daemon between its files and the maps, over maps that outlive it. It can die at each step of a change. */
final class TestBalancer implements AutoCloseable {
    private static final MacAddress OURS = MacAddress.of(new byte[] {2, 0, 0, 0, 0, 1});
    private static final Author AUTHOR = new Author("test", "");

    private final Path dir;
    private final Path file;
    private final MemoryDatapath maps = new MemoryDatapath(8, 64);
    private Controller controller;
    private Revisions revisions;
    private CrashingDisk disk;

    /** The death of a process, which nothing may catch. */
    private static final class Death extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Something that a daemon does. */
    interface Step {
        void make() throws Exception;
    }

    TestBalancer(Path dir, Map<String, String> files) throws Exception {
        this.dir = dir;
        this.file = dir.resolve("thresher.conf");
        write(files);
        start();
    }

    private void start() throws Exception {
        disk = new CrashingDisk();
        Intent intent = Intent.load(file);
        controller = new Controller(intent.config(), maps, OURS, new ResolvedNextHops(), ProbePaths.direct(), () -> {});
        controller.start(Duration.ZERO);
        Activation activation = disk.activation(new ControllerActivation(controller));
        revisions = Revisions.begin(file, intent, disk, activation, InstantSource.system());
    }

    /** @throws InvalidConfigException if it cannot start; the one before runs on then */
    void restart() throws Exception {
        Intent unused = Intent.load(file);
        controller.close();
        start();
        maps.takeCalls();
    }

    void crashAfter(int steps) {
        disk.crashAfter(steps, () -> {
            throw new Death();
        });
    }

    boolean died(Step step) throws Exception {
        try {
            step.make();
            return false;
        } catch (Death e) {
            return true;
        }
    }

    void write(Map<String, String> files) throws IOException {
        Files.writeString(file, text(files));
    }

    private String text(Map<String, String> state) {
        StringBuilder reals = new StringBuilder();
        StringBuilder vips = new StringBuilder();
        state.forEach((name, says) -> {
            String[] words = name.split(" ", -1);
            if (words[0].equals("real")) {
                reals.append("      { address = \"%s\", weight = %s }%n".formatted(words[1], says));
            } else {
                String port = words[1].replaceAll(".*:|/.*", "");
                vips.append("    { address = \"203.0.113.10\", port = %s, pool = %s }%n".formatted(port, says));
            }
        });
        return """
            thresher {
              interface = eth0
              state-directory = "%s/state"
              pools.web {
                reals = [
            %s    ]
              }
              vips = [
            %s  ]
            }
            """.formatted(dir, reals, vips);
    }

    void reload() {
        revisions.reload();
    }

    List<ConfigError> problems() {
        return revisions.state().problems();
    }

    void applyText(Map<String, String> state) throws RefusedException {
        revisions.apply(new Change.Whole(text(state), "whole"), 0, AUTHOR);
    }

    void rollback(long number) throws RefusedException {
        revisions.apply(new Change.Rollback(number), 0, AUTHOR);
    }

    void discard() throws RefusedException {
        revisions.apply(new Change.Discard(Set.of()), 0, AUTHOR);
    }

    void commit() throws RefusedException {
        revisions.commit(0, AUTHOR);
    }

    void edit(String kind, String real, int port, int weight) throws RefusedException {
        InetAddress address = IpText.parse(real);
        VipKey vip = VipKey.parse("203.0.113.10:" + port + "/tcp");
        Edit edit = switch (kind) {
            case "WEIGHT" -> new Edit.SetWeight(address, null, weight);
            case "ADD_REAL" -> new Edit.AddReal("web", address, weight);
            case "REMOVE_REAL" -> new Edit.RemoveReal(null, address);
            case "ADD_VIP" -> new Edit.AddVip(vip, "web", "");
            case "REMOVE_VIP" -> new Edit.RemoveVip(vip);
            default -> throw new IllegalArgumentException(kind);
        };
        revisions.apply(new Change.Edits(List.of(edit)), revisions.state().revision(), AUTHOR);
    }

    /** Whether it is in the state that the oracle says. */
    boolean is(Oracle oracle) {
        return inForce().equals(oracle.inForce())
                && overlay().keySet().equals(oracle.overlay().keySet())
                && revisions.state().revision() == oracle.revision();
    }

    void check(Oracle oracle) throws Exception {
        assertEquals(oracle.inForce(), inForce());
        assertEquals(oracle.overlay().keySet(), overlay().keySet());
        assertEquals(oracle.revision(), revisions.state().revision());
        assertEquals(List.of(), problems());
        assertEquals(overlay(), overlay(Intent.load(file)), "what would be there after a restart");
        checkMaps(oracle);
        maps.takeCalls();
        revisions.reload();
        revisions.apply(new Change.Whole(text(oracle.inForce()), "the same"), 0, AUTHOR);
        assertEquals(0, maps.takeCalls(), "what changes nothing writes nothing");
        assertEquals(oracle.revision(), revisions.state().revision());
    }

    private Map<String, String> inForce() {
        Map<String, String> state = new TreeMap<>();
        Pool pool = Objects.requireNonNull(controller.published().config().pool("web"));
        for (Real real : pool.reals()) {
            state.put(RevisionModelTest.realName(IpText.format(real.address())), Integer.toString(real.weight()));
        }
        controller.published().config().vips().forEach(vip -> state.put("vip " + vip.key(), vip.pool()));
        return state;
    }

    private Map<String, ElementChange> overlay() {
        return revisions.runtime().stream()
                .collect(Collectors.toMap(change -> change.change().element().name(), change -> change.change()));
    }

    private static Map<String, ElementChange> overlay(Intent intent) {
        return intent.standing().stream()
                .collect(Collectors.toMap(change -> change.change().element().name(), change -> change.change()));
    }

    private void checkMaps(Oracle oracle) {
        Map<String, Integer> weights = new TreeMap<>();
        TreeSet<String> vips = new TreeSet<>();
        oracle.inForce().forEach((name, says) -> {
            String[] words = name.split(" ", -1);
            if (words[0].equals("real")) {
                weights.put(words[1], Integer.parseInt(says));
            } else {
                vips.add(words[1]);
            }
        });
        assertEquals(
                vips,
                maps.vips().keySet().stream().map(VipKey::toString).collect(Collectors.toCollection(TreeSet::new)));
        assertEquals(vips.size() * weights.size(), maps.members().size());
        maps.vips().forEach((vip, record) -> checkTable(maps.tablesById().get(record.id()), record.id(), weights));
    }

    private void checkTable(int @Nullable [] table, int vip, Map<String, Integer> weights) {
        int total = weights.values().stream().mapToInt(Integer::intValue).sum();
        if (table == null) {
            assertEquals(0, total, "nobody takes new flows");
            return;
        }
        Map<String, Integer> slots = new HashMap<>();
        for (int member : table) {
            MemberRecord record = maps.member(member);
            assertEquals(vip, record.vipId());
            slots.merge(IpText.format(record.real()), 1, Integer::sum);
        }
        weights.forEach((real, weight) ->
                assertEquals((double) weight / total, (double) slots.getOrDefault(real, 0) / table.length, 0.01, real));
    }

    @Override
    public void close() {
        controller.close();
    }
}
