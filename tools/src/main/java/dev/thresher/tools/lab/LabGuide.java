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
        out.printf("The VIPs are %s and %s, TCP port %d.%n", Topology.VIP4, Topology.VIP6, Topology.PORT);
        out.println("Configuration: " + files.config());
        out.println("The daemon's log: " + files.daemonLog());
        out.println();
        out.println("Try:");
        out.printf("    %s client curl -s 'http://%s/?[1-9]'     # nine connections%n", exec, Topology.VIP4);
        out.printf("    %s client curl -gs 'http://[%s]/'%n", exec, Topology.VIP6);
        out.printf("    %s lb1 thresher status%n", exec);
        out.printf("    %s real1 sh -c 'kill $(cat %s/real1/nginx.pid)'     # real1 fails%n", exec, files.directory());
        out.printf("    %s lb1 thresher reals%n", exec);
        out.printf("    %s real1 nginx -c %s/real1/nginx.conf     # and comes back%n", exec, files.directory());
        out.printf("    %s router tcpdump -ni lb1     # what goes to the load balancer and comes from it%n", exec);
        out.printf("    %s lab down%s%n", thresher, option());
        out.flush();
    }
}
