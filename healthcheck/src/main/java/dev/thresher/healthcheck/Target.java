// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.Encapsulation;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.HealthCheck.Via;
import dev.thresher.config.IpText;
import dev.thresher.config.Pool;
import dev.thresher.config.ProbeKind;
import dev.thresher.config.Vip;
import java.net.InetAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something to probe: a real server, the way to it, and the question. VIPs that share all three share the target, and so
 * its probes. A value: equal if these are equal. No record, because all that is known of tens of thousands of targets is kept
 * by target, and the hash of a whole check takes long.
 */
public final class Target {
    private static final Way DIRECT = new Way.Direct();

    private final InetAddress real;
    private final Way way;
    private final HealthCheck check;
    private final int hash;

    /** How probes get to a real server. */
    public sealed interface Way {
        /** To the real server's own address. */
        record Direct() implements Way {}

        /**
         * To the VIP, wrapped as clients' packets are.
         *
         * @param vip where the probe connects
         * @param encapsulation how it is wrapped on its way to the real server
         */
        record Tunnel(InetAddress vip, Encapsulation encapsulation) implements Way {}
    }

    /**
     * @param real the address of the real server
     * @param way how its probes get there
     * @param check what they ask; its port is a given one
     */
    public Target(InetAddress real, Way way, HealthCheck check) {
        this.real = real;
        this.way = way;
        this.check = check;
        this.hash = Objects.hash(real, way, check);
    }

    /** A probe of the real server's own address. */
    public Target(InetAddress real, HealthCheck check) {
        this(real, DIRECT, check);
    }

    /** What to probe for a member: the real server in the pool that serves the VIP. */
    public static Target of(Vip vip, Pool pool, InetAddress real) {
        HealthCheck check = pool.check();
        ProbeKind kind = check.kind();
        HealthCheck given =
                kind.port() == ProbeKind.VIP_PORT ? check.with(kind.at(vip.key().port())) : check;
        return check.via() == Via.TUNNEL
                ? new Target(real, new Way.Tunnel(vip.key().address(), pool.encapsulation()), given)
                : new Target(real, given);
    }

    /** The address of the real server. */
    public InetAddress real() {
        return real;
    }

    /** How its probes get there. */
    public Way way() {
        return way;
    }

    /** What they ask. */
    public HealthCheck check() {
        return check;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Target target
                        && hash == target.hash
                        && real.equals(target.real)
                        && way.equals(target.way)
                        && check.equals(target.check));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** The address that a probe connects to: the VIP's through the tunnel, else the real server's. */
    public InetAddress destination() {
        return way instanceof Way.Tunnel tunnel ? tunnel.vip() : real;
    }

    /** Whether a probe of {@code other} asks the same server the same question, however often it asks. */
    boolean asksTheSameAs(Target other) {
        return real.equals(other.real) && way.equals(other.way) && check.kind().equals(other.check.kind());
    }

    /** Whether the probes of both talk the same protocol to the same port. */
    boolean reachesTheSameAs(Target other) {
        return check.kind().type() == other.check.kind().type()
                && check.kind().port() == other.check.kind().port();
    }

    /**
     * {@code http://10.0.0.2:80/healthz}, {@code tcp://[2001:db8::2]:443}, {@code none://10.0.0.2}, and through the tunnel
     * {@code tcp://203.0.113.10:443 by 10.0.0.2}.
     */
    @Override
    public String toString() {
        String server = check.kind().type() + "://" + authority();
        String question = check.kind() instanceof ProbeKind.Http http
                ? server + http.exchange().path()
                : server;
        return way instanceof Way.Tunnel ? question + " by " + IpText.format(real) : question;
    }

    /** {@code 10.0.0.2:80}, {@code [2001:db8::2]:443}: what follows the slashes in a URL. */
    String authority() {
        String text = IpText.format(destination());
        String host = text.indexOf(':') < 0 ? text : "[" + text + "]";
        int port = check.kind().port();
        return port == ProbeKind.VIP_PORT ? host : host + ":" + port;
    }
}
