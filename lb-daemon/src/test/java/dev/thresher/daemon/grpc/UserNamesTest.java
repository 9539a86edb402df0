// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class UserNamesTest {
    private final UserNames names = new UserNames();

    @Test
    void aUser_hasNameAndNumber() {
        assertEquals("root (uid 0)", names.describe(0));
        assertEquals("nobody (uid 65534)", names.describe(65_534));
    }

    @Test
    void aUserWithoutName_isANumberAsTheKernelPrintsIt() {
        assertEquals("uid 4200000000", names.describe((int) 4_200_000_000L));
    }
}
