// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.ProgramSettings.HashKey;
import dev.thresher.hashing.FlowHash;

/** The hash that a program uses. */
final class Hashes {
    private Hashes() {}

    static FlowHash of(ProgramSettings settings) {
        HashKey key = settings.hashKey();
        return new FlowHash(key.seed0(), key.seed1(), key.multiplier0(), key.multiplier1());
    }
}
