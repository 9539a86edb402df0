// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.ProgramSettings.HashKey;
import dev.thresher.bpf.layout.ProgramSettings.OuterSource;
import dev.thresher.bpf.layout.ProgramSettings.Ticks;
import dev.thresher.hashing.FlowHash;

/** Settings of a program under test. */
public final class TestSettings {
    /** Ticks of 2^20 jiffies: the clock stands still while a test runs, and the test writes ages itself. */
    static final Ticks TICKS = new Ticks(20, 60, 900, 60);

    static final HashKey HASH_KEY =
            new HashKey(0x0123456789abcdefL, 0xfedcba9876543210L, 0x9e3779b97f4a7c15L, 0xc2b2ae3d27d4eb4fL);

    /** 172.16.0.0/16 and 100::/64, as in production. */
    static final OuterSource SOURCE = new OuterSource(0xac100000, 0x0000ffff, 0x0100L << 48, 0, -1L);

    static final int MAGLEV_SEED = 0x5eed;

    static final ProgramSettings DEFAULT = withFlowPairs(1 << 10);

    private TestSettings() {}

    public static ProgramSettings withFlowPairs(int pairs) {
        return new ProgramSettings(HASH_KEY, SOURCE, pairs, TICKS, MAGLEV_SEED);
    }

    static FlowHash flowHash(ProgramSettings settings) {
        HashKey key = settings.hashKey();
        return new FlowHash(key.seed0(), key.seed1(), key.multiplier0(), key.multiplier1());
    }
}
