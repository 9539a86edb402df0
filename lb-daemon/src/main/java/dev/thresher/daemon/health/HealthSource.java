// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.health;

import dev.thresher.config.VipKey;
import org.jspecify.annotations.Nullable;

/** Where the servers get reports and events from. Called from any thread, several at once. */
public interface HealthSource {
    /**
     * What is known now.
     *
     * @param vip only this one; null for all. One that there is not has no part in the report
     * @param history whether past changes are wanted
     */
    HealthReport report(@Nullable VipKey vip, boolean history);

    /** What happens from now on. */
    HealthFeed feed();
}
