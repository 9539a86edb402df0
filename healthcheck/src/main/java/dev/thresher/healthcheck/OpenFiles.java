// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The kernel's limit on open files. */
final class OpenFiles {
    private OpenFiles() {}

    /** Of this process. Java has raised the soft limit to the hard one at its start. */
    static long limit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }
}
