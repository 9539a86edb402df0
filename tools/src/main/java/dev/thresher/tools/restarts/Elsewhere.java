// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import dev.thresher.api.v1.Member;
import dev.thresher.api.v1.State;
import dev.thresher.api.v1.Vip;
import dev.thresher.tools.lab.LabException;
import dev.thresher.tools.lab.LabFiles;
import dev.thresher.tools.lab.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of the configuration that changes while clients use another: VIPs come and go and a pool's weights, real
 * servers and orders change, next to the members that carry the traffic.
 */
final class Elsewhere {
    private static final String POOL = "elsewhere";
    private static final int MOST_VIPS = 5;
    private static final int MOST_WEIGHT = 7;

    /** Of the connection table, and of the members' maps. */
    private static final List<String> SIZES = List.of(
            "flows.max = 1Mi, capacity.members = 65536",
            "flows.max = 2Mi, capacity.members = 4096",
            "flows.max = 512Ki, capacity.members = 8192");

    private final Path file;
    private final int reals;
    private int number;
    private int size;

    Elsewhere(LabFiles files, int reals) {
        this.file = files.directory().resolve("conf.d/elsewhere.conf");
        this.reals = reals;
    }

    /** Is the VIP one of those that change? */
    static boolean owns(Vip vip) {
        return vip.getPool().equals(POOL);
    }

    /** Writes the next configuration, as an editor does: under another name, and renamed. */
    void edit() {
        number++;
        try {
            Files.createDirectories(file.resolveSibling("."));
            Path written = Files.writeString(file.resolveSibling("elsewhere.new"), text());
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new LabException("cannot write " + file + ": " + e, e);
        }
    }

    /** The same, with maps of other sizes. */
    void resize() {
        size = (size + 1) % SIZES.size();
        edit();
    }

    private String text() {
        StringBuilder text = new StringBuilder(
                "# Edit " + number + "\nthresher { " + SIZES.get(size) + " }\nthresher.pools." + POOL + ".reals = [\n");
        for (int real = 1; real <= poolSize(); real++) {
            text.append("  { address = \"%s\", weight = %d }%n".formatted(Topology.real4(real), weight(real)));
        }
        text.append("]\n");
        for (String address : addresses()) {
            text.append("thresher.vips += { address = \"%s\", port = 80, pool = %s }%n".formatted(address, POOL));
        }
        return text.toString();
    }

    private int poolSize() {
        return 1 + number % reals;
    }

    private int weight(int real) {
        return 1 + (number + real) % MOST_WEIGHT;
    }

    /** They begin with another one each time, so that all come and go. */
    private List<String> addresses() {
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i <= number % MOST_VIPS; i++) {
            addresses.add("203.0.113." + (100 + (number + i) % (2 * MOST_VIPS)));
        }
        return addresses;
    }

    /** Is what was written last in force? */
    boolean isInForce(State state) {
        List<Vip> vips = state.getVipsList().stream().filter(Elsewhere::owns).toList();
        return vips.stream().map(Vip::getAddress).toList().equals(number == 0 ? List.of() : addresses())
                && vips.stream().allMatch(this::hasItsMembers);
    }

    private boolean hasItsMembers(Vip vip) {
        List<Member> members = vip.getMembersList();
        if (members.size() != poolSize()) {
            return false;
        }
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).getEffectiveWeight() != weight(i + 1)) {
                return false;
            }
        }
        return true;
    }
}
