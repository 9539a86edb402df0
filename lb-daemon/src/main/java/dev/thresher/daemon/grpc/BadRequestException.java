// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.config.ConfigError;

/** A request that means nothing, with the field that is at fault. */
final class BadRequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String field;
    private final String reason;

    /** @param field its path from the request on: {@code change.edits.edits[0].drain.real} */
    BadRequestException(String field, String reason) {
        super(field + ": " + reason);
        this.field = field;
        this.reason = reason;
    }

    ConfigError problem() {
        return new ConfigError("", 0, field, null, reason);
    }
}
