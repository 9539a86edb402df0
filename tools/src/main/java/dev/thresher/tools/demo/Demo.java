// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import dev.thresher.tools.lab.Host;
import dev.thresher.tools.lab.Lab;
import dev.thresher.tools.lab.LabSpec;
import dev.thresher.tools.lab.RealServer;
import dev.thresher.tools.lab.Topology;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Does the product's main job on a lab of its own, step by step, and checks what happens. */
final class Demo {
    /** The demo's lab; real3 carries twice the weight of the others. */
    static final LabSpec LAB = LabSpec.passing("demo", 1, 1, 2);

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
            String url4 = lab.urls().get(0);
            String url6 = lab.urls().get(1);
            List<Answer> answers4 = spread(lab, requests, url4, url6);
            failover(lab, requests, answers4, url4);
            upload(lab, url4, url6);
            progress.accept("removing the lab");
        }
        return DemoResult.of(checks);
    }

    /** Requests over both families, watched on the load balancer's cable. */
    private List<Answer> spread(Lab lab, Requests requests, String url4, String url6) throws IOException {
        Path file = lab.files().directory().resolve("lb1.pcap");
        Host client = lab.topology().client();
        List<Integer> weights = lab.spec().weights();
        try (Capture capture =
                Capture.of(lab.topology().router(), lab.topology().balancer().name(), file)) {
            long receivedBefore = received(client);
            progress.accept(REQUESTS + " requests over IPv4 to " + url4);
            List<Answer> answers4 = requests.from(FIRST_PORT, REQUESTS, url4);
            record(new Shares(answers4, weights).check("spread_ipv4"));
            progress.accept(REQUESTS + " requests over IPv6 to " + url6);
            record(new Shares(requests.from(FIRST_PORT, REQUESTS, url6), weights).check("spread_ipv6"));
            List<InetAddress> vips =
                    List.of(InetAddress.getByName(Topology.VIP4), InetAddress.getByName(Topology.VIP6));
            WireCount count = WireCount.of(capture.finish(), vips);
            record(directReturn(count, received(client) - receivedBefore));
            return answers4;
        }
    }

    private static Check directReturn(WireCount count, long toClient) {
        boolean ok = count.requests() > 0 && count.encapsulated() == count.requests() && count.replies() == 0;
        return new Check(
                "direct_return",
                ok,
                count.requests() + " packets in, " + count.encapsulated() + " encapsulated out, " + count.replies()
                        + " replies; " + toClient + " reached the client",
                "on lb1's cable as many out as in, 0 replies");
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

    private void failover(Lab lab, Requests requests, List<Answer> before, String url) {
        RealServer victim = lab.realServers().get(VICTIM - 1);
        String name = victim.host().name();
        Failover failover = new Failover(lab, requests, victim, url);
        progress.accept("killing nginx on " + name);
        failover.kill(before).forEach(this::record);
        progress.accept("starting nginx on " + name + " again");
        record(failover.revive(UNUSED_PORTS));
        List<Answer> after = requests.from(PORTS_AFTER, REQUESTS, url);
        record(new Shares(after, lab.spec().weights()).check("spread_after"));
    }

    private void upload(Lab lab, String url4, String url6) throws IOException {
        Upload upload = new Upload(lab);
        upload.prepare();
        progress.accept("uploading 30 MB over IPv4 and IPv6");
        record(upload.check("upload_ipv4", url4));
        record(upload.check("upload_ipv6", url6));
    }

    private void record(Check check) {
        checks.add(check);
        progress.accept((check.ok() ? "  ok      " : "  FAILED  ") + check.name() + ": " + check.value());
    }
}
