// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import dev.thresher.api.v1.AddReal;
import dev.thresher.api.v1.Edit;
import dev.thresher.api.v1.RealServer;
import dev.thresher.api.v1.RemoveReal;
import dev.thresher.api.v1.SetWeight;
import dev.thresher.config.Real;
import dev.thresher.tools.cli.CommandFailure;
import dev.thresher.tools.cli.VerbGroupCommand;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verb {@code real}. */
@Command(
        name = "real",
        header = "Add, remove, weigh, drain or rest real servers.",
        description =
                "What is changed by calls survives restarts, and stands beside the files: see 'thresher runtime'. "
                        + "'thresher reals' lists the real servers.",
        subcommands = {
            RealCommand.Add.class,
            RealCommand.Remove.class,
            RealCommand.Weight.class,
            RealCommand.Drain.class,
            RealCommand.Undrain.class,
            RealCommand.Maintenance.class
        })
public final class RealCommand extends VerbGroupCommand {
    /** {@code thresher real add}. */
    @Command(name = "add", description = "Add real servers to a pool.")
    static final class Add extends RealsVerb {
        @Parameters(index = "0", paramLabel = "POOL", description = "One that is configured.")
        private String pool = "";

        @Parameters(index = "1..*", arity = "1..*", paramLabel = "ADDRESS", description = "Its address.")
        void setReals(String[] addresses) {
            name(addresses);
        }

        @Option(names = "--weight", paramLabel = "W", description = "0 to 65535 (default: 1).")
        private @Nullable Integer weight;

        @Override
        void prepare() {
            super.prepare();
            if (weight != null) {
                checkWeight(weight);
            }
        }

        @Override
        Edit edit(String real) {
            AddReal.Builder edit = AddReal.newBuilder().setPool(pool).setReal(real);
            if (weight != null) {
                edit.setWeight(weight);
            }
            return Edit.newBuilder().setAddReal(edit).build();
        }
    }

    /** {@code thresher real remove}. */
    @Command(name = "remove", description = "Remove real servers. Their flows move to others: drain them before.")
    static final class Remove extends RealsVerb {
        @Parameters(arity = "1..*", paramLabel = "ADDRESS", description = "Its address.")
        void setReals(String[] addresses) {
            name(addresses);
        }

        @Option(names = "--pool", paramLabel = "POOL", description = "Only from this pool (default: from every pool).")
        private String pool = "";

        @Override
        Edit edit(String real) {
            return Edit.newBuilder()
                    .setRemoveReal(RemoveReal.newBuilder().setPool(pool).setReal(real))
                    .build();
        }
    }

    /** {@code thresher real weight}. */
    @Command(name = "weight", description = "Set the share of new flows that a real server gets.")
    static final class Weight extends MemberVerb {
        @Parameters(index = "0", paramLabel = "ADDRESS", description = "Its address.")
        void setReal(String address) {
            name(address);
        }

        @Parameters(index = "1", paramLabel = "W", description = "0 to 65535, relative to the others; 0: no new flows.")
        private int weight;

        @Override
        void prepare() {
            super.prepare();
            checkWeight(weight);
        }

        @Override
        Edit edit(String real, String vip) {
            return Edit.newBuilder()
                    .setSetWeight(
                            SetWeight.newBuilder().setReal(real).setVip(vip).setWeight(weight))
                    .build();
        }
    }

    /** {@code thresher real drain}. */
    @Command(name = "drain", description = "Give real servers no new flows; they keep those that they have.")
    static final class Drain extends OrderVerb {
        @Override
        Edit.Builder order(RealServer real) {
            return Edit.newBuilder().setDrain(real);
        }
    }

    /** {@code thresher real undrain}. */
    @Command(name = "undrain", description = "End drain and maintenance of real servers.")
    static final class Undrain extends OrderVerb {
        @Override
        Edit.Builder order(RealServer real) {
            return Edit.newBuilder().setUndrain(real);
        }
    }

    /** {@code thresher real maintenance}. */
    @Command(
            name = "maintenance",
            description = "Give real servers no packets at all, and do not probe them. Their flows move to others.")
    static final class Maintenance extends OrderVerb {
        @Override
        Edit.Builder order(RealServer real) {
            return Edit.newBuilder().setMaintenance(real);
        }
    }

    private abstract static class OrderVerb extends MemberVerb {
        @Parameters(arity = "1..*", paramLabel = "ADDRESS", description = "Its address.")
        void setReals(String[] addresses) {
            name(addresses);
        }

        abstract Edit.Builder order(RealServer real);

        @Override
        final Edit edit(String real, String vip) {
            return order(RealServer.newBuilder().setReal(real).setVip(vip).build())
                    .build();
        }
    }

    private static void checkWeight(int weight) {
        if (weight < 0 || weight > Real.MAX_WEIGHT) {
            throw CommandFailure.invalid("weight: " + weight + " is not between 0 and " + Real.MAX_WEIGHT);
        }
    }
}
