// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.api.v1.Counter;
import dev.thresher.api.v1.CounterKind;
import dev.thresher.api.v1.Member;
import dev.thresher.api.v1.State;
import dev.thresher.api.v1.Traffic;
import dev.thresher.api.v1.Vip;
import dev.thresher.tools.lab.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProofPartsTest {
    @TempDir
    private Path folder = Path.of("");

    private static State state(String pool, long packets) {
        Traffic traffic = Traffic.newBuilder().setPackets(packets).build();
        Member member =
                Member.newBuilder().setReal("10.0.0.2").setTraffic(traffic).build();
        return State.newBuilder()
                .addVips(Vip.newBuilder()
                        .setKey("203.0.113.10:80/tcp")
                        .setPool(pool)
                        .addMembers(member))
                .build();
    }

    private static List<Counter> tx(long packets) {
        return List.of(Counter.newBuilder()
                .setName("tx")
                .setKind(CounterKind.COUNTER_KIND_VERDICT)
                .setPackets(packets)
                .build());
    }

    @Test
    void counterThatGoesBack_isTold_andOneThatGoesOnIsNot() {
        CounterLedger ledger = new CounterLedger();
        assertEquals(List.of(), ledger.enter(state("web", 10), tx(10)));
        assertEquals(List.of(), ledger.enter(state("web", 11), tx(10)));
        assertEquals(
                List.of("203.0.113.10:80/tcp 10.0.0.2 packets: 11, then 3"), ledger.enter(state("web", 3), tx(12)));
        assertEquals(List.of("COUNTER_KIND_VERDICT tx: 12, then 0"), ledger.enter(state("web", 3), List.of()));
    }

    @Test
    void countersOfVipsThatComeAndGo_areNotKept() {
        CounterLedger ledger = new CounterLedger();
        ledger.enter(state("elsewhere", 10), List.of());
        assertEquals(List.of(), ledger.enter(State.getDefaultInstance(), List.of()));
    }

    @Test
    void kernelsCounters_areFoundByName() {
        List<String> lines = List.of("Ip: Forwarding", "Ip: 1", "Tcp: EstabResets CurrEstab RetransSegs", "Tcp: 2 3 4");
        assertEquals(new TcpCounters(2, 4), TcpCounters.parse(lines));
    }

    /** The source has moved on when this fails: {@link SourceEdit} has to look for what stands there now. */
    @Test
    void nextRelease_canBeMadeOfThisSource() throws IOException {
        for (SourceEdit edit : SourceEdit.NEXT_RELEASE) {
            Path copy = folder.resolve(edit.file());
            if (!Files.exists(copy)) {
                Files.createDirectories(copy.resolveSibling("."));
                Files.copy(Path.of("..").resolve(edit.file()), copy);
            }
            edit.apply(folder);
            assertTrue(Files.readString(copy).contains(edit.replacement()), edit::toString);
        }
    }

    @Test
    void editOfWhatIsNotThere_isRefused() throws IOException {
        Files.writeString(folder.resolve("a.h"), "twice twice");
        for (String old : List.of("never", "twice")) {
            assertThrows(LabException.class, () -> new SourceEdit("a.h", old, "x").apply(folder));
        }
    }
}
