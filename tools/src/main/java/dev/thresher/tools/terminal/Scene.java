// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.terminal;

/** What a screen shows. All is called on one thread. */
public interface Scene<T> {
    /** There is news. */
    void take(T news);

    /** A key was typed that the screen has no use for: a letter, or {@code <} and {@code >} for the arrows. */
    default void typed(char key) {}

    /** How it looks now. */
    Page page();
}
