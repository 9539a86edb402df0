// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import io.grpc.Status;
import java.time.Duration;

/** Why a daemon did not answer, and what to do about it. */
final class FailedCall {
    private FailedCall() {}

    static String explain(Status status, DaemonAddress address, Duration deadline) {
        return switch (status.getCode()) {
            case UNAVAILABLE -> address.whyUnavailable(status);
            case DEADLINE_EXCEEDED ->
                "the daemon on " + address + " did not answer within " + Figures.age(deadline)
                        + ".\nIt hangs or is overloaded: look at its log.";
            case PERMISSION_DENIED ->
                "you may not do this: " + status.getDescription()
                        + "\nIt takes another user, or a certificate of another role.";
            case UNIMPLEMENTED ->
                "what serves on " + address + " does not know this call.\n"
                        + "It is no thresher daemon, or older than this command: restart it with"
                        + " the installed version.";
            default ->
                "the daemon on " + address + " failed: " + status.getDescription() + " (" + status.getCode()
                        + ").\nIts log says more.";
        };
    }
}
