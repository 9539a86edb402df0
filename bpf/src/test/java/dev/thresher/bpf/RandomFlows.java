// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.hashing.FlowTuple;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;

/** Flows of clients anywhere to a VIP. */
final class RandomFlows {
    private final Random random;

    RandomFlows(Random random) {
        this.random = random;
    }

    FlowTuple to(Service service) {
        return new FlowTuple(
                client(service.address() instanceof Inet4Address ? 4 : 16),
                port(),
                service.address(),
                service.port() == 0 ? port() : service.port(),
                service.protocol());
    }

    private int port() {
        return random.nextInt(1 << 16);
    }

    private InetAddress client(int bytes) {
        byte[] address = new byte[bytes];
        random.nextBytes(address);
        if (bytes > 4) {
            // A global address: an IPv4 one in its clothes would not be what is on the wire.
            address[0] = 0x20;
        }
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
