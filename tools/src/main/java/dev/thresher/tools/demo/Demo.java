// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import dev.thresher.tools.cli.DaemonClient;
import dev.thresher.tools.lab.Host;
import dev.thresher.tools.lab.Lab;
import dev.thresher.tools.lab.LabSpec;
import dev.thresher.tools.lab.RealServer;
import dev.thresher.tools.lab.Topology;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Does the product's main job on a lab of its own, step by step, and checks what happens. */
final class Demo {
    /** The demo's lab; real3 carries twice the weight of the others. */
    static final LabSpec LAB = LabSpec.passing("demo", 1, 1, 2);

    /** In the order of {@link Lab#urls}. */
    private static final List<String> FAMILIES = List.of("ipv4", "ipv6");

    private static final int REQUESTS = 4000;
    private static final int FIRST_PORT = 10_000;
    private static final int UNUSED_PORTS = 20_000;
    private static final int PORTS_AFTER = 30_000;
    private static final int VICTIM = 2;

    private final Consumer<String> progress;
    private final List<Check> checks = new ArrayList<>();

    Demo(Consumer<String> progress) {
        this.progress = progress;
    }

    DemoResult run(Path launcher) throws IOException {
        progress.accept("bringing the lab up");
        try (Lab lab = Lab.up(LAB, launcher, step -> progress.accept("  " + step))) {
            Requests requests = new Requests(lab);
            try (DaemonClient daemon = lab.balancer().connect()) {
                List<Traffic> traffic = spread(lab, requests, daemon);
                failover(lab, requests, daemon, traffic);
            }
            upload(lab);
            progress.accept("removing the lab");
        }
        return DemoResult.of(checks);
    }

    /** Requests over both families, watched on the load balancer's cable. */
    private List<Traffic> spread(Lab lab, Requests requests, DaemonClient daemon) throws IOException {
        Host client = lab.topology().client();
        try (Capture capture = Capture.onBalancersCable(lab)) {
            long receivedBefore = received(client);
            long countedBefore = counted(daemon);
            List<Traffic> traffic = new ArrayList<>();
            for (String url : lab.urls()) {
                progress.accept(REQUESTS + " requests to " + url + ", weights " + weights());
                traffic.add(new Traffic(url, requests.from(FIRST_PORT, REQUESTS, url)));
            }
            for (int i = 0; i < FAMILIES.size(); i++) {
                record(new Shares(traffic.get(i).answers(), LAB.weights()).check("spread_" + FAMILIES.get(i)));
            }
            WireCount count = WireCount.of(capture.finish());
            record(directReturn(count));
            progress.accept("          (the client received " + (received(client) - receivedBefore) + " packets)");
            long counted = counted(daemon) - countedBefore;
            record(new Check(
                    "counters",
                    counted == count.requests(),
                    counted + " packets counted by the daemon",
                    Integer.toString(count.requests())));
            return traffic;
        }
    }

    private static String weights() {
        return LAB.weights().stream().map(String::valueOf).collect(Collectors.joining(" : "));
    }

    private static Check directReturn(WireCount count) {
        return new Check(
                "direct_return",
                count.requests() >= 2 * REQUESTS && count.encapsulated() == count.requests() && count.replies() == 0,
                count.requests() + " in, " + count.encapsulated() + " out encapsulated, " + count.replies()
                        + " replies",
                "out = in, 0 replies");
    }

    /** Packets that the daemon says it has sent to real servers. */
    private static long counted(DaemonClient daemon) {
        return daemon.state().getVipsList().stream()
                .mapToLong(vip -> vip.getTraffic().getPackets())
                .sum();
    }

    /** Packets that a host has received on its uplink. */
    private static long received(Host host) {
        String json = host.namespace().run("ip", "-statistics", "-json", "link", "show", Topology.UPLINK);
        return new Gson()
                .fromJson(json, JsonArray.class)
                .get(0)
                .getAsJsonObject()
                .getAsJsonObject("stats64")
                .getAsJsonObject("rx")
                .get("packets")
                .getAsLong();
    }

    private void failover(Lab lab, Requests requests, DaemonClient daemon, List<Traffic> before) {
        RealServer victim = lab.realServers().get(VICTIM - 1);
        String name = victim.host().name();
        Failover failover = new Failover(requests, daemon, victim);
        progress.accept("killing nginx on " + name);
        failover.kill(before).forEach(this::record);
        progress.accept("starting nginx on " + name + " again");
        record(failover.revive(UNUSED_PORTS, lab.urls()));
        List<Answer> after = requests.from(PORTS_AFTER, REQUESTS, lab.urls().get(0));
        record(new Shares(after, LAB.weights()).check("spread_after"));
    }

    private void upload(Lab lab) throws IOException {
        Upload upload = new Upload(lab);
        upload.prepare();
        progress.accept("uploading 30 MB over IPv4 and IPv6");
        for (int i = 0; i < FAMILIES.size(); i++) {
            record(upload.check("upload_" + FAMILIES.get(i), lab.urls().get(i)));
        }
    }

    private void record(Check check) {
        checks.add(check);
        progress.accept((check.ok() ? "  ok      " : "  FAILED  ") + check.name() + ": " + check.value());
    }
}
