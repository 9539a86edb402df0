// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.Edit;
import dev.thresher.api.v1.Edits;
import java.util.List;

/** A verb that does the same with several real servers, all in one change. */
abstract class RealsVerb extends ChangeVerb {
    private List<String> reals = List.of();

    /** What is done with one. */
    abstract Edit edit(String real);

    final void name(String... addresses) {
        reals = List.of(addresses);
    }

    @Override
    void prepare() {
        reals = reals.stream().map(Names::real).distinct().toList();
    }

    @Override
    final Change change() {
        return Change.newBuilder()
                .setEdits(Edits.newBuilder()
                        .addAllEdits(reals.stream().map(this::edit).toList()))
                .build();
    }
}
