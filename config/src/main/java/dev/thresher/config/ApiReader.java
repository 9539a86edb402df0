// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The sections {@code thresher.api} and {@code thresher.metrics}. */
final class ApiReader {
    static final String SECTION = Schema.ROOT + ".api";
    private static final String TLS = SECTION + ".tls";
    private static final String METRICS = Schema.ROOT + ".metrics";
    private static final String ROLES = TLS + ".roles";

    /** As useradd(8) has it. */
    private static final Pattern GROUP = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,31}");

    static final Key<Path> SOCKET =
            Key.optional(SECTION, "socket", ValueTypes.socketPath(), "/run/thresher/<instance>.sock");
    static final Key<String> GROUP_NAME =
            Key.optional(SECTION, "group", groupName(), "the group that the daemon runs as");
    static final Key<ConfigObject> TLS_SECTION = Key.optional(SECTION, "tls", ValueType.SECTION, "no TCP port");

    static final Key<ConfigObject> METRICS_SECTION =
            Key.optional(Schema.ROOT, "metrics", ValueType.SECTION, "no metrics");
    static final Key<ListenAddress> METRICS_LISTEN = Key.required(METRICS, "listen", listenAddress());

    static final Key<ListenAddress> LISTEN = Key.required(TLS, "listen", listenAddress());
    static final Key<Path> CERTIFICATE = Key.required(TLS, "certificate", CheckValueTypes.absolutePath());
    static final Key<Path> PRIVATE_KEY = Key.required(TLS, "key", CheckValueTypes.absolutePath());
    static final Key<Path> CLIENT_CA = Key.required(TLS, "client-ca", CheckValueTypes.absolutePath());
    static final Key<ConfigObject> ROLES_SECTION = Key.required(TLS, "roles", ValueType.SECTION);

    static final Key<List<String>> READ = Key.optional(ROLES, "read", names(), "none");
    static final Key<List<String>> OPERATE = Key.optional(ROLES, "operate", names(), "none");
    static final Key<List<String>> ADMIN = Key.optional(ROLES, "admin", names(), "none");

    static final List<Key<?>> KEYS = List.of(
            SOCKET,
            GROUP_NAME,
            TLS_SECTION,
            LISTEN,
            CERTIFICATE,
            PRIVATE_KEY,
            CLIENT_CA,
            ROLES_SECTION,
            READ,
            OPERATE,
            ADMIN,
            METRICS_SECTION,
            METRICS_LISTEN);

    private ApiReader() {}

    static ApiSettings read(SectionReader root, String instance) {
        ListenAddress metrics = root.has(METRICS_SECTION)
                ? root.section(METRICS_SECTION, METRICS)
                        .flatMap(section -> section.seek(METRICS_LISTEN))
                        .orElse(null)
                : null;
        ApiSettings usual = ApiSettings.forInstance(instance);
        return root.section(Schema.API_SECTION, SECTION)
                .map(section -> new ApiSettings(
                        section.seek(SOCKET).orElse(usual.socket()),
                        section.seek(GROUP_NAME).orElse(null),
                        section.has(TLS_SECTION) ? tls(section) : null,
                        metrics))
                .orElse(usual);
    }

    private static @Nullable TlsListener tls(SectionReader api) {
        Optional<SectionReader> section = api.section(TLS_SECTION, TLS);
        if (section.isEmpty()) {
            return null;
        }
        SectionReader tls = section.get();
        Optional<ListenAddress> listen = tls.seek(LISTEN);
        Optional<Path> certificate = tls.seek(CERTIFICATE);
        Optional<Path> key = tls.seek(PRIVATE_KEY);
        Optional<Path> clientCa = tls.seek(CLIENT_CA);
        Optional<RoleNames> roles = roles(tls);
        boolean complete = Stream.of(listen, certificate, key, clientCa, roles).allMatch(Optional::isPresent);
        return complete
                ? new TlsListener(listen.get(), certificate.get(), key.get(), clientCa.get(), roles.get())
                : null;
    }

    private static Optional<RoleNames> roles(SectionReader tls) {
        if (!tls.has(ROLES_SECTION)) {
            Optional<ConfigObject> missing = tls.seek(ROLES_SECTION);
            return missing.map(none -> new RoleNames(List.of(), List.of(), List.of()));
        }
        return tls.section(ROLES_SECTION, ROLES).flatMap(section -> {
            List<String> read = section.seek(READ).orElse(List.of());
            List<String> operate = section.seek(OPERATE).orElse(List.of());
            List<String> admin = section.seek(ADMIN).orElse(List.of());
            Set<String> known = new LinkedHashSet<>(read);
            boolean operators = claim(section, OPERATE, operate, known);
            boolean admins = claim(section, ADMIN, admin, known);
            return operators && admins ? Optional.of(new RoleNames(read, operate, admin)) : Optional.empty();
        });
    }

    private static boolean claim(SectionReader section, Key<?> key, List<String> names, Set<String> known) {
        List<String> twice = names.stream().filter(name -> !known.add(name)).toList();
        twice.forEach(name -> section.complain(
                key, "\"" + name + "\" has another role already: name it once, with the role that includes the other"));
        return twice.isEmpty();
    }

    static ValueType<ListenAddress> listenAddress() {
        return ValueType.scalar("address and port", "ADDRESS:PORT, [ADDRESS]:PORT for IPv6", ListenAddress::parse);
    }

    private static ValueType<String> groupName() {
        return ValueType.scalar("name", "a group of the host", text -> {
            Require.that(GROUP.matcher(text).matches(), "\"" + text + "\" is not the name of a group");
            return text;
        });
    }

    /** A list of names; one stands for a list of one. */
    private static ValueType<List<String>> names() {
        ValueType<String> one = CheckValueTypes.text(1, 253);
        return new ValueType<>("text", "a name in certificates, or a list of such", value -> {
            List<? extends ConfigValue> values = value instanceof ConfigList list ? list : List.of(value);
            Set<String> names = new LinkedHashSet<>();
            values.stream()
                    .filter(each -> !Substitutions.isUndefined(each))
                    .map(one::read)
                    .forEach(name -> Require.that(names.add(name), "\"" + name + "\" is there twice"));
            return List.copyOf(names);
        });
    }
}
