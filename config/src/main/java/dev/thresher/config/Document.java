// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A configuration as it was written, with its includes and substitutions made, and what it means. Immutable.
 */
public final class Document {
    static final String TOO_DEEP = "the file is nested too deeply";

    private final ConfigObject root;
    private final Config config;
    private final List<SourceText> sources;

    private Document(ConfigObject root, Config config, List<SourceText> sources) {
        this.root = root;
        this.config = config;
        this.sources = List.copyOf(sources);
    }

    /**
     * Reads a file, what it includes, and the files of its folder {@code conf.d}.
     *
     * @param file messages name it just as it is given here
     * @throws InvalidConfigException with everything that is wrong. What cannot be read or parsed hides the errors
     *     that come after parsing: then only those of reading and parsing are reported
     */
    public static Document load(Path file) throws InvalidConfigException {
        return load(file, Map.of());
    }

    /** Does a file count if it lies in the folder of further files? Those that editors and package managers leave do not. */
    public static boolean isPart(Path file) {
        return SourceFiles.isPart(String.valueOf(file.getFileName()));
    }

    /** The folder beside a file whose files count with it. */
    public static Path folderOf(Path file) {
        return SourceFiles.folderOf(file);
    }

    /**
     * Reads files as they would be with other texts in some of them.
     *
     * @param instead the texts, by files as {@link #files} names them
     * @throws InvalidConfigException as {@link #load(Path)} does
     */
    public static Document load(Path file, Map<Path, String> instead) throws InvalidConfigException {
        ErrorLog errors = new ErrorLog();
        SourceFiles sources = new SourceFiles(errors, instead);
        Location whole = new Location(file.toString(), 0);
        Optional<Document> document = Optional.empty();
        try {
            ConfigObject parsed = sources.parseWithFolder(file);
            errors.throwIfAny(sources.names());
            document = Substitutions.withEnvironment(errors)
                    .resolve(parsed, whole)
                    .flatMap(root -> read(root, whole, errors, sources.texts()));
        } catch (StackOverflowError e) {
            // The library recurses; a daemon must survive a reload of such a file.
            errors.add(whole, "", null, TOO_DEEP);
        }
        errors.throwIfAny(sources.names());
        return document.orElseThrow();
    }

    /**
     * Reads a text that stands by itself: it cannot include files, and its substitutions must be defined in it.
     *
     * @param name of the text, in messages
     * @throws InvalidConfigException with everything that is wrong
     */
    public static Document parse(String hocon, String name) throws InvalidConfigException {
        return read(HoconSource.parse(hocon, name), new Location(name, 0), List.of());
    }

    /**
     * This document with another tree in the section {@code thresher}. Errors name the origins of its values.
     *
     * @throws InvalidConfigException if the tree makes no configuration
     */
    public Document with(ConfigObject thresher) throws InvalidConfigException {
        Location whole = Location.of(thresher.origin())
                .orElse(new Location(thresher.origin().description(), 0));
        return read(thresher.atKey(Schema.ROOT).root(), whole, sources);
    }

    private static Document read(ConfigObject root, Location whole, List<SourceText> sources)
            throws InvalidConfigException {
        ErrorLog errors = new ErrorLog();
        Optional<Document> document = Optional.empty();
        try {
            document = read(root, whole, errors, sources);
        } catch (StackOverflowError e) {
            errors.add(whole, "", null, TOO_DEEP);
        }
        errors.throwIfAny(
                sources.stream().map(source -> source.file().toString()).toList());
        return document.orElseThrow();
    }

    private static Optional<Document> read(
            ConfigObject root, Location whole, ErrorLog errors, List<SourceText> sources) {
        return new ConfigReader(errors)
                .read(root, whole)
                .map(config -> new Document(root.withOnlyKey(Schema.ROOT), config, sources));
    }

    /** What it means. */
    public Config config() {
        return config;
    }

    /** The section {@code thresher}. Values tell by their origins where they were written, see {@link Location#of}. */
    public ConfigObject thresher() {
        return (ConfigObject)
                root.getOrDefault(Schema.ROOT, ConfigFactory.empty().root());
    }

    /** All of it as one HOCON text: {@link #parse} makes an equal configuration of it. */
    public String render() {
        return HoconText.document(root);
    }

    /**
     * Something that is wrong with the value of a key.
     *
     * @param path of the key; if it has no value, the error names what comes closest above it
     */
    public ConfigError errorAt(String path, String message) {
        List<String> elements = ConfigUtil.splitPath(path);
        ConfigValue value = root;
        for (int length = elements.size(); length > 0 && value == root; length--) {
            String above = ConfigUtil.joinPath(elements.subList(0, length));
            value = root.toConfig().hasPath(above) ? root.toConfig().getValue(above) : root;
        }
        Location location = Location.of(value.origin())
                .orElse(new Location(
                        sources.isEmpty() ? "" : sources.get(0).file().toString(), 0));
        return new ConfigError(location.file(), location.line(), path, null, message);
    }

    /** The files that it was read from, in that order; none if it came from elsewhere. */
    public List<Path> files() {
        return sources.stream().map(SourceText::file).toList();
    }

    /** Does each of those files, and the folder {@code conf.d}, read as it did then? */
    public boolean isStillWritten() {
        return !sources.isEmpty()
                && sources.stream().allMatch(SourceText::isStillWritten)
                && files().containsAll(SourceFiles.partsBeside(sources.get(0).file(), new ErrorLog()));
    }
}
