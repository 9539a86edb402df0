// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import com.typesafe.config.ConfigValue;
import dev.thresher.config.HoconText;
import org.jspecify.annotations.Nullable;

/** An {@link ElementChange} whose values tell where they were written. */
record TreeChange(
        Element element,
        @Nullable ConfigValue before,
        @Nullable ConfigValue after) {
    ElementChange text() {
        return new ElementChange(element, text(before), text(after));
    }

    static @Nullable String text(@Nullable ConfigValue value) {
        return value == null ? null : HoconText.line(value);
    }
}
