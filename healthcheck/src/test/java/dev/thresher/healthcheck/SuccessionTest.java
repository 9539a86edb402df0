// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static dev.thresher.healthcheck.Targets.check;
import static dev.thresher.healthcheck.Targets.http;
import static dev.thresher.healthcheck.Targets.target;
import static dev.thresher.healthcheck.Targets.tcp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SuccessionTest {
    private static final Target WEB = target(1, http("/"));
    private static final Target WEB_WITH_RISE = target(1, check(http("/").kind(), 9, 3, 0.1));
    private static final Target WEB_EDITED = target(1, http("/healthz"));
    private static final Target OTHER_PORT = target(1, check(http("/").kind().at(8080), 2, 3, 0.1));

    private static @Nullable Target predecessor(Target newcomer, List<Target> previous, Target... kept) {
        return new Succession(previous, Set.of(kept)).predecessorOf(newcomer);
    }

    @Test
    void a_new_address_has_no_predecessor() {
        assertNull(predecessor(target(2, http("/")), List.of(WEB)));
    }

    @Test
    void an_edited_check_succeeds_its_old_form() {
        assertEquals(WEB, predecessor(WEB_EDITED, List.of(WEB)));
        assertEquals(WEB, predecessor(OTHER_PORT, List.of(WEB)));
        assertEquals(WEB, predecessor(target(1, tcp()), List.of(WEB)));
    }

    @Test
    void the_same_question_is_a_predecessor_even_if_another_pool_still_asks_it() {
        assertEquals(WEB, predecessor(WEB_WITH_RISE, List.of(WEB), WEB));
    }

    @Test
    void a_check_that_stays_is_no_predecessor_of_another_question() {
        assertNull(predecessor(WEB_EDITED, List.of(WEB), WEB));
    }

    @Test
    void the_closest_of_several_wins() {
        Target tcp = target(1, tcp());
        assertEquals(WEB, predecessor(WEB_WITH_RISE, List.of(OTHER_PORT, tcp, WEB_EDITED, WEB)));
        assertEquals(WEB_EDITED, predecessor(WEB_WITH_RISE, List.of(OTHER_PORT, tcp, WEB_EDITED)));
        assertEquals(tcp, predecessor(WEB_WITH_RISE, List.of(OTHER_PORT, tcp)));
    }
}
