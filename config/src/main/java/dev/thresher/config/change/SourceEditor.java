// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import com.typesafe.config.ConfigUtil;
import dev.thresher.config.Location;
import dev.thresher.config.change.HoconLayout.Field;
import dev.thresher.config.change.HoconLayout.Item;
import dev.thresher.config.change.HoconLayout.Kind;
import dev.thresher.config.change.HoconLayout.Value;
import dev.thresher.config.change.SourceTree.Found;
import dev.thresher.config.change.SourceTree.Section;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sets and removes keys and list elements in the texts of files. A place that was found is good until the next edit. */
final class SourceEditor {
    private static final String SUBSTITUTION = "${";
    private static final String NULL = "null";

    private final SourceTree tree;

    /**
     * One element of a list.
     *
     * @param appended the field that says so, if it was written with {@code +=}
     */
    record Place(Path file, Value value, @Nullable Field appended) {}

    SourceEditor(SourceTree tree) {
        this.tree = tree;
    }

    String text(Place place) {
        return tree.text(place.file).substring(place.value.start(), place.value.end());
    }

    /**
     * Gives a path a value: where it has one, else at the end of the innermost section that it belongs to.
     *
     * @param within where to look; null for everywhere
     */
    void set(@Nullable Section within, List<String> path, String value) throws CommitException {
        Optional<Found> last = tree.fields(within, path).stream()
                .filter(found -> found.whole() && !found.field().appends())
                .reduce((a, b) -> b);
        if (last.isEmpty()) {
            add(within, path, value.startsWith("{") ? " " : " = ", value);
            return;
        }
        Path file = last.get().file();
        Value old = last.get().field().value();
        requireOwn(file, path);
        if (tree.text(file).substring(old.start(), old.end()).contains(SUBSTITUTION)) {
            throw new CommitException(locationIn(file, old.start()) + ": `" + ConfigUtil.joinPath(path)
                    + "` is made by a substitution; write " + value + " there, or discard the change");
        }
        boolean needsSign = last.get().field().sign().isEmpty() && !value.startsWith("{");
        tree.edit(file, text -> TextEdit.replace(text, old, needsSign ? "= " + value : value));
    }

    /** Takes away whatever gives a path a value. What comes from elsewhere is overridden by null, which is no value. */
    void remove(@Nullable Section within, List<String> path) throws CommitException {
        List<Found> found = tree.fields(within, path);
        if (found.isEmpty()) {
            set(within, path, NULL);
            return;
        }
        for (Found each : found) {
            requireOwn(each.file(), path);
        }
        // From behind, so that those before stay where they are; a field in one that goes goes with it.
        List<Found> outermost = new ArrayList<>(found);
        outermost.removeIf(inner -> found.stream()
                .anyMatch(outer -> outer.file().equals(inner.file())
                        && outer.field().start() <= inner.field().start()
                        && outer.field().end() >= inner.field().end()
                        && outer.field().value().kind() == Kind.SECTION
                        && outer.field().start() != inner.field().start()));
        for (int i = outermost.size() - 1; i >= 0; i--) {
            Field field = outermost.get(i).field();
            tree.edit(outermost.get(i).file(), text -> TextEdit.remove(text, field.start(), field.end()));
        }
    }

    /** The elements of a list, wherever they are written. */
    List<Place> elements(List<String> path) {
        List<Place> places = new ArrayList<>();
        for (Found found : tree.fields(null, path)) {
            if (found.whole() && found.field().appends()) {
                places.add(new Place(found.file(), found.field().value(), found.field()));
            } else if (found.whole()) {
                found.field().value().elements().forEach(value -> places.add(new Place(found.file(), value, null)));
            }
        }
        return places;
    }

