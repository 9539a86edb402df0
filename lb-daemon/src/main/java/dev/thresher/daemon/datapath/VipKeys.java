// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.layout.VipMatch;
import dev.thresher.config.Protocol;
import dev.thresher.config.VipKey;
import java.util.Arrays;

/** VIP keys between the model and the maps. */
public final class VipKeys {
    private VipKeys() {}

    public static VipMatch match(VipKey key) {
        return new VipMatch(
                key.address(), key.prefixLength(), key.port(), key.protocol().number());
    }

    public static VipKey key(VipMatch match) {
        return new VipKey(match.address(), match.prefixLength(), match.port(), protocol(match.protocol()));
    }

    private static Protocol protocol(int number) {
        return Arrays.stream(Protocol.values())
                .filter(protocol -> protocol.number() == number)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the map names an unknown protocol, " + number));
    }
}
