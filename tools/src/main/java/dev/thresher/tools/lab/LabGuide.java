// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import java.io.PrintWriter;

/** Tells a person what a lab consists of and what to try in it. */
final class LabGuide {
    private final String lab;
    private final String exec;
    private final String thresher;

    LabGuide(String lab, String thresher) {
        this.lab = lab;
        this.thresher = thresher;
        this.exec = thresher + " lab exec" + option();
    }

    private String option() {
        return lab.equals("lab") ? "" : " --lab " + lab;
    }

    void print(PrintWriter out) {
        LabFiles files = new LabFiles(lab);
        LabStatus status = LabStatus.of(lab);
        out.println("The lab is up:");
        out.println();
        out.println("    client ── router ── lb1           requests: client → router → lb1 → router → real server");
        out.println("                ├────── real1         replies:  real server → router → client");
        out.println("                └────── …");
        out.println();
        LabTable.print(status, out);
        out.println();
        out.printf(
                "The VIPs are %s and %s: HTTP by IP in IP on port %d, by GUE on port %d.%n",
                Topology.VIP4, Topology.VIP6, Way.IPIP.port(), Way.GUE.port());
        out.println("Configuration: " + files.config());
        out.println("The daemon's log: " + files.daemonLog());
        out.println();
        String nginx = files.of(new Topology(lab, 1).real(1)) + "/nginx";
        out.println("Try:");
        tip(out, "nine connections", exec + " client curl -s 'http://" + Topology.VIP4 + "/?[1-9]'");
        tip(out, "one over IPv6", exec + " client curl -gs 'http://[" + Topology.VIP6 + "]/'");
        tip(out, "one by GUE", exec + " client curl -s 'http://" + Topology.VIP4 + ":" + Way.GUE.port() + "/'");
        tip(out, "ping the balancer in a VIP's name", exec + " client ping -c 3 " + Topology.VIP4);
        tip(out, "how the balancer is doing", exec + " lb1 thresher status");
        tip(out, "real1 fails", exec + " real1 sh -c 'kill $(cat " + nginx + ".pid)'");
        tip(out, "what the balancer makes of it", exec + " lb1 thresher reals");
        tip(out, "real1 comes back", exec + " real1 nginx -c " + nginx + ".conf");
        tip(out, "watch the load balancer's cable", exec + " router tcpdump -ni lb1");
        tip(out, "remove all of it", thresher + " lab down" + option());
        out.flush();
    }

    private static void tip(PrintWriter out, String purpose, String command) {
        out.println("    # " + purpose);
        out.println("    " + command);
    }
}
