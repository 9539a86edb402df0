// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import java.util.List;
import java.util.function.Predicate;

/** Requests to one VIP from known ports, and which real server answered each. */
record Traffic(String url, List<Answer> answers) {
    /** The ports of the answers that pass, at most so many. */
    List<Integer> ports(Predicate<Answer> wanted, int most) {
        return answers.stream().filter(wanted).map(Answer::port).limit(most).toList();
    }
}
