// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP probe asks, and which answer is a success.
 *
 * @param method {@code GET}, {@code HEAD} and so on
 * @param path the request target, beginning with a slash
 * @param host the Host header, or null for the destination
 * @param headers further headers by name
 * @param expect the statuses that count as success
 * @param body what the body has to contain within its first 64 KiB; null if it is not looked at
 */
public record HttpExchange(
        String method,
        String path,
        @Nullable String host,
        Map<String, String> headers,
        StatusRanges expect,
        @Nullable String body) {
    public static final String DEFAULT_METHOD = "GET";
    public static final String DEFAULT_PATH = "/";
    /** How much of a body is searched. */
    public static final int MAX_BODY_BYTES = 65_536;

    public HttpExchange {
        Require.that(path.startsWith("/"), "the path of a health check must begin with a slash, not \"" + path + "\"");
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /** A GET that expects any 2xx. */
    public static HttpExchange get(String path) {
        return new HttpExchange(DEFAULT_METHOD, path, null, Map.of(), StatusRanges.SUCCESS, null);
    }
}
