// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.time.Clock;
import java.util.function.Consumer;

/** The list of kinds: hands each target to the probe of its kind. */
final class ProbeByKind implements Probe {
    private final Dialer dialer;
    private final Probe tcp;
    private final Probe tls;
    private final Probe http;
    private final Probe grpc;
    private final Probe dns;
    private final Probe udp;
    private final Probe icmp;
    private final Probe exec;

    private ProbeByKind(EpollLoop loop) {
        this.dialer = new Dialer(loop.eventLoop());
        TlsLayer layer = new TlsLayer(loop.eventLoop(), loop.workers(), loop.files(), Clock.systemUTC());
        this.tcp = new TcpProbe(dialer);
        this.tls = new TlsProbe(dialer, layer);
        this.http = new HttpProbe(dialer, layer);
        this.grpc = new GrpcProbe(dialer, layer);
        this.dns = new DnsProbe(dialer);
        this.udp = new UdpProbe(dialer);
        this.icmp = new IcmpProbe(dialer);
        ExecProbe commands = new ExecProbe(loop.eventLoop(), loop.blocking());
        this.exec = commands;
        loop.onEnd(commands::end);
    }

    static ProbeByKind on(EpollLoop loop) {
        return new ProbeByKind(loop);
    }

    /** Sockets that are open and serve no probe. On the loop's thread. */
    int idleSockets() {
        return dialer.idleSockets();
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
            case GRPC -> grpc;
            case DNS -> dns;
            case UDP -> udp;
            case ICMP -> icmp;
            case EXEC -> exec;
            case NONE -> throw new IllegalArgumentException(target + " is not to be probed");
        };
    }
}
