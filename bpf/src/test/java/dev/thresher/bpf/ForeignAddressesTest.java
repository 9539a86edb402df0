// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.ForeignAddresses;
import dev.thresher.bpf.layout.MapNames;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The program and its Java twin hash addresses alike: what Java takes out, and only that, the program looks up. */
class ForeignAddressesTest {
    private static final int ADDRESSES = 40;

    private LoadedProgram lb;

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
    }

    @AfterEach
    void close() {
        lb.close();
    }

    private void setForeign(ForeignAddresses foreign) {
        lb.object().map(MapNames.FOREIGN).update(LoadedProgram.key(0), foreign.encode());
    }

    private void assertLookedUpOnlyWhenTakenOut(String address, String client) {
        Service service = lb.addVip(address, 80, Frame.TCP);
        lb.setTable(service, lb.addMember(service, "10.0.3.11"));
        byte[] syn = Frame.tcp(client, (address.contains(":") ? "[" + address + "]" : address) + ":80")
                .syn()
                .bytes();

        setForeign(ForeignAddresses.all());
        assertEquals(Verdict.PASS, Verdict.of(lb.run(syn)), address);

        ForeignAddresses others = ForeignAddresses.all();
        others.remove(service.address());
        setForeign(others);
        assertEquals(Verdict.TX, Verdict.of(lb.run(syn)), address);
        lb.removeVip(service);
    }

    @Test
    void address_is_looked_up_only_when_taken_out() {
        long seed = System.nanoTime();
        System.out.println("ForeignAddressesTest seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < ADDRESSES / 2; i++) {
            int bits = random.nextInt();
            assertLookedUpOnlyWhenTakenOut(
                    "203." + (bits >>> 24) + "." + (bits >>> 16 & 0xff) + "." + (bits & 0xff),
                    "10.0.1.2:" + (1000 + i));
        }
    }

    @Test
    void ipv6_address_is_looked_up_only_when_taken_out() {
        long seed = System.nanoTime();
        System.out.println("ForeignAddressesTest seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < ADDRESSES / 2; i++) {
            assertLookedUpOnlyWhenTakenOut(
                    "2001:db8:%x:%x::%x"
                            .formatted(random.nextInt(0x10000), random.nextInt(0x10000), random.nextInt(0x10000)),
                    "[2001:db8:1::2]:" + (1000 + i));
        }
    }
}
