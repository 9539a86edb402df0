// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.terminal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.Terminal.SignalHandler;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;

/**
 * A scene that fills the terminal and follows its source, its keys and the terminal's size, until somebody types q or the
 * source ends. Afterwards the terminal is as it was.
 *
 * <p>News, keys and signals come on threads of their own and wait in one queue for the thread that runs the screen.
 */
public final class Screen<T> {
    private final Terminal terminal;
    private final Scene<T> scene;
    private final Display display;
    private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();

    private boolean over;
    private boolean sourceEnded;
    private int scrolled;

    private Screen(Terminal terminal, Scene<T> scene) {
        this.terminal = terminal;
        this.scene = scene;
        this.display = new Display(terminal, true);
    }

    /**
     * Shows a scene, and closes the terminal.
     *
     * @return whether the source ended, rather than whoever looks on
     * @throws RuntimeException what the source threw
     */
    public static <T> boolean run(Terminal terminal, Source<T> source, Scene<T> scene) {
        return new Screen<>(terminal, scene).run(source);
    }

    private boolean run(Source<T> source) {
        Attributes before = terminal.enterRawMode();
        Keys keys = new Keys(terminal.reader(), key -> events.add(() -> typed(key)));
        SignalHandler resize = terminal.handle(Signal.WINCH, signal -> events.add(this::draw));
        SignalHandler interrupt = terminal.handle(Signal.INT, signal -> events.add(this::end));
        Thread restore = new Thread(() -> leave(before), "screen-restore");
        Runtime.getRuntime().addShutdownHook(restore);
        try {
            terminal.puts(Capability.enter_ca_mode);
            terminal.puts(Capability.cursor_invisible);
            start("screen-news", () -> follow(source));
            start("screen-keys", keys::read);
            draw();
            while (!over) {
                events.take().run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            keys.stop();
            terminal.handle(Signal.WINCH, resize);
            terminal.handle(Signal.INT, interrupt);
            leave(before);
            removeHook(restore);
            close();
        }
        return sourceEnded;
    }

    private void leave(Attributes before) {
        terminal.puts(Capability.cursor_normal);
        terminal.puts(Capability.exit_ca_mode);
        terminal.flush();
        terminal.setAttributes(before);
    }

    private void close() {
        try {
            terminal.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the terminal", e);
        }
    }

    private static void removeHook(Thread restore) {
        try {
            Runtime.getRuntime().removeShutdownHook(restore);
        } catch (IllegalStateException beingStopped) {
            // Then it runs, and does once more what has been done.
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void follow(Source<T> source) {
        try {
            source.follow(news -> {
                events.add(() -> take(news));
                return true;
            });
            events.add(() -> {
                sourceEnded = true;
                end();
            });
        } catch (RuntimeException e) {
            events.add(() -> {
                throw e;
            });
        }
    }

    private void take(T news) {
        scene.take(news);
        draw();
    }

    private void end() {
        over = true;
    }

    private void typed(char key) {
        switch (key) {
            case 'q', Keys.END -> end();
            case Keys.UP -> scrolled--;
            case Keys.DOWN -> scrolled++;
            case Keys.PAGE_UP -> scrolled -= terminal.getSize().getRows() / 2;
            case Keys.PAGE_DOWN -> scrolled += terminal.getSize().getRows() / 2;
            default -> scene.typed(key);
        }
        draw();
    }

    private void draw() {
        int rows = terminal.getSize().getRows();
        int columns = terminal.getSize().getColumns();
        if (rows <= 0 || columns <= 0) {
            return;
        }
        Page page = scene.page();
        int room = Math.max(0, rows - page.head().size());
        scrolled = Math.max(0, Math.min(scrolled, page.body().size() - room));
        List<String> lines = new ArrayList<>(page.head());
        lines.addAll(page.body().subList(scrolled, Math.min(page.body().size(), scrolled + room)));
        display.resize(terminal.getSize());
        display.update(
                lines.stream()
                        .limit(rows)
                        .map(AttributedString::fromAnsi)
                        .map(line -> line.columnSubSequence(0, columns))
                        .toList(),
                0);
    }
}
