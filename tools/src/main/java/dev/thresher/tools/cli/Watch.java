// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.thresher.tools.terminal.Page;
import dev.thresher.tools.terminal.Scene;
import dev.thresher.tools.terminal.Screen;
import dev.thresher.tools.terminal.Source;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/** A verb's answers, again and again. */
final class Watch {
    private final StateVerb verb;
    private final DaemonClient daemon;
    private final Duration interval;

    Watch(StateVerb verb, DaemonClient daemon, Duration interval) {
        this.verb = verb;
        this.daemon = daemon;
        this.interval = interval;
    }

    /** Until whoever looks on has seen enough, or the daemon ends. */
    void run() {
        Source<Answer> answers =
                wanted -> daemon.watchState(interval, state -> wanted.test(verb.answer(state, daemon)));
        boolean ended = verb.isForScripts() ? objects(answers) : forPeople(answers);
        if (ended) {
            verb.commandLine().getErr().println("The daemon has ended.");
        }
    }

    private boolean forPeople(Source<Answer> answers) {
        return verb.terminal()
                .map(terminal -> Screen.run(terminal, answers, new InPlace(verb.ansi())))
                .orElseGet(() -> oneAfterTheOther(answers));
    }

    private boolean oneAfterTheOther(Source<Answer> answers) {
        return print(answers, (before, now) -> {
            if (before == null) {
                now.printFirst(verb.out(), verb.ansi());
            } else {
                now.printNews(before, verb.out(), verb.ansi());
            }
        });
    }

    private boolean objects(Source<Answer> answers) {
        Gson gson = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
        return print(answers, (before, now) -> verb.out().println(gson.toJson(now.json())));
    }

    private interface Look {
        void print(@Nullable Answer before, Answer now);
    }

    private boolean print(Source<Answer> answers, Look look) {
        AtomicReference<@Nullable Answer> before = new AtomicReference<>();
        AtomicBoolean read = new AtomicBoolean(true);
        answers.follow(answer -> {
            look.print(before.getAndSet(answer), answer);
            // Who reads no further (head) needs no more.
            read.set(!verb.out().checkError());
            return read.get();
        });
        return read.get();
    }

    /** The latest answer, on a terminal. */
    private static final class InPlace implements Scene<Answer> {
        private final Ansi ansi;
        private List<String> lines = List.of();

        private InPlace(Ansi ansi) {
            this.ansi = ansi;
        }

        @Override
        public void take(Answer answer) {
            StringWriter text = new StringWriter();
            PrintWriter out = new PrintWriter(text);
            answer.print(out, ansi);
            out.flush();
            lines = text.toString().lines().toList();
        }

        @Override
        public Page page() {
            return new Page(List.of(), lines);
        }
    }
}
