// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import org.jspecify.annotations.Nullable;

/**
 * One key of the configuration.
 *
 * @param section the path of the section that has it: {@code thresher.pools.<name>}
 * @param name its name in the section
 * @param type what it can hold
 * @param fallback its value if it is absent, or null if there is no such value
 * @param absent for the reference: the default, {@code required}, or what happens without the key
 */
record Key<T>(
        String section,
        String name,
        ValueType<T> type,
        @Nullable T fallback,
        String absent) {
    private static final String REQUIRED = "required";

    static <T> Key<T> required(String section, String name, ValueType<T> type) {
        return new Key<>(section, name, type, null, REQUIRED);
    }

    /** @param absent what happens without the key, since no value stands for it */
    static <T> Key<T> optional(String section, String name, ValueType<T> type, String absent) {
        return new Key<>(section, name, type, null, absent);
    }

    /** @param fallback the default, as a file would write it */
    static <T> Key<T> defaulting(String section, String name, ValueType<T> type, String fallback) {
        return new Key<>(section, name, type, type.parse(fallback), fallback);
    }

    boolean isRequired() {
        return absent.equals(REQUIRED);
    }

    /** {@code thresher.vips[].port}. */
    String path() {
        return section.isEmpty() ? name : section + "." + name;
    }
}
