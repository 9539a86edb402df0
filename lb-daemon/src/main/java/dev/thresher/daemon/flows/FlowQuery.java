// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import dev.thresher.config.VipKey;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Which flows are wanted; what is null does not matter. */
public record FlowQuery(
        @Nullable VipKey vip,
        @Nullable InetAddress real,
        @Nullable ClientSet clients) {}
