// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import dev.thresher.config.Document;
import dev.thresher.config.HoconText;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.IpText;
import dev.thresher.config.Protocol;
import dev.thresher.config.VipKey;
import dev.thresher.config.change.HoconLayout.Kind;
import dev.thresher.config.change.SourceEditor.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes changes into the texts of the files: each where what it changes is written, and all else, comments too, as it was. What
 * is nowhere yet comes at the end of the section or list that it belongs to.
 */
public final class Commit {
    /** Changes that a refusal names: people mend these and try again. */
    private static final int MOST_NAMED = 10;

    private final SourceEditor editor;
    private final ElementPlaces places;
    private final Map<Element, TreeChange> changes;

    /** VIPs whose changes are written with those of the other protocol. */
    private final Set<VipKey> written = new HashSet<>();

    private Commit(SourceEditor editor, Map<Element, TreeChange> changes) {
        this.editor = editor;
        this.places = new ElementPlaces(editor);
        this.changes = changes;
    }

    /**
     * The new texts of the files that change; nothing is written. With these texts, the files mean just what they mean with
     * the changes now. Changes that are not in force are left out.
     *
     * @param files as they can be read at this moment
     * @throws CommitException if a change cannot be written, or not without touching what it does not mean
     * @throws InvalidConfigException if the changes do not fit the files
     */
    public static Map<Path, String> texts(Changes changes, Document files)
            throws CommitException, InvalidConfigException {
        Document wanted = changes.onto(files).document();
        Changes needed = Changes.between(files, wanted);
        Map<Path, String> before = read(files);
        SourceTree tree = new SourceTree(files.files(), before);
        Commit commit = new Commit(new SourceEditor(tree), needed.byElement());
        List<TreeChange> ordered = new ArrayList<>(needed.trees());
        ordered.sort(Comparator.comparingInt(change -> Merge.rank(change.element())));
        commit.separateProtocols();
        for (TreeChange change : ordered) {
            commit.write(change);
        }
        Map<Path, String> after = new LinkedHashMap<>(tree.texts());
        after.entrySet().removeIf(entry -> entry.getValue().equals(before.get(entry.getKey())));
        verify(files.files().get(0), wanted, after);
        return after;
    }

    private static Map<Path, String> read(Document files) throws CommitException {
        Map<Path, String> texts = new LinkedHashMap<>();
        for (Path file : files.files()) {
            try {
                texts.put(file, Files.readString(file));
            } catch (IOException e) {
                throw new CommitException(file + " cannot be read: " + e.getMessage());
            }
        }
        return texts;
    }

    private static void verify(Path main, Document wanted, Map<Path, String> texts) throws CommitException {
        List<ElementChange> missing;
        try {
            missing = Changes.between(Document.load(main, texts), wanted).list();
        } catch (InvalidConfigException e) {
            throw new CommitException("the changes cannot be written into the files, which would be invalid then: "
                    + e.getMessage() + "; write them yourself, or discard them");
        }
        if (!missing.isEmpty()) {
            int more = missing.size() - MOST_NAMED;
            throw new CommitException(missing.stream()
                    .limit(MOST_NAMED)
                    .map(change -> change.element().name() + " cannot be changed where it is written; "
                            + (change.after() == null ? "remove it" : "make it " + change.after())
                            + " yourself, or discard the change")
                    .collect(Collectors.joining("\n", "", more > 0 ? "\nand " + more + " more" : "")));
        }
    }

    /**
     * A VIP that is written for both protocols is two elements. What differs for one of them only makes two of it.
     */
    private void separateProtocols() throws CommitException {
        Set<VipKey> vips = new LinkedHashSet<>();
        changes.values().stream()
                .filter(change -> change.before() != null || change.element() instanceof Element.MemberSettings)
                .forEach(change -> vipOf(change.element()).ifPresent(vips::add));
        vips.removeIf(this::isAdded);
        for (VipKey vip : vips) {
            Place place = places.of(vip);
            if (places.isForBoth(place)) {
                if (changesOf(vip).equals(changesOf(twin(vip)))) {
                    written.add(new VipKey(vip.prefix(), vip.port(), Protocol.UDP));
                } else {
                    editor.split(place, Elements.PROTOCOL, List.of("tcp", "udp"));
                }
            }
        }
    }

    private static Optional<VipKey> vipOf(Element element) {
        if (element instanceof Element.VipSettings vip) {
            return Optional.of(vip.vip());
        }
        return element instanceof Element.MemberSettings member ? Optional.of(member.vip()) : Optional.empty();
    }

    private boolean isAdded(VipKey vip) {
        TreeChange change = changes.get(new Element.VipSettings(vip));
        return change != null && change.before() == null;
    }

    private boolean isRemoved(VipKey vip) {
        TreeChange change = changes.get(new Element.VipSettings(vip));
        return change != null && change.after() == null;
    }

    private static VipKey twin(VipKey vip) {
        return new VipKey(vip.prefix(), vip.port(), vip.protocol() == Protocol.TCP ? Protocol.UDP : Protocol.TCP);
    }

