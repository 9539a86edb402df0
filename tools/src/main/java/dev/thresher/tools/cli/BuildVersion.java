// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that Maven wrote into the jar. */
final class BuildVersion implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
        try (InputStream in = BuildVersion.class.getResourceAsStream("version.properties")) {
            if (in == null) {
                throw new IOException("version.properties is missing from this build: build it with Maven");
            }
            Properties properties = new Properties();
            properties.load(in);
            return new String[] {"thresher " + properties.getProperty("version")};
        }
    }
}
