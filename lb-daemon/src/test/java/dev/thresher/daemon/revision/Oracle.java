// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What ought to be, by rules that are written down a second time: files and runtime changes by element, what they make, and
 * the number of the revision. Elements are named as the product names them; what they say is a text. Immutable.
 *
 * @param overlay by element
 */
record Oracle(Map<String, String> files, Map<String, Standing> overlay, Map<String, String> inForce, long revision) {
    /** A runtime change. */
    record Standing(@Nullable String before, @Nullable String after) {}

    static Oracle of(Map<String, String> files) {
        return new Oracle(files, Map.of(), files, 1);
    }

    /** What the changes make of the files. */
    private static Map<String, String> merge(Map<String, String> files, Map<String, Standing> overlay) {
        Map<String, String> merged = new TreeMap<>(files);
        overlay.forEach((name, change) -> {
            if (change.after == null) {
                merged.remove(name);
            } else if (change.before == null || files.containsKey(name)) {
                merged.put(name, change.after);
            }
        });
        return merged;
    }

    private static Map<String, Standing> standing(Map<String, String> files, Map<String, Standing> overlay) {
        Map<String, Standing> left = new TreeMap<>(overlay);
        left.entrySet().removeIf(entry -> Objects.equals(files.get(entry.getKey()), entry.getValue().after));
        return left;
    }

    /** A pool needs a real server. */
    private static boolean valid(Map<String, String> state) {
        return state.keySet().stream().anyMatch(name -> name.startsWith("real "));
    }

    private Oracle with(Map<String, String> newFiles, Map<String, Standing> newOverlay) {
        Map<String, String> next = merge(newFiles, newOverlay);
        return new Oracle(newFiles, newOverlay, next, next.equals(inForce) ? revision : revision + 1);
    }

    /** Whether files that say this could be in force. */
    boolean takes(Map<String, String> newFiles) {
        return valid(merge(newFiles, standing(newFiles, overlay)));
    }

    Oracle afterReload(Map<String, String> newFiles) {
        return with(newFiles, standing(newFiles, overlay));
    }

    /** What is not touched stays as it is. */
    Oracle afterEdit(Map<String, String> wanted) {
        return wanted.equals(inForce) ? this : with(files, touched(wanted, new TreeMap<>(overlay)));
    }

    private Map<String, Standing> touched(Map<String, String> wanted, Map<String, Standing> next) {
        TreeSet<String> names = new TreeSet<>(inForce.keySet());
        names.addAll(wanted.keySet());
        for (String name : names) {
            if (!Objects.equals(inForce.get(name), wanted.get(name))) {
                next.put(name, new Standing(files.get(name), wanted.get(name)));
            }
        }
        return standing(files, next);
    }

    Oracle afterWhole(Map<String, String> wanted) {
        if (wanted.equals(inForce)) {
            return this;
        }
        Map<String, Standing> next = new TreeMap<>();
        TreeSet<String> names = new TreeSet<>(files.keySet());
        names.addAll(wanted.keySet());
        names.forEach(name -> next.put(name, new Standing(files.get(name), wanted.get(name))));
        return with(files, standing(files, next));
    }

    boolean canDiscard() {
        return valid(files);
    }

    Oracle afterDiscard() {
        return with(files, Map.of());
    }

    /** The files say what is in force; what is not in force stays what it is. */
    Oracle afterCommit() {
        return with(inForce, standing(inForce, overlay));
    }
}
