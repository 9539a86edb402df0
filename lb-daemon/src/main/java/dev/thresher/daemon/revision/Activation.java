// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.Config;
import dev.thresher.daemon.control.ActivationException;
import dev.thresher.daemon.control.Forecast;

/** What brings configurations into force. */
public interface Activation {
    /** Returns once it is in force; throws if the one before it still is. What is in force already is no work. */
    void activate(Config config) throws ActivationException;

    /** What bringing it into force would do. Does nothing. */
    Forecast forecast(Config config);
}
