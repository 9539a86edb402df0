// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.Config;
import dev.thresher.daemon.control.ActivationException;
import dev.thresher.daemon.control.Controller;
import dev.thresher.daemon.control.Forecast;

/** The controller's part in a change. */
public record ControllerActivation(Controller controller) implements Activation {
    @Override
    public void activate(Config config) throws ActivationException {
        controller.replace(config);
    }

    @Override
    public Forecast forecast(Config config) {
        return controller.forecast(config);
    }
}
