// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.Icmp;
import dev.thresher.bpf.Verdict;
import dev.thresher.bpf.layout.Counter;

/**
 * What has to become of a packet. The output is built anew by the packet library, whole, and has to be equal to the last
 * bit; only what a flow's hash decides, or the RFCs leave open, is taken over from what came out.
 */
sealed interface Outcome {
    Verdict verdict();

    /** The frame that has to come out. */
    byte[] output(byte[] input, byte[] actual);

    /** Left to the kernel, as it came. */
    record Passed() implements Outcome {
        @Override
        public Verdict verdict() {
            return Verdict.PASS;
        }

        @Override
        public byte[] output(byte[] input, byte[] actual) {
            return input;
        }

        @Override
        public String toString() {
            return "passes";
        }
    }

    /** Dropped, and counted under a reason. */
    record Dropped(Counter reason) implements Outcome {
        @Override
        public Verdict verdict() {
            return Verdict.DROP;
        }

        @Override
        public byte[] output(byte[] input, byte[] actual) {
            return actual; // nobody sees it
        }

        @Override
        public String toString() {
            return "is dropped: " + reason;
        }
    }

    /** Sent to a real server, in the way of the target that it belongs to. */
    record Sent(Target target) implements Outcome {
        @Override
        public Verdict verdict() {
            return target.isBehindAnotherInterface() ? Verdict.REDIRECT : Verdict.TX;
        }

        @Override
        public byte[] output(byte[] input, byte[] actual) {
            return Wrapped.expected(target, input, actual);
        }

        @Override
        public String toString() {
            return "goes to " + target.real();
        }
    }

    /** Answered in the VIP's name, to the host that it came from. */
    record Answered(Icmp.Kind kind, int mtu) implements Outcome {
        Answered(Icmp.Kind kind) {
            this(kind, 0);
        }

        @Override
        public Verdict verdict() {
            return Verdict.TX;
        }

        @Override
        public byte[] output(byte[] input, byte[] actual) {
            return kind == Icmp.Kind.ECHO_REPLY ? Answer.toEcho(input, actual) : Answer.tooBig(input, actual, mtu);
        }

        @Override
        public String toString() {
            return "is answered: " + kind + (mtu == 0 ? "" : ", " + mtu + " bytes");
        }
    }
}
