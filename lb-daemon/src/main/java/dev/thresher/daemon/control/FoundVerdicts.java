// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.Config;
import dev.thresher.config.Member;
import dev.thresher.config.Pool;
import dev.thresher.config.Real;
import dev.thresher.config.Vip;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.Target;
import java.util.HashMap;
import java.util.Map;

/** What the maps tell of the targets' health: a restart must not take a serving real out until its first probe. */
final class FoundVerdicts {
    private FoundVerdicts() {}

    /** Those that are known. A target that several members share is up if one of them is. */
    static Map<Target, Health> of(Config config, Map<Member, MemberState> found) {
        Map<Target, Health> verdicts = new HashMap<>();
        for (Vip vip : config.vips()) {
            Pool pool = config.poolOf(vip);
            for (Real real : pool.reals()) {
                MemberState state = found.get(new Member(vip.key(), real.address()));
                if (state != null) {
                    Health health = state == MemberState.DOWN ? Health.DOWN : Health.UP;
                    verdicts.merge(Target.of(vip, pool, real.address()), health, FoundVerdicts::better);
                }
            }
        }
        return verdicts;
    }

    private static Health better(Health a, Health b) {
        return a == Health.UP ? a : b;
    }
}
