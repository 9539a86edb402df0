// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads how a VIP's connection IDs are laid out. */
final class QuicReader {
    private static final Pattern ROTATION = Pattern.compile("[0-" + QuicRouting.MAX_ROTATION + "]");

    private final ErrorLog errors;

    QuicReader(ErrorLog errors) {
        this.errors = errors;
    }

    /** The layout, or nothing after an error. */
    Optional<QuicRouting> read(SectionReader section) {
        int before = errors.count();
        Optional<QuicRouting.Scheme> scheme = section.seek(Schema.QUIC_SCHEME);
        TreeMap<Integer, Integer> lengths = new TreeMap<>();
        section.named(Schema.QUIC_CONFIGS, Schema.QUIC_CONFIG).forEach((name, config) -> {
            if (!ROTATION.matcher(name).matches()) {
                errors.add(
                        config.location(),
                        config.path(),
                        name,
                        "a config is named by its rotation, 0 to " + QuicRouting.MAX_ROTATION + ", not \"" + name
                                + "\"");
            } else {
                config.seek(Schema.SERVER_ID_LENGTH).ifPresent(length -> lengths.put(Integer.valueOf(name), length));
            }
        });
        if (scheme.isEmpty() || errors.count() > before) {
            return Optional.empty();
        }
        boolean katran = scheme.get() == QuicRouting.Scheme.KATRAN;
        if (katran && section.has(Schema.QUIC_CONFIGS)) {
            section.complain(Schema.QUIC_CONFIGS, "katran needs no configs: the version in an ID tells its layout");
        } else if (!katran && lengths.isEmpty()) {
            section.complain(
                    Schema.QUIC_CONFIGS,
                    "quic-lb needs at least one config, such as configs { \"0\" { server-id-length = 4 } }");
        } else {
            return Optional.of(new QuicRouting(scheme.get(), lengths));
        }
        return Optional.empty();
    }
}
