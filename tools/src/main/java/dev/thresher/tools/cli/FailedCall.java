// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import io.grpc.Status;
import java.time.Duration;

/** Why a daemon did not answer, and what to do about it. */
final class FailedCall {
    private FailedCall() {}

    static String explain(Status status, Endpoint endpoint, Duration deadline) {
        return switch (status.getCode()) {
            case UNAVAILABLE -> endpoint.whyUnavailable(status);
            case DEADLINE_EXCEEDED ->
                "the daemon on " + endpoint + " did not answer within " + Figures.age(deadline)
                        + ".\nIt hangs or is overloaded: look at its log.";
            case PERMISSION_DENIED ->
                "you may not do this: " + status.getDescription()
                        + "\nIt takes another user, or a certificate of another role.";
            case UNIMPLEMENTED ->
                "what serves on " + endpoint + " does not know this call.\n"
                        + "It is no thresher daemon, or older than this command: restart it with"
                        + " the installed version.";
            default ->
                "the daemon on " + endpoint + " failed: " + status.getDescription() + " (" + status.getCode()
                        + ").\nIts log says more.";
        };
    }
}
