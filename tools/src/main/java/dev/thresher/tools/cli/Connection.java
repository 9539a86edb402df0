// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.config.ApiSettings;
import dev.thresher.config.Config;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Options that say which daemon is meant, and how to get to it. */
final class Connection {
    static final String SOCKET_VARIABLE = "THRESHER_SOCKET";
    static final String ADDRESS_VARIABLE = "THRESHER_ADDRESS";
    static final String CERT_VARIABLE = "THRESHER_CERT";
    static final String KEY_VARIABLE = "THRESHER_KEY";
    static final String CA_VARIABLE = "THRESHER_CA";

    @ArgGroup(exclusive = true)
    private @Nullable Choice choice;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "For --address: certificate to show, in PEM form (default: $" + CERT_VARIABLE + ").")
    private @Nullable Path certificate;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "For --address: private key of --cert (default: $" + KEY_VARIABLE + ").")
    private @Nullable Path key;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "For --address: authorities that the daemon's certificate may come from (default: $"
                    + CA_VARIABLE + ").")
    private @Nullable Path ca;

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

        @Option(
                names = "--address",
                paramLabel = "HOST:PORT",
                description = "Where the daemon serves over TLS (default: $" + ADDRESS_VARIABLE
                        + "). Takes --cert, --key and --ca.")
        private @Nullable String address;
    }

    DaemonClient open() {
        return DaemonClient.connect(address(System.getenv()));
    }

    DaemonAddress address(Map<String, String> environment) {
        String address = tlsAddress(environment);
        if (address != null) {
            return TlsAddress.of(
                    address,
                    new TlsIdentity(
                            file("--cert", certificate, CERT_VARIABLE, environment),
                            file("--key", key, KEY_VARIABLE, environment),
                            file("--ca", ca, CA_VARIABLE, environment)));
        }
        if (certificate != null || key != null || ca != null) {
            throw CommandFailure.invalid(
                    "--cert, --key and --ca are for a daemon that is reached by --address HOST:PORT");
        }
        return new UnixAddress(socket(environment));
    }

    /** Null if it is a socket that is meant: one that the environment names goes before an address there. */
    private @Nullable String tlsAddress(Map<String, String> environment) {
        if (choice != null) {
            return choice.address;
        }
        String address = variable(ADDRESS_VARIABLE, environment);
        return address.isEmpty() || !variable(SOCKET_VARIABLE, environment).isEmpty() ? null : address;
    }

    private static Path file(String option, @Nullable Path given, String variable, Map<String, String> environment) {
        if (given != null) {
            return given;
        }
        String file = variable(variable, environment);
        if (file.isEmpty()) {
            throw CommandFailure.invalid(
                    option + " is missing, and $" + variable + " is not set: --address takes --cert, --key and --ca");
        }
        return Path.of(file);
    }

    private Path socket(Map<String, String> environment) {
        if (choice != null && choice.socket != null) {
            return choice.socket;
        }
        if (choice != null && choice.instance != null) {
            return ApiSettings.forInstance(choice.instance).socket();
        }
        String fromEnvironment = variable(SOCKET_VARIABLE, environment);
        return fromEnvironment.isEmpty()
                ? ApiSettings.forInstance(Config.DEFAULT_INSTANCE).socket()
                : Path.of(fromEnvironment);
    }

    private static String variable(String name, Map<String, String> environment) {
        return environment.getOrDefault(name, "");
    }
}
