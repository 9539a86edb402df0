// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.net.InetAddresses;
import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.VipMatch;
import java.net.InetAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of several VIPs a packet is for. The real server's last byte tells which one the program took. */
class VipLookupTest {
    private static final int NOBODY = 0;

    private LoadedProgram lb;
    private int clients;

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
    }

    @AfterEach
    void close() {
        lb.close();
    }

    /** Adds a VIP whose one real server ends in {@code number}. */
    private Service vip(String address, int bits, int port, int number) {
        Service service =
                lb.addVip(new VipMatch(Frame.address(address), bits, port, Frame.TCP), true, HashKind.FIVE_TUPLE);
        lb.setTable(service, lb.addMember(service, "10.0.3." + number));
        return service;
    }

    /** The number of the real server that a new client's packet goes to. */
    private int taken(String address, int port) {
        return taken(address, port, 1 + clients++);
    }

    private int taken(String address, int port, int clientPort) {
        boolean ipv6 = address.contains(":");
        String client = ipv6 ? "[fd00:1::2]:" : "10.0.1.2:";
        Frame frame = Frame.tcp(client + clientPort, (ipv6 ? "[" + address + "]:" : address + ":") + port)
                .ack();
        BpfProgram.Output output = lb.run(frame);
        if (Verdict.of(output) == Verdict.PASS) {
            return NOBODY;
        }
        InetAddress real = Encapsulated.dissect(output.packet()).outer().getDstAddr();
        return InetAddresses.coerceToInteger(real) & 0xff;
    }

    @ParameterizedTest
    @CsvSource({"203.0.113.10, 203.0.113.0, 24", "2001:db8:cafe::10, 2001:db8:cafe::, 64"})
    void port_goes_before_any_port_and_address_before_prefix(String address, String net, int bits) {
        int whole = address.contains(":") ? 128 : 32;
        vip(net, bits, 0, 4);
        assertEquals(4, taken(address, 80));
        Service exactAny = vip(address, whole, 0, 3);
        assertEquals(3, taken(address, 80));
        Service prefixPort = vip(net, bits, 80, 2);
        assertEquals(2, taken(address, 80));
        assertEquals(3, taken(address, 81), "another port of the address");
        Service exactPort = vip(address, whole, 80, 1);
        assertEquals(1, taken(address, 80));
        lb.removeVip(exactPort);
        assertEquals(2, taken(address, 80));
        lb.removeVip(prefixPort);
        assertEquals(3, taken(address, 80));
        lb.removeVip(exactAny);
        assertEquals(4, taken(address, 80));
    }

    @ParameterizedTest
    @CsvSource({
        "198.51.100.0, 24, 198.51.100.0, 198.51.100.255, 198.51.99.255, 198.51.101.0",
        "198.51.100.4, 31, 198.51.100.4, 198.51.100.5, 198.51.100.3, 198.51.100.6",
        "10.0.0.0, 8, 10.0.0.0, 10.255.255.255, 9.255.255.255, 11.0.0.0",
        "2001:db8:1::, 48, 2001:db8:1::, 2001:db8:1:ffff:ffff:ffff:ffff:ffff, 2001:db8:0:ffff::, 2001:db8:2::",
        "2001:db8::8000:0, 97, 2001:db8::8000:1, 2001:db8::ffff:ffff, 2001:db8::7fff:ffff, 2001:db8::1:0:0",
        "2001:db8::10, 127, 2001:db8::10, 2001:db8::11, 2001:db8::f, 2001:db8::12"
    })
    void prefix_ends_where_it_ends(String net, int bits, String first, String last, String before, String after) {
        vip(net, bits, 80, 7);
        assertEquals(7, taken(first, 80));
        assertEquals(7, taken(last, 80));
        assertEquals(NOBODY, taken(before, 80));
        assertEquals(NOBODY, taken(after, 80));
        assertEquals(NOBODY, taken(first, 81));
    }

    @Test
    void longest_prefix_decides() {
        vip("198.51.0.0", 16, 80, 1);
        vip("198.51.100.0", 24, 80, 2);
        vip("198.51.100.128", 25, 80, 3);
        assertEquals(1, taken("198.51.99.1", 80));
        assertEquals(2, taken("198.51.100.1", 80));
        assertEquals(3, taken("198.51.100.200", 80));
    }

    @Test
    void flow_of_a_prefix_is_followed() {
        Service net = vip("198.51.100.0", 24, 80, 1);
        assertEquals(1, taken("198.51.100.9", 80, 50_000));
        lb.setTable(net, lb.addMember(net, "10.0.3.2"));
        assertEquals(1, taken("198.51.100.9", 80, 50_000), "the flow's own");
        assertEquals(2, taken("198.51.100.9", 80, 50_001), "a new flow's");
    }

    @Test
    void flow_of_a_prefix_is_followed_in_ipv6_too() {
        Service net = vip("2001:db8:1::", 48, 0, 1);
        assertEquals(1, taken("2001:db8:1:2::3", 80, 50_000));
        lb.setTable(net, lb.addMember(net, "10.0.3.2"));
        assertEquals(1, taken("2001:db8:1:2::3", 80, 50_000));
    }

    @Test
    void ipv4_vip_and_ipv6_vip_that_look_alike_are_two() {
        vip("0.0.0.1", 32, 80, 1);
        vip("::1:0:1", 128, 80, 2);
        assertEquals(1, taken("0.0.0.1", 80));
        assertEquals(2, taken("::1:0:1", 80));
        assertEquals(NOBODY, taken("::1", 80));
    }

    @Test
    void address_of_all_zeroes_is_nobodys() {
        vip("203.0.113.10", 32, 0, 1);
        assertEquals(NOBODY, taken("::", 80));
        assertEquals(NOBODY, taken("0.0.0.0", 80));
        assertEquals(NOBODY, taken("::", 0));
    }
}
