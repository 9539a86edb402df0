// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.layout.Addresses;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.ProgramSettings.HashKey;
import dev.thresher.bpf.layout.ProgramSettings.OuterSource;
import dev.thresher.bpf.layout.ProgramSettings.Ticks;
import dev.thresher.config.Config;
import dev.thresher.config.EncapsulationSettings;
import dev.thresher.config.FlowSettings;
import dev.thresher.config.IpPrefix;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;

/** From the configuration to the constants of the program. */
final class SettingsSource {
    private static final int BITS = 128;
    private static final int HALF = 64;

    /** The configuration allows no longer one. A tick must not depend on what it says: entries outlive its changes. */
    private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);

    private SettingsSource() {}

    /** @param config with prefixes for outer sources, see {@link OwnSource} */
    static ProgramSettings settings(Config config, HashKey hashKey, int flowPairs, int hz) {
        return new ProgramSettings(
                hashKey,
                source(config.encapsulation()),
                flowPairs,
                ticks(config.flows(), hz),
                config.maglevSeed(),
                config.encapsulation().gueChecksum());
    }

    static HashKey newHashKey() {
        SecureRandom random = new SecureRandom();
        return new HashKey(random.nextLong(), random.nextLong(), random.nextLong() | 1, random.nextLong() | 1);
    }

    /** A tick is the power of two of jiffies that comes closest to a second and lets an entry tell every idle timeout. */
    static Ticks ticks(FlowSettings flows, int hz) {
        int shift = (int) Math.round(Math.log(hz) / Math.log(2));
        while (ticks(LONGEST_TIMEOUT, hz, shift) > FlowEntry.LARGEST_TIMEOUT) {
            shift++;
        }
        return new Ticks(
                shift,
                ticks(flows.reclaimAge(), hz, shift),
                ticks(flows.tcpIdleTimeout(), hz, shift),
                ticks(flows.udpIdleTimeout(), hz, shift));
    }

    private static int ticks(Duration age, int hz, int shift) {
        double ticks = age.toMillis() / 1000.0 * hz / (1 << shift);
        return (int) Math.max(1, Math.ceil(ticks));
    }

    private static OuterSource source(EncapsulationSettings settings) {
        IpPrefix source4 = Objects.requireNonNull(settings.sourceIpv4());
        IpPrefix source6 = Objects.requireNonNull(settings.sourceIpv6());
        ByteBuffer ipv6 = ByteBuffer.wrap(Addresses.encode(source6.address()));
        int ipv4 = ByteBuffer.wrap(source4.address().getAddress()).getInt();
        int ipv4Bits = Integer.SIZE - source4.length();
        int ipv4Entropy = ipv4Bits == Integer.SIZE ? -1 : (1 << ipv4Bits) - 1;
        return new OuterSource(ipv4, ipv4Entropy, ipv6.getLong(), ipv6.getLong(), entropyOf(source6));
    }

    /** Host bits of the prefix, at most the low half of the address. */
    private static long entropyOf(IpPrefix prefix) {
        int bits = Math.min(HALF, BITS - prefix.length());
        return bits == HALF ? -1L : (1L << bits) - 1;
    }
}
