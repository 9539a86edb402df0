// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import java.io.IOException;

/** A file of the API's TLS that cannot be used. */
public final class TlsFileException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String key;

    TlsFileException(String key, String message, Throwable cause) {
        super(message, cause);
        this.key = key;
    }

    TlsFileException(String key, String message) {
        super(message);
        this.key = key;
    }

    /** The setting that names the file: {@code thresher.api.tls.key}. */
    public String key() {
        return key;
    }
}
