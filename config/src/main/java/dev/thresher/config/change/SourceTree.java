// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import dev.thresher.config.Document;
import dev.thresher.config.change.HoconLayout.Field;
import dev.thresher.config.change.HoconLayout.Include;
import dev.thresher.config.change.HoconLayout.Item;
import dev.thresher.config.change.HoconLayout.Kind;
import dev.thresher.config.change.HoconLayout.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The texts of configuration files, while they are edited, and where in them a path is written. */
final class SourceTree {
    private static final String EXTENSION = ".conf";

    private final List<Path> roots;
    private final Map<Path, String> texts;

    /**
     * A section in one of the files.
     *
     * @param path where its keys are in the configuration
     */
    record Section(Path file, List<String> path, Value value, boolean wholeFile) {}

    /** A field in one of the files. */
    record Found(Path file, Field field, boolean whole) {}

    /**
     * Begins.
     *
     * @param files in the order of reading; the first is the main one
     */
    SourceTree(List<Path> files, Map<Path, String> texts) {
        this.texts = new LinkedHashMap<>(texts);
        Path main = files.get(0);
        Path folder = Document.folderOf(main);
        this.roots = files.stream()
                .filter(file -> file.equals(main) || folder.equals(file.getParent()))
                .toList();
    }

    Map<Path, String> texts() {
        return texts;
    }

    String text(Path file) {
        return texts.getOrDefault(file, "");
    }

    void edit(Path file, UnaryOperator<String> edit) {
        texts.put(file, edit.apply(text(file)));
    }

    /**
     * All sections that are written as such, in the order in which they count.
     *
     * @param within where to look; null for everywhere
     */
    List<Section> sections(@Nullable Section within) {
        List<Section> sections = new ArrayList<>();
        walk(within, sections::add, (section, field) -> {});
        return sections;
    }

    /**
     * The fields that give a path its value, or a part of it, in the order in which they count.
     *
     * @param within where to look; null for everywhere
     */
    List<Found> fields(@Nullable Section within, List<String> path) {
        List<Found> found = new ArrayList<>();
        walk(within, each -> {}, (section, field) -> {
            List<String> whole = join(section.path(), field.key());
            if (whole.size() >= path.size() && whole.subList(0, path.size()).equals(path)) {
                found.add(new Found(section.file(), field, whole.size() == path.size()));
            }
        });
        return found;
    }

    /** Whether a file counts more than once, because several places include it. */
    boolean isShared(Path file) {
        return sections(null).stream()
                        .filter(section -> section.wholeFile() && section.file().equals(file))
                        .count()
                > 1;
    }

    private void walk(@Nullable Section within, Consumer<Section> sections, BiConsumer<Section, Field> fields) {
        if (within == null) {
            roots.forEach(root -> walkInto(wholeFile(root, List.of()), sections, fields));
        } else {
            walkInto(within, sections, fields);
        }
    }

    private void walkInto(Section section, Consumer<Section> sections, BiConsumer<Section, Field> fields) {
        sections.accept(section);
        for (Item item : section.value().items()) {
            if (item instanceof Include include) {
                walkInto(wholeFile(included(section.file(), include.what()), section.path()), sections, fields);
            } else if (item instanceof Field field) {
                fields.accept(section, field);
                if (field.value().kind() == Kind.SECTION && !field.appends()) {
                    List<String> path = join(section.path(), field.key());
                    walkInto(new Section(section.file(), path, field.value(), false), sections, fields);
                }
            }
        }
    }

    private Section wholeFile(Path file, List<String> path) {
        return new Section(file, path, HoconLayout.of(text(file)), true);
    }

    private Path included(Path from, String what) {
        Path file = from.resolveSibling(what);
        return texts.containsKey(file) ? file : from.resolveSibling(what + EXTENSION);
    }

    static List<String> join(List<String> path, List<String> more) {
        List<String> joined = new ArrayList<>(path);
        joined.addAll(more);
        return joined;
    }
}
