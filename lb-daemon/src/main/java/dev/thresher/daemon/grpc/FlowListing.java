// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.api.v1.ListFlowsResponse;
import dev.thresher.daemon.flows.FlowScan;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sends the flows that a scan finds, no faster than the caller takes them: whatever the table's size, the daemon holds
 * few of them. Runs on the scan thread.
 */
final class FlowListing {
    private static final int FLOWS_A_MESSAGE = 512;

    private final FlowScan scan;
    private final ServerCallStreamObserver<ListFlowsResponse> caller;
    private final ScanThread thread;
    private final AtomicBoolean running = new AtomicBoolean();

    /** Flows that may still be sent. */
    private long left;

    private boolean over;

    private FlowListing(
            FlowScan scan, long limit, ServerCallStreamObserver<ListFlowsResponse> caller, ScanThread thread) {
        this.scan = scan;
        this.left = limit;
        this.caller = caller;
        this.thread = thread;
    }

    /** Begins, and goes on whenever the caller is ready for more. To be called before the call's method returns. */
    static void start(
            FlowScan scan, long limit, ServerCallStreamObserver<ListFlowsResponse> caller, ScanThread thread) {
        FlowListing listing = new FlowListing(scan, limit, caller, thread);
        caller.setOnReadyHandler(listing::goOn);
        // Without a handler, a call that is cancelled would throw at the next message.
        caller.setOnCancelHandler(() -> {});
        listing.goOn();
    }

    private void goOn() {
        if (running.compareAndSet(false, true)) {
            thread.run(this::step);
        }
    }

    private boolean step() {
        if (over || caller.isCancelled()) {
            return false;
        }
        // In this order: a caller that gets ready in between starts the next step.
        running.set(false);
        if (!caller.isReady() || !running.compareAndSet(false, true)) {
            return false;
        }
        try {
            over = !send();
        } catch (RuntimeException e) {
            over = true;
            caller.onError(CallErrors.of("ListFlows", e));
        }
        return !over;
    }

    /** Sends what one step of the scan finds; answers whether there is more to come. */
    private boolean send() {
        ListFlowsResponse.Builder message = ListFlowsResponse.newBuilder();
        boolean more = scan.step(FLOWS_A_MESSAGE, flow -> {
            if (left > 0) {
                message.addFlows(FlowEncoder.encode(flow));
            } else {
                message.setTruncated(true);
            }
            left--;
        });
        if (message.getFlowsCount() > 0 || message.getTruncated()) {
            caller.onNext(message.build());
        }
        if (more && !message.getTruncated()) {
            return true;
        }
        caller.onCompleted();
        return false;
    }
}
