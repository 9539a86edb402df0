// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The clock that the connection table uses: jiffies, which tick HZ times a second and which no system call shows. */
public final class KernelClock implements AutoCloseable {
    private static final int READING_BYTES = 16;
    private static final int[] KNOWN_HZ = {100, 250, 300, 1000};
    /** Long enough to tell 250 from 300 when a jiffy is missed at either end. */
    private static final long MEASURED_NANOS = TimeUnit.MILLISECONDS.toNanos(120);

    private final BpfObject object;
    private final BpfProgram program;
    private final int hz;

    private record Reading(long jiffies, long bootNanos) {}

    private KernelClock(BpfObject object) {
        this.object = object;
        this.program = object.program("clock");
        this.hz = measureHz();
    }

    /** Loads the clock and measures HZ, which takes an eighth of a second. */
    public static KernelClock open() {
        return new KernelClock(BpfObject.open("clock.bpf.o").load());
    }

    public int hz() {
        return hz;
    }

    public long jiffies() {
        return read().jiffies;
    }

    @Override
    public void close() {
        object.close();
    }

    private Reading read() {
        ByteBuffer buffer = ByteBuffer.wrap(program.call(READING_BYTES)).order(ByteOrder.nativeOrder());
        return new Reading(buffer.getLong(), buffer.getLong());
    }

    private int measureHz() {
        Reading start = read();
        Reading end = start;
        while (end.bootNanos - start.bootNanos < MEASURED_NANOS) {
            LockSupport.parkNanos(MEASURED_NANOS);
            end = read();
        }
        double measured = (end.jiffies - start.jiffies) * 1e9 / (end.bootNanos - start.bootNanos);
        int nearest = KNOWN_HZ[0];
        for (int known : KNOWN_HZ) {
            if (Math.abs(known - measured) < Math.abs(nearest - measured)) {
                nearest = known;
            }
        }
        return nearest;
    }
}
