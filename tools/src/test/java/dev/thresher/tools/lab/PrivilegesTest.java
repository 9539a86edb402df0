// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class PrivilegesTest {
    @Test
    void fullRoot_lacksNothing() {
        assertEquals(List.of(), Privileges.missing(0x1ff_ffff_ffffL));
    }

    @Test
    void rootOfAnOrdinaryContainer_lacksBoth() {
        assertEquals(List.of("CAP_SYS_ADMIN", "CAP_NET_ADMIN"), Privileges.missing(0xa804_25fbL));
    }
}
