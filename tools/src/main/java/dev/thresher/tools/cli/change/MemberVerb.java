// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import dev.thresher.api.v1.Edit;
import picocli.CommandLine.Option;

/** A verb about real servers, everywhere or in one VIP. */
abstract class MemberVerb extends RealsVerb {
    @Option(names = "--vip", paramLabel = "VIP", description = "Only in this VIP (default: in every VIP).")
    private String vip = "";

    /** @param vip empty for all */
    abstract Edit edit(String real, String vip);

    @Override
    void prepare() {
        super.prepare();
        if (!vip.isEmpty()) {
            vip = Names.vip(vip);
        }
    }

    @Override
    final Edit edit(String real) {
        return edit(real, vip);
    }
}
