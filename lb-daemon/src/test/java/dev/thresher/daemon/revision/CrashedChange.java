// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.IpText;
import dev.thresher.config.change.Edit;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** A process that makes one change and dies on the way: {@code FILE CHANGE STEPS}. It ends with 0 if it got through. */
final class CrashedChange {
    static final int DIED = 42;

    private CrashedChange() {}

    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]);
        CrashingDisk disk = new CrashingDisk();
        disk.crashAfter(Integer.parseInt(args[2]), () -> Runtime.getRuntime().halt(DIED));
        Activation activation = disk.activation(new RecordedActivation());
        Revisions revisions = Revisions.begin(file, Intent.load(file), disk, activation, InstantSource.system());
        Author author = new Author("test", "");
        switch (args[1]) {
            case "apply" ->
                revisions.apply(
                        new Change.Edits(List.of(new Edit.SetWeight(IpText.parse("10.0.0.2"), null, 5))), 0, author);
            case "discard" -> revisions.apply(new Change.Discard(Set.of()), 0, author);
            case "commit" -> revisions.commit(0, author);
            default -> throw new IllegalArgumentException(args[1]);
        }
    }
}
