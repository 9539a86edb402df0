// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.Icmp;
import dev.thresher.bpf.LoadedProgram;
import dev.thresher.bpf.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** Has scapy judge cases: {@code judge.py}, in one process for all of them. */
final class ScapyJudge {
    private static final Path SCRIPT = Path.of("src", "test", "python", "judge.py");
    /** The Python that Debian's package python3-scapy is for. */
    private static final String PYTHON = "/usr/bin/python3";

    private ScapyJudge() {}

    /** A case and what came of it. */
    record Seen(Matrix.Run run, BpfProgram.Output output) {
        Seen with(byte[] packet) {
            return new Seen(run, new BpfProgram.Output(output.verdict(), packet));
        }

        String json() {
            JsonObject json = new JsonObject();
            json.addProperty("verdict", Verdict.of(output).name());
            json.addProperty("input", HexFormat.of().formatHex(run.packet().input()));
            json.addProperty("output", HexFormat.of().formatHex(output.packet()));
            describe(json, run.packet().outcome());
            return new Gson().toJson(json);
        }
    }

    private static void describe(JsonObject json, Outcome outcome) {
        if (outcome instanceof Outcome.Sent sent) {
            json.addProperty("outcome", sent.target().isBehindAnotherInterface() ? "redirected" : "sent");
            json.addProperty("vlan", sent.target().nextHop().vlan());
            json.addProperty(
                    "encapsulation", sent.target().encapsulation().kind().name());
            json.addProperty("gue_port", sent.target().encapsulation().guePort());
            json.addProperty("real", sent.target().real());
            json.addProperty("next_hop", LoadedProgram.NEXT_HOP.toString());
            json.addProperty("own", LoadedProgram.OWN.toString());
        } else if (outcome instanceof Outcome.Answered answer) {
            json.addProperty("outcome", answer.kind() == Icmp.Kind.ECHO_REPLY ? "echo_reply" : "too_big");
            json.addProperty("mtu", answer.mtu());
        } else {
            json.addProperty("outcome", outcome instanceof Outcome.Passed ? "passed" : "dropped");
        }
    }

    /** What is wrong with each; an empty line where nothing is. */
    static List<String> complaints(List<Seen> cases) {
        try {
            Path input = Files.createTempFile("packets", ".jsonl");
            Path output = Files.createTempFile("verdicts", ".txt");
            Path errors = Files.createTempFile("judge", ".err");
            try {
                Files.writeString(input, cases.stream().map(Seen::json).collect(Collectors.joining("\n", "", "\n")));
                int exit = new ProcessBuilder(PYTHON, SCRIPT.toString())
                        .redirectInput(input.toFile())
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start()
                        .waitFor();
                if (exit != 0) {
                    throw new AssertionError(
                            "scapy did not judge (Debian has it in python3-scapy): " + Files.readString(errors, UTF_8));
                }
                return Files.readAllLines(output, UTF_8);
            } finally {
                Files.delete(input);
                Files.delete(output);
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
