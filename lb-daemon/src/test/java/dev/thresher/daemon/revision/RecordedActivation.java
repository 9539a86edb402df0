// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.Config;
import dev.thresher.daemon.control.ActivationException;
import dev.thresher.daemon.control.Forecast;
import dev.thresher.daemon.control.Refusals;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A data plane that takes note of what it is told, unless it refuses. */
public final class RecordedActivation implements Activation {
    public final List<Config> activated = new ArrayList<>();
    public boolean refuses;
    /** Thrown in the place of an answer. */
    @Nullable
    Error failure;

    @Override
    public void activate(Config config) throws ActivationException {
        if (failure != null) {
            throw failure;
        }
        if (refuses) {
            throw Refusals.of("the kernel refuses this write");
        }
        activated.add(config);
    }

    /** Called by each look at what a change would do. */
    public volatile Runnable whileForeseeing = () -> {};

    @Override
    public Forecast forecast(Config config) {
        whileForeseeing.run();
        return Forecast.NOTHING;
    }

    /** What is in force. */
    public Config latest() {
        return activated.get(activated.size() - 1);
    }
}
