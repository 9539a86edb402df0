// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.top;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Timestamp;
import dev.thresher.api.v1.Member;
import dev.thresher.api.v1.State;
import dev.thresher.api.v1.Traffic;
import dev.thresher.api.v1.Vip;
import dev.thresher.tools.cli.top.Rates.VipRate;
import java.util.List;
import org.junit.jupiter.api.Test;

class RatesTest {
    private static State state(long second, Vip... vips) {
        return State.newBuilder()
                .setObservedAt(Timestamp.newBuilder().setSeconds(second))
                .addAllVips(List.of(vips))
                .build();
    }

    private static Vip vip(String key, long packets) {
        Traffic traffic = Traffic.newBuilder().setPackets(packets).build();
        return Vip.newBuilder()
                .setKey(key)
                .setTraffic(traffic)
                .addMembers(Member.newBuilder().setReal("10.0.0.2").setTraffic(traffic))
                .build();
    }

    @Test
    void rates_goByNameAndNotByPosition() {
        Rates rates = Rates.between(state(10, vip("a", 100), vip("b", 900)), state(12, vip("b", 1000), vip("a", 100)));
        assertEquals(
                List.of(50.0, 0.0),
                rates.vips().stream().map(vip -> vip.rate().packets()).toList());
        assertEquals(50.0, rates.vips().get(0).members().get(0).rate().packets());
        assertEquals(50.0, rates.total().packets());
    }

    @Test
    void whatIsNew_hasNoRateYet() {
        Rates rates = Rates.between(state(10), state(11, vip("a", 1_000_000)));
        assertEquals(Rate.NONE, rates.total());
    }

    @Test
    void countersThatBeginAnew_countFromZero() {
        Rates rates = Rates.between(state(10, vip("a", 1_000)), state(11, vip("a", 30)));
        assertEquals(30.0, rates.total().packets());
    }

    @Test
    void twoLooksAtTheSameMoment_haveNoRate() {
        assertEquals(
                Rate.NONE,
                Rates.between(state(10, vip("a", 1)), state(10, vip("a", 2))).total());
    }

    @Test
    void sort_putsTheLargestFirst() {
        Rates rates = Rates.between(state(10, vip("a", 0), vip("b", 0)), state(11, vip("a", 1), vip("b", 2)));
        assertEquals(
                List.of("b", "a"),
                rates.vips().stream()
                        .sorted(Sort.PACKETS.vips())
                        .map(RatesTest::key)
                        .toList());
        assertEquals(
                List.of("a", "b"),
                rates.vips().stream()
                        .sorted(Sort.NONE.vips())
                        .map(RatesTest::key)
                        .toList());
    }

    private static String key(VipRate rate) {
        return rate.vip().getKey();
    }

    @Test
    void figures_areShort() {
        assertEquals("0", RateTable.figure(0));
        assertEquals("7.5", RateTable.figure(7.5));
        assertEquals("42", RateTable.figure(42));
        assertEquals("999", RateTable.figure(999.4));
        assertEquals("1.0 k", RateTable.figure(999.9));
        assertEquals("1.2 M", RateTable.figure(1_234_567));
        assertEquals("123 G", RateTable.figure(123_456_789_000.0));
    }
}
