// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import dev.thresher.tools.lab.Lab;
import dev.thresher.tools.lab.LabException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A client that sends requests round after round, each on a new connection, until it is closed. */
final class SteadyRequests implements AutoCloseable {
    /** To each URL in a round: that three real servers of equal weight leave one of them out is one case in 10¹⁰. */
    private static final int BATCH = 30;

    private static final int MAX_PORT = 65_000;

    private final Requests requests;
    private final List<String> urls;
    private final FutureTask<Void> sending = new FutureTask<>(this::send, null);

    // Guarded by this.
    private final List<List<Answer>> rounds = new ArrayList<>();
    private int nextPort;
    private boolean closed;

    private SteadyRequests(Lab lab, int firstPort) {
        this.requests = new Requests(lab);
        this.urls = lab.urls();
        this.nextPort = firstPort;
    }

    /** Over both families, from that port on. */
    static SteadyRequests start(Lab lab, int firstPort) {
        SteadyRequests steady = new SteadyRequests(lab, firstPort);
        new Thread(steady.sending, "steady-requests").start();
        return steady;
    }

    private void send() {
        try {
            for (int port = takePorts(); port > 0; port = takePorts()) {
                List<Answer> round = new ArrayList<>();
                for (String url : urls) {
                    round.addAll(requests.from(port, BATCH, url));
                }
                add(round);
            }
        } finally {
            close();
        }
    }

    /** The first of so many ports not used before; 0 at the end. */
    private synchronized int takePorts() {
        int port = nextPort;
        nextPort += BATCH;
        return closed || nextPort > MAX_PORT ? 0 : port;
    }

    private synchronized void add(List<Answer> round) {
        rounds.add(round);
        notifyAll();
    }

    /** A round whose first request is sent after this is called. */
    synchronized List<Answer> nextRound() {
        // The one that goes on began before.
        int wanted = rounds.size() + 1;
        while (rounds.size() <= wanted) {
            if (closed) {
                throw new LabException("the client has ended after " + rounds.size() + " rounds");
            }
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LabException("interrupted", e);
            }
        }
        return rounds.get(wanted);
    }

    /** Ends; all answers that there were. */
    List<Answer> finish() {
        close();
        try {
            sending.get();
        } catch (ExecutionException e) {
            throw new LabException("the client failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        }
        synchronized (this) {
            return rounds.stream().flatMap(List::stream).toList();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
