// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.terminal;

import java.util.List;

/**
 * What is to be seen. Lines may hold colours as ANSI sequences.
 *
 * @param head stays in view
 * @param body scrolls
 */
public record Page(List<String> head, List<String> body) {
    /** Copies the lines. */
    public Page {
        head = List.copyOf(head);
        body = List.copyOf(body);
    }
}
