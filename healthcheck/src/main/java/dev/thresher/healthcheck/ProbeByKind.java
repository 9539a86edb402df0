// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.util.function.Consumer;

/** The list of kinds: hands each target to the probe of its kind. */
final class ProbeByKind implements Probe {
    private final Probe tcp;
    private final Probe http;

    ProbeByKind(Dialer dialer) {
        this.tcp = new TcpProbe(dialer);
        this.http = new HttpProbe(dialer);
    }

    @Override
    public Cancellable start(Target target, Consumer<ProbeResult> done) {
        return switch (target.check().kind()) {
            case TCP -> tcp.start(target, done);
            case HTTP -> http.start(target, done);
            case NONE -> throw new IllegalArgumentException(target + " is not to be probed");
        };
    }
}
