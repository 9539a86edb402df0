// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopologyTest {
    @Test
    void hosts_areTheFixedOnesAndTheReals() {
        assertEquals(
                List.of("client", "router", "lb1", "real1", "real2"),
                new Topology("lab", 2).hosts().stream().map(Host::name).toList());
    }

    @Test
    void namespaces_carryTheNameOfTheLab() {
        assertEquals(
                "thr-demo-real2", new Topology("demo", 2).real(2).namespace().name());
    }

    @Test
    void everyHostButTheRouter_hangsOnTheRouterAlone() {
        Topology topology = new Topology("lab", 3);
        assertTrue(topology.links().stream().allMatch(link -> link.to().equals(topology.router())));
        assertEquals(
                topology.hosts().size() - 1,
                topology.links().stream().map(Link::from).distinct().count());
    }

    @Test
    void everyLeg_isAsWideAsMostNetworksAre() {
        new Topology("lab", 1).links().forEach(link -> assertEquals(1500, link.mtu()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 17})
    void aNumberOfRealsThatIsTooSmallOrLarge_isRefused(int reals) {
        assertThrows(LabException.class, () -> new Topology("lab", reals));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../x", "a b", "Lab", "averyveryverylongname"})
    void aNameThatWouldNotFitIntoPaths_isRefused(String name) {
        assertThrows(LabException.class, () -> new LabFiles(name));
    }
}
