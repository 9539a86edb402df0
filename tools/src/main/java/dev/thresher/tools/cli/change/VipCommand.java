// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import dev.thresher.api.v1.AddVip;
import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.Edit;
import dev.thresher.api.v1.Edits;
import dev.thresher.api.v1.RemoveVip;
import dev.thresher.tools.cli.CommandFailure;
import dev.thresher.tools.cli.VerbGroupCommand;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verb {@code vip}. */
@Command(
        name = "vip",
        header = "Add or remove a VIP.",
        description =
                "What is changed by calls survives restarts, and stands beside the files: see 'thresher runtime'. "
                        + "'thresher vips' lists the VIPs.",
        subcommands = {VipCommand.Add.class, VipCommand.Remove.class})
public final class VipCommand extends VerbGroupCommand {
    /** {@code thresher vip add}. */
    @Command(
            name = "add",
            description = "Add a VIP.",
            footer = "%nExample: thresher vip add 203.0.113.10:443/tcp --pool web --set hash=source")
    static final class Add extends ChangeVerb {
        @Parameters(paramLabel = "VIP", description = "Such as 203.0.113.10:80/tcp.")
        private String vip = "";

        @Option(names = "--pool", required = true, paramLabel = "POOL", description = "Pool that serves it.")
        private String pool = "";

        @Option(
                names = "--set",
                paramLabel = "KEY=VALUE",
                description = "Another key of thresher.vips[], see docs/configuration.md. May be repeated.")
        private List<String> settings = List.of();

        @Override
        void prepare() {
            vip = Names.vip(vip);
            for (String setting : settings) {
                if (setting.indexOf('=') < 1) {
                    throw CommandFailure.invalid("--set: '" + setting + "' is not KEY=VALUE, such as hash=source");
                }
            }
        }

        @Override
        Change change() {
            return edit(Edit.newBuilder()
                    .setAddVip(AddVip.newBuilder().setVip(vip).setPool(pool).setSettings(String.join("\n", settings))));
        }
    }

    /** {@code thresher vip remove}. */
    @Command(name = "remove", description = "Remove a VIP. Its packets are the host's own then; its flows end.")
    static final class Remove extends ChangeVerb {
        @Parameters(paramLabel = "VIP", description = "Such as 203.0.113.10:80/tcp.")
        private String vip = "";

        @Override
        void prepare() {
            vip = Names.vip(vip);
        }

        @Override
        Change change() {
            return edit(Edit.newBuilder().setRemoveVip(RemoveVip.newBuilder().setVip(vip)));
        }
    }

    private static Change edit(Edit.Builder edit) {
        return Change.newBuilder().setEdits(Edits.newBuilder().addEdits(edit)).build();
    }
}
