// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.time.Clock;
import java.util.function.Consumer;

/** The list of kinds: hands each target to the probe of its kind. */
final class ProbeByKind implements Probe {
    private final Probe tcp;
    private final Probe tls;
    private final Probe http;

    private ProbeByKind(Dialer dialer, TlsLayer layer) {
        this.tcp = new TcpProbe(dialer);
        this.tls = new TlsProbe(dialer, layer);
        this.http = new HttpProbe(dialer, layer);
    }

    static ProbeByKind on(EpollLoop loop) {
        Dialer dialer = new Dialer(loop.eventLoop());
        return new ProbeByKind(dialer, new TlsLayer(loop.workers(), Clock.systemUTC()));
    }

    @Override
    public Cancellable start(ProbeContext context, Consumer<ProbeResult> done) {
        return probeFor(context.target()).start(context, done);
    }

    private Probe probeFor(Target target) {
        return switch (target.check().kind().type()) {
            case TCP -> tcp;
            case TLS -> tls;
            case HTTP, HTTPS -> http;
            default -> throw new IllegalArgumentException(target + " is not to be probed");
        };
    }
}
