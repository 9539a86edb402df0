// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import dev.thresher.tools.lab.Lab;
import dev.thresher.tools.lab.LabException;
import dev.thresher.tools.lab.Topology;
import dev.thresher.tools.lab.Way;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The clients on the lab's client: to every VIP of both families, by every encapsulation. */
final class SteadyClients implements AutoCloseable {
    private static final List<String> ADDRESSES = List.of(Topology.VIP4, Topology.VIP6);

    /** Connections over which one upload follows the other. */
    static final int UPLOADS = ADDRESSES.size() * Way.values().length;

    private final Process process;
    private final Writer questions;
    private final BufferedReader answers;

    private SteadyClients(Process process) {
        this.process = process;
        this.questions = new OutputStreamWriter(process.getOutputStream(), UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }

    /** Starts them; each upload takes so long. */
    static SteadyClients start(Lab lab, Duration upload) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                ClientProcess.class.getName(),
                lab.files().directory().toString(),
                Long.toString(upload.toSeconds())));
        for (String address : ADDRESSES) {
            for (Way way : Way.values()) {
                command.add(address + "," + way.port());
            }
        }
        ProcessBuilder builder =
                new ProcessBuilder(lab.topology().client().namespace().command(command));
        try {
            return new SteadyClients(
                    builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
        } catch (IOException e) {
            throw new LabException("the clients cannot be started: " + e.getMessage(), e);
        }
    }

    /** What they have seen until now. */
    ClientReading read() {
        return ask("read");
    }

    /** Has them bring what they do to its end. */
    ClientReading finish() {
        return ask(ClientProcess.FINISH);
    }

    private ClientReading ask(String question) {
        try {
            questions.write(question + "\n");
            questions.flush();
            String line = answers.readLine();
            if (line == null) {
                throw new LabException("the clients have ended");
            }
            return new Gson().fromJson(line, ClientReading.class);
        } catch (IOException e) {
            throw new LabException("the clients do not answer: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
