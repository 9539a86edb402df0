// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.layout.Addresses;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.Protocol;
import dev.thresher.config.VipKey;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** VIP keys between the model and the map. */
final class VipKeys {
    private VipKeys() {}

    static byte[] encode(VipKey key) {
        return VipRecord.key(key.address(), key.port(), key.protocol().number());
    }

    static VipKey decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new VipKey(
                Addresses.decode(bytes),
                buffer.getShort(Addresses.LENGTH) & 0xffff,
                protocol(buffer.get(Addresses.LENGTH + 2)));
    }

    static Protocol protocol(int number) {
        return Arrays.stream(Protocol.values())
                .filter(protocol -> protocol.number() == number)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the map names an unknown protocol, " + number));
    }
}