    /** Adds an element to a list: to the last one that is written as such, else by appending. */
    void addElement(List<String> path, String element) throws CommitException {
        List<Found> all = tree.fields(null, path);
        Optional<Found> list = all.stream()
                .filter(found -> found.whole()
                        && !found.field().appends()
                        && found.field().value().kind() == Kind.LIST
                        && !tree.isShared(found.file()))
                .reduce((a, b) -> b);
        if (list.isEmpty()) {
            add(null, path, all.isEmpty() ? " = " : " += ", all.isEmpty() ? "[ " + element + " ]" : element);
            return;
        }
        Value value = list.get().field().value();
        Value last =
                value.parts().isEmpty() ? null : value.parts().get(value.parts().size() - 1);
        tree.edit(
                list.get().file(),
                text -> TextEdit.insert(
                        text, value, last == null ? -1 : last.start(), last == null ? -1 : last.end(), element));
    }

    void replace(Place place, String by, List<String> what) throws CommitException {
        requireOwn(place.file, what);
        tree.edit(place.file, text -> TextEdit.replace(text, place.value, by));
    }

    void removeElement(Place place, List<String> what) throws CommitException {
        requireOwn(place.file, what);
        int start = place.appended == null ? place.value.start() : place.appended.start();
        tree.edit(place.file, text -> TextEdit.remove(text, start, place.value.end()));
    }

    /** Makes several elements of one, that differ in the value of one key. */
    void split(Place place, String key, List<String> values) throws CommitException {
        if (place.appended != null) {
            throw new CommitException(locationOf(place) + ": this is written once for " + String.join(" and ", values)
                    + ", and would have to be written once for each; do that yourself, and try again");
        }
        List<String> texts = new ArrayList<>();
        for (String value : values) {
            Optional<Field> field = place.value.items().stream()
                    .filter(Field.class::isInstance)
                    .map(Field.class::cast)
                    .filter(each -> each.key().equals(List.of(key)))
                    .reduce((a, b) -> b);
            String text = tree.text(place.file);
            texts.add(field.map(each ->
                            text.substring(place.value.start(), each.value().start())
                                    + value
                                    + text.substring(each.value().end(), place.value.end()))
                    .orElse(text(place)));
        }
        String text = tree.text(place.file);
        int lineStart = text.lastIndexOf('\n', place.value.start()) + 1;
        String before = text.substring(lineStart, place.value.start());
        String separator = before.isBlank() ? "\n" + before : ", ";
        replace(place, String.join(separator, texts), List.of(key));
    }

    /** An element that is a section, to look into. */
    static Section within(Place place) {
        return new Section(place.file, List.of(), place.value, false);
    }

    String locationOf(Place place) {
        return locationIn(place.file, place.value.start());
    }

    private void add(@Nullable Section within, List<String> path, String separator, String value)
            throws CommitException {
        Section best = null;
        for (Section section : tree.sections(within)) {
            boolean holds = section.path().size() < path.size()
                    && path.subList(0, section.path().size()).equals(section.path())
                    && !tree.isShared(section.file());
            // Not at the end of an included file if there is a place in the one that includes it.
            boolean included = section.wholeFile() && !section.path().isEmpty();
            int least = best == null ? 0 : best.path().size() + (included ? 1 : 0);
            if (holds && section.path().size() >= least) {
                best = section;
            }
        }
        if (best == null) {
            throw shared(within == null ? Path.of("") : within.file(), path);
        }
        Section container = best;
        String key = ConfigUtil.joinPath(path.subList(container.path().size(), path.size()));
        List<Item> items = container.value().items();
        Item last = items.isEmpty() ? null : items.get(items.size() - 1);
        tree.edit(
                container.file(),
                text -> TextEdit.insert(
                        text,
                        container.value(),
                        last == null ? -1 : last.start(),
                        last == null ? -1 : last.end(),
                        key + separator + value));
    }

    private void requireOwn(Path file, List<String> path) throws CommitException {
        if (tree.isShared(file)) {
            throw shared(file, path);
        }
    }

    private static CommitException shared(Path file, List<String> path) {
        return new CommitException(file + " is included at several places, so `" + ConfigUtil.joinPath(path)
                + "` cannot be changed there for one; write it yourself, or discard the change");
    }

    private String locationIn(Path file, int at) {
        int line = 1
                + (int) tree.text(file)
                        .substring(0, at)
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
        return new Location(file.toString(), line).toString();
    }
}
