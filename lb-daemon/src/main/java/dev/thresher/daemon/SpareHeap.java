// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * The part of the heap that a start needs and what comes after does not: texts, syntax trees, tables on their way. The JVM
 * keeps it, to have room for as much again. Growing by small steps from the beginning would cost a start more collections.
 */
final class SpareHeap {
    /** Below this there is nothing worth a collection. */
    private static final long WORTH_BYTES = 48L << 20;

    private static final String LEAST_FREE_PERCENT = "5";
    private static final String MOST_FREE_PERCENT = "10";

    private SpareHeap() {}

    /** Gives it back to the system, now and after later collections of the whole heap. Stops all threads for that time. */
    static void giveBack() {
        if (Runtime.getRuntime().totalMemory() < WORTH_BYTES) {
            return;
        }
        HotSpotDiagnosticMXBean jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        jvm.setVMOption("MinHeapFreeRatio", LEAST_FREE_PERCENT);
        jvm.setVMOption("MaxHeapFreeRatio", MOST_FREE_PERCENT);
        System.gc();
    }
}
