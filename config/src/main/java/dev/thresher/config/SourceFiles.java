// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Parses a file and what it includes.
 *
 * <p>The library's own includer passes over files that are missing, and fetches URLs. Here an include names a file next
 * to the one that includes it, and that file must be there: a balancer that silently forgets half of its VIPs is worse
 * than one that refuses to start.
 */
final class SourceFiles implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
    private static final String FOLDER = "conf.d";

    private static final String EXTENSION = ".conf";
    private static final ConfigObject NOTHING = ConfigFactory.empty().root();

    private final ErrorLog errors;
    private final Map<Path, String> instead;
    private final Map<String, String> textByName = new LinkedHashMap<>();
    private final Deque<Path> open = new ArrayDeque<>();

    /** @param instead texts that count in the place of what is in these files */
    SourceFiles(ErrorLog errors, Map<Path, String> instead) {
        this.errors = errors;
        this.instead = instead;
    }

    static Path folderOf(Path file) {
        return file.resolveSibling(FOLDER);
    }

    /** The files that were read, in that order. */
    List<String> names() {
        return List.copyOf(textByName.keySet());
    }

    /** The same, with what they said. */
    List<SourceText> texts() {
        return textByName.entrySet().stream()
                .map(source -> SourceText.of(source.getKey(), source.getValue()))
                .toList();
    }

    /** What the file says, substitutions not yet made; nothing after an error. */
    ConfigObject parse(Path file) {
        return parse(file, new Location(file.toString(), 0), "");
    }

    /**
     * What the file says, and the files of the folder {@value #FOLDER} beside it, in the order of their names: what comes
     * later counts, and sections merge.
     */
    ConfigObject parseWithFolder(Path file) {
        ConfigObject merged = parse(file);
        for (Path part : partsBeside(file, errors)) {
            merged = parse(part).withFallback(merged);
        }
        return merged;
    }

    private ConfigObject parse(String text, String name) {
        return ConfigFactory.parseString(
                        text,
                        ConfigParseOptions.defaults()
                                .setSyntax(ConfigSyntax.CONF)
                                .setOriginDescription(name)
                                .setIncluder(this))
                .root();
    }

    /** The files of the folder beside a file, in the order of their names. */
    static List<Path> partsBeside(Path file, ErrorLog errors) {
        Path folder = folderOf(file);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> parts = Files.list(folder)) {
            return parts.filter(part -> isPart(String.valueOf(part.getFileName())))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            errors.add(new Location(folder.toString(), 0), "", null, "the folder cannot be read: " + e.getMessage());
            return List.of();
        }
    }

    /** Editors and package managers leave hidden and renamed files. */
    static boolean isPart(String name) {
        return name.endsWith(EXTENSION) && !name.startsWith(".");
    }

    /** @param named where a file that cannot be read is complained about: an include, or the file itself */
    private ConfigObject parse(Path file, Location named, String complaint) {
        String name = file.toString();
        textByName.putIfAbsent(name, "");
        open.push(file);
        try {
            String replacement = instead.get(file);
            String text = replacement == null ? Files.readString(file) : replacement;
            textByName.put(name, text);
            return errors.addIfTooLong(text, new Location(name, 0)) ? NOTHING : parse(text, name);
        } catch (IOException e) {
            errors.add(named, "", null, complaint + reason(file, e));
        } catch (ConfigException e) {
            errors.addInvalidHocon(e, new Location(name, 0));
        } finally {
            open.pop();
        }
        return NOTHING;
    }

    private static String reason(Path file, IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        } else if (e instanceof AccessDeniedException) {
            return "the file may not be read by this user";
        } else if (e instanceof CharacterCodingException) {
            return "the file is not UTF-8 text";
        } else if (Files.isDirectory(file)) {
            return "that is a directory, not a file";
        }
        return "the file cannot be read: " + e.getMessage();
    }

    @Override
    public ConfigObject include(ConfigIncludeContext context, String what) {
        Location statement = includeStatement(what);
        Path including = open.element();
        try {
            Path file = including.resolveSibling(what);
            // HOCON lets the extension be left out.
            if (!Files.exists(file) && Files.exists(including.resolveSibling(what + EXTENSION))) {
                file = including.resolveSibling(what + EXTENSION);
            }
            if (isOpen(file)) {
                errors.add(
                        statement,
                        "",
                        what,
                        "the include of \"" + what + "\" is a circle: that file includes this one");
                return NOTHING;
            }
            return parse(file, statement, "cannot include \"" + what + "\": ");
        } catch (InvalidPathException e) {
            errors.add(statement, "", what, "cannot include \"" + what + "\": " + e.getReason());
            return NOTHING;
        }
    }

    private boolean isOpen(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        return open.stream()
                .anyMatch(other -> other.toAbsolutePath().normalize().equals(absolute));
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File what) {
        return include(context, what.getPath());
    }

    @Override
    public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
        return refuse(what.toString());
    }

    @Override
    public ConfigObject includeResources(ConfigIncludeContext context, String what) {
        return refuse(what);
    }

    private ConfigObject refuse(String what) {
        errors.add(includeStatement(what), "", what, "cannot include \"" + what + "\": only files can be included");
        return NOTHING;
    }

    /** The parser does not tell where an include stands, so look for it. */
    private Location includeStatement(String what) {
        String name = open.element().toString();
        Pattern statement =
                Pattern.compile("(?!\\s*(#|//)).*\\binclude\\b.*" + Pattern.quote("\"" + what + "\"") + ".*");
        List<String> lines = textByName.getOrDefault(name, "").lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (statement.matcher(lines.get(i)).matches()) {
                return new Location(name, i + 1);
            }
        }
        return new Location(name, 0);
    }

    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
        return this;
    }
}
