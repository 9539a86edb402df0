// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.HealthCheck;
import dev.thresher.config.IpText;
import java.net.InetAddress;
import java.util.Objects;

/**
 * Something to probe: a real server and how to probe it. Pools that share both share the target, and so its probes.
 *
 * @param address the address of the real server
 */
public record Target(InetAddress address, HealthCheck check) {
    /** Whether a probe of {@code other} asks the same server the same question, however often it asks. */
    boolean asksTheSameAs(Target other) {
        return address.equals(other.address)
                && reachesTheSameAs(other)
                && check.path().equals(other.check.path())
                && Objects.equals(check.host(), other.check.host())
                && check.expect().equals(other.check.expect());
    }

    /** Whether the probes of both talk the same protocol to the same port. */
    boolean reachesTheSameAs(Target other) {
        return check.kind() == other.check.kind() && check.port() == other.check.port();
    }

    /** {@code http://10.0.0.2:80/healthz}, {@code tcp://[2001:db8::2]:443}, {@code none://10.0.0.2}. */
    @Override
    public String toString() {
        String server = check.kind() + "://" + authority();
        return check.kind() == HealthCheck.Kind.HTTP ? server + check.path() : server;
    }

    /** {@code 10.0.0.2:80}, {@code [2001:db8::2]:443}: what follows the slashes in a URL. */
    String authority() {
        String text = IpText.format(address);
        String host = text.indexOf(':') < 0 ? text : "[" + text + "]";
        return check.kind() == HealthCheck.Kind.NONE ? host : host + ":" + check.port();
    }
}