    private List<String> changesOf(VipKey vip) {
        return changes.values().stream()
                .filter(change -> vipOf(change.element()).equals(Optional.of(vip)))
                .map(change ->
                        (change.element() instanceof Element.MemberSettings member ? IpText.format(member.real()) : "")
                                + " " + change.text().before() + " "
                                + change.text().after())
                .sorted()
                .toList();
    }

    private void write(TreeChange change) throws CommitException {
        Element element = change.element();
        if (vipOf(element).map(written::contains).orElse(false)) {
            return;
        }
        if (element instanceof Element.Setting setting) {
            writeKeys(change, SourceTree.join(List.of("thresher"), setting.keys()), null);
        } else if (element instanceof Element.PoolSettings pool) {
            writePool(pool, change);
        } else if (element instanceof Element.RealInPool real) {
            writeReal(real, change);
        } else if (element instanceof Element.VipSettings vip) {
            writeVip(vip, change);
        } else if (element instanceof Element.MemberSettings member && !isRemoved(member.vip())) {
            writeKeys(change, List.of(Elements.MEMBERS, IpText.format(member.real())), () -> places.of(member.vip()));
        }
    }

    private void writePool(Element.PoolSettings pool, TreeChange change) throws CommitException {
        List<String> path = List.of("thresher", Elements.POOLS, pool.pool());
        if (change.after() == null) {
            editor.remove(null, path);
        } else if (change.before() == null) {
            List<ConfigValue> reals = new ArrayList<>();
            changes.forEach((element, each) -> {
                if (element instanceof Element.RealInPool real && real.pool().equals(pool.pool())) {
                    reals.add(Composition.real(real, says(each)));
                }
            });
            editor.set(
                    null,
                    path,
                    HoconText.block(says(change).withValue(Elements.REALS, ConfigValueFactory.fromIterable(reals))));
        } else {
            writeKeys(change, path, null);
        }
    }

    private void writeReal(Element.RealInPool real, TreeChange change) throws CommitException {
        TreeChange pool = changes.get(new Element.PoolSettings(real.pool()));
        if (pool != null && (pool.before() == null || pool.after() == null)) {
            return; // it was written with its pool, or went with it
        }
        List<String> path = ElementPlaces.reals(real.pool());
        if (change.before() == null) {
            editor.addElement(path, HoconText.block(Composition.real(real, says(change))));
        } else if (change.after() == null) {
            editor.removeElement(places.of(real), path);
        } else if (places.of(real).value().kind() == Kind.SECTION) {
            writeKeys(change, List.of(), () -> places.of(real));
        } else {
            editor.replace(places.of(real), HoconText.line(Composition.real(real, says(change))), path);
        }
    }

    private void writeVip(Element.VipSettings vip, TreeChange change) throws CommitException {
        if (change.before() == null) {
            ConfigObject whole = Composition.vip(vip.vip(), says(change));
            boolean usual = vip.vip().protocol() == Protocol.TCP;
            editor.addElement(ElementPlaces.VIPS, HoconText.block(usual ? whole.withoutKey(Elements.PROTOCOL) : whole));
        } else if (change.after() == null) {
            editor.removeElement(places.of(vip.vip()), ElementPlaces.VIPS);
        } else {
            writeKeys(change, List.of(), () -> places.of(vip.vip()));
        }
    }

    private static ConfigObject says(TreeChange change) {
        return change.after() instanceof ConfigObject section ? section : Elements.EMPTY;
    }

    /** Where an element of a list is; to be asked anew after each edit, which moves what stands behind it. */
    @FunctionalInterface
    private interface Where {
        Place find() throws CommitException;
    }

    /** Sets the keys that differ, where they are written. */
    private void writeKeys(TreeChange change, List<String> path, @Nullable Where where) throws CommitException {
        List<KeyChange> keys = new ArrayList<>();
        addDifferences(change.before(), change.after(), path, keys);
        for (KeyChange key : keys) {
            SourceTree.Section within = where == null ? null : SourceEditor.within(where.find());
            ConfigValue value = key.value;
            if (value == null) {
                editor.remove(within, key.path);
            } else {
                editor.set(within, key.path, HoconText.line(value));
            }
        }
    }

    /** @param value null if the key goes */
    private record KeyChange(List<String> path, @Nullable ConfigValue value) {}

    private static void addDifferences(
            @Nullable ConfigValue before, @Nullable ConfigValue after, List<String> path, List<KeyChange> keys) {
        if (before instanceof ConfigObject from && after instanceof ConfigObject to) {
            Set<String> names = new TreeSet<>(from.keySet());
            names.addAll(to.keySet());
            names.forEach(
                    name -> addDifferences(from.get(name), to.get(name), SourceTree.join(path, List.of(name)), keys));
        } else if (before == null || !before.equals(after)) {
            keys.add(new KeyChange(path, after));
        }
    }
}
