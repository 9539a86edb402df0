// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.api.v1.State;
import dev.thresher.api.v1.Vip;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/** What there is to name in a running daemon, for the shell's completion: a line each. Says nothing where there is none. */
@Command(name = "names", hidden = true, description = "List VIPs, pools and real servers for the shell's completion.")
final class NamesCommand extends Verb {
    @Mixin
    private Connection connection = new Connection();

    @Override
    public Integer call() {
        try (DaemonClient daemon = connection.open()) {
            State state = daemon.state();
            print(NameKind.VIP, state.getVipsList().stream().map(Vip::getKey));
            print(NameKind.POOL, state.getVipsList().stream().map(Vip::getPool));
            print(
                    NameKind.ADDRESS,
                    state.getVipsList().stream()
                            .flatMap(vip -> vip.getMembersList().stream())
                            .map(member -> member.getReal()));
            out().flush();
        } catch (CommandFailure e) {
            // Who presses a key in the middle of a line wants no complaint there.
            return ExitCode.OK;
        }
        return ExitCode.OK;
    }

    private void print(NameKind kind, Stream<String> names) {
        names.distinct().sorted().forEach(name -> out().println(kind.label() + " " + name));
    }
}
