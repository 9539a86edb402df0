// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.config.ApiSettings;
import dev.thresher.config.Config;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Options that say which daemon is meant. */
final class Connection {
    static final String SOCKET_VARIABLE = "THRESHER_SOCKET";

    @ArgGroup(exclusive = true)
    private @Nullable Choice choice;

    private static final class Choice {
        @Option(
                names = "--socket",
                paramLabel = "PATH",
                description = "Socket of the daemon (default: $" + SOCKET_VARIABLE + ", else that of the instance).")
        private @Nullable Path socket;

        @Option(
                names = "--instance",
                paramLabel = "NAME",
                description = "Instance of the daemon, which means the socket /run/thresher/NAME.sock "
                        + "(default: default).")
        private @Nullable String instance;
    }

    DaemonClient open() {
        return DaemonClient.connect(socket(System.getenv()));
    }

    Path socket(Map<String, String> environment) {
        if (choice != null && choice.socket != null) {
            return choice.socket;
        }
        if (choice != null && choice.instance != null) {
            return ApiSettings.forInstance(choice.instance).socket();
        }
        String fromEnvironment = environment.getOrDefault(SOCKET_VARIABLE, "");
        return fromEnvironment.isEmpty()
                ? ApiSettings.forInstance(Config.DEFAULT_INSTANCE).socket()
                : Path.of(fromEnvironment);
    }
}
