// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The keys that say what health means for traffic. */
final class PolicyKeys {
    static final Key<Duration> SLOW_START =
            Key.defaulting(Schema.POOL, "slow-start", ValueTypes.duration("0s", "1h"), "0s");
    static final Key<Duration> DRAIN_TIMEOUT =
            Key.optional(Schema.POOL, "drain-timeout", ValueTypes.duration("1s", "7d"), "as long as the flows last");
    static final Key<Integer> MIN_HEALTHY =
            Key.defaulting(Schema.POOL, "min-healthy", ValueTypes.integer(1, 65_536), "1");
    static final Key<Integer> PANIC_THRESHOLD =
            Key.defaulting(Schema.POOL, "panic-threshold", ValueTypes.integer(0, 100), "0");

    static final Key<List<String>> FALLBACK = Key.optional(Schema.VIP, "fallback", poolNames(), "none");
    static final Key<Failover.DeadFlows> DEAD_FLOWS =
            Key.defaulting(Schema.VIP, "dead-flows", ValueType.oneOf(Failover.DeadFlows.class), "repick");

    static final List<Key<?>> KEYS =
            List.of(SLOW_START, DRAIN_TIMEOUT, MIN_HEALTHY, PANIC_THRESHOLD, FALLBACK, DEAD_FLOWS);

    private PolicyKeys() {}

    /** One name, or a list of them. */
    private static ValueType<List<String>> poolNames() {
        ValueType<String> one = ValueTypes.poolName();
        return new ValueType<>(one.name(), one.range() + ", or a list of such", value -> {
            List<? extends ConfigValue> values = value instanceof ConfigList list ? list : List.of(value);
            Set<String> names = new LinkedHashSet<>();
            values.stream()
                    .filter(each -> !Substitutions.isUndefined(each))
                    .map(one::read)
                    .forEach(name -> Require.that(names.add(name), "pool \"" + name + "\" is there twice"));
            return List.copyOf(names);
        });
    }
}
