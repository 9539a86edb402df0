// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.ConfigError;
import dev.thresher.config.InvalidConfigException;
import java.util.List;

/** A change that is not made. Everything is as it was before. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final long revision;
    private final transient List<ConfigError> problems;

    /** What would have to be different. */
    public enum Reason {
        /** The request: what it asks for is no valid configuration. */
        INVALID,
        /** The request: it names something that is not there. */
        NOT_FOUND,
        /** The revision that it expects. */
        WRONG_REVISION,
        /** The state of the balancer, or of its host. */
        IMPOSSIBLE
    }

    private RefusedException(Reason reason, String message, long revision, List<ConfigError> problems) {
        super(message);
        this.reason = reason;
        this.revision = revision;
        this.problems = List.copyOf(problems);
    }

    static RefusedException invalid(List<ConfigError> problems) {
        String first = problems.get(0).toString();
        String more = problems.size() == 1 ? "" : " (and " + (problems.size() - 1) + " more)";
        return new RefusedException(Reason.INVALID, first + more, 0, problems);
    }

    static RefusedException invalid(InvalidConfigException e) {
        return invalid(e.errors());
    }

    static RefusedException notFound(String message) {
        return new RefusedException(Reason.NOT_FOUND, message, 0, List.of());
    }

    static RefusedException wrongRevision(long expected, long current) {
        String message = "revision " + expected + " was expected and " + current
                + " is in force: look at what has changed since, and try again from there";
        return new RefusedException(Reason.WRONG_REVISION, message, current, List.of());
    }

    static RefusedException impossible(String message, Exception cause) {
        RefusedException refusal = impossible(message);
        refusal.initCause(cause);
        return refusal;
    }

    static RefusedException impossible(String message) {
        return new RefusedException(Reason.IMPOSSIBLE, message, 0, List.of());
    }

    public Reason reason() {
        return reason;
    }

    /** The revision in force, if another was expected. */
    public long revision() {
        return revision;
    }

    /** What would be wrong with the configuration. */
    public List<ConfigError> problems() {
        return problems;
    }
}
