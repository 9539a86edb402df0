// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.tools.lab.LabException;
import dev.thresher.tools.lab.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * A daemon of the next layout version, as a release to come may be: this source, edited and compiled once more. Its maps
 * differ as far as a version that hands flows over may: members' counters have one more field, there is one more reason to drop
 * packets and one more global counter, and the settings are longer.
 */
final class NextRelease {
    static final int ABI_VERSION = ProgramSettings.ABI_VERSION + 1;

    private static final String BPF = "bpf";
    private static final String DAEMON = "lb-daemon";
    private static final List<String> MODULES = List.of(BPF, DAEMON);
    private static final String OBJECTS = "dev/thresher/bpf";
    private static final String VERSION = "next";

    private final Path tree;
    private final Path dist;
    private final Path work;

    private NextRelease(Path tree, Path dist, Path work) {
        this.tree = tree;
        this.dist = dist;
        this.work = work;
    }

    /**
     * Builds it.
     *
     * @param tree the source tree
     * @param dist the jars of this build, as the launcher lays them out
     * @param work a folder of its own
     * @return the folder with its jars, laid out in the same way
     */
    static Path build(Path tree, Path dist, Path work) {
        try {
            return new NextRelease(tree, dist, work).build();
        } catch (IOException e) {
            throw new LabException("cannot build the next release in " + work + ": " + e, e);
        }
    }

    private Path build() throws IOException {
        Path jars = Files.createDirectories(work.resolve("dist").resolve(DAEMON));
        for (Path jar : files(dist.resolve(DAEMON), name -> name.endsWith(".jar"))) {
            Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
        }
        for (String module : MODULES) {
            copy(tree.resolve(module).resolve("src/main"), source(module));
        }
        SourceEdit.NEXT_RELEASE.forEach(edit -> edit.apply(work.resolve("source")));
        compilePrograms();
        compile(jars);
        return jars.resolveSibling(".").normalize();
    }

    private Path source(String module) {
        return work.resolve("source").resolve(module).resolve("src/main");
    }

    private Path classes() {
        return work.resolve("classes");
    }

    private void compilePrograms() throws IOException {
        for (Path program : files(source(BPF).resolve("c"), name -> name.endsWith(".bpf.c"))) {
            String object = program.getFileName().toString().replaceFirst("c$", "o");
            Shell.run(
                    tree.resolve("bpf/clang-bpf").toString(),
                    program.toString(),
                    classes().resolve(OBJECTS).resolve(object).toString());
        }
    }

    /** Puts a jar with both modules in the place of this build's two. */
    private void compile(Path jars) throws IOException {
        Path classes = Files.createDirectories(classes());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                "-J-XX:+UseSerialGC",
                "-J-XX:TieredStopAtLevel=1",
                "-proc:none",
                "-nowarn",
                "-parameters",
                "-d",
                classes.toString(),
                "-cp",
                jars + "/*"));
        for (String module : MODULES) {
            files(source(module).resolve("java"), name -> name.endsWith(".java"))
                    .forEach(file -> command.add(file.toString()));
        }
        Shell.run(command.toArray(String[]::new));
        for (String module : MODULES) {
            Path resources = source(module).resolve("resources");
            if (Files.isDirectory(resources)) {
                copy(resources, classes);
            }
            Files.delete(jar(module, jars));
        }
        pack(classes, manifest(jar(DAEMON, dist.resolve(DAEMON))), jars.resolve("thresher-next.jar"));
    }

    private static Path jar(String module, Path jars) throws IOException {
        return files(jars, name -> name.startsWith("thresher-" + module + "-")).get(0);
    }

    private static Manifest manifest(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, VERSION);
            return manifest;
        }
    }

    private static void pack(Path classes, Manifest manifest, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (Path file : files(classes, name -> true)) {
                out.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
    }

    private static List<Path> files(Path root, Predicate<String> named) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> named.test(file.getFileName().toString()))
                    .sorted()
                    .toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path file : files(from, name -> true)) {
            Path copy = to.resolve(from.relativize(file).toString());
            Files.createDirectories(copy.resolveSibling("."));
            Files.copy(file, copy);
        }
    }
}
