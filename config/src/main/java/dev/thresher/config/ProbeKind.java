// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a probe asks a real server, and which answer is a success. */
public sealed interface ProbeKind {
    /** Stands for a port that is not given: the probe goes to the port of the VIP. */
    int VIP_PORT = 0;

    /** How the configuration calls this kind. */
    Type type();

    /** Where the probe goes: 1 to 65535, or {@link #VIP_PORT}, also for kinds that know no ports. */
    int port();

    /** The same question at another port; for kinds that know no ports, the same question. */
    ProbeKind at(int port);

    /** There is no probe: every real counts as healthy. */
    record None() implements ProbeKind {
        @Override
        public Type type() {
            return Type.NONE;
        }

        @Override
        public int port() {
            return VIP_PORT;
        }

        @Override
        public None at(int port) {
            return this;
        }
    }

    /** Connects and closes. */
    record Tcp(int port) implements ProbeKind {
        public Tcp {
            requirePort(port);
        }

        @Override
        public Type type() {
            return Type.TCP;
        }

        @Override
        public Tcp at(int port) {
            return new Tcp(port);
        }
    }

    /** Connects and completes a TLS handshake. */
    record Tls(int port, TlsSettings tls) implements ProbeKind {
        public Tls {
            requirePort(port);
        }

        @Override
        public Type type() {
            return Type.TLS;
        }

        @Override
        public Tls at(int port) {
            return new Tls(port, tls);
        }
    }

    /**
     * Sends one HTTP/1.1 request.
     *
     * @param tls null for plain HTTP
     */
    record Http(int port, HttpExchange exchange, @Nullable TlsSettings tls) implements ProbeKind {
        public Http {
            requirePort(port);
        }

        @Override
        public Type type() {
            return tls == null ? Type.HTTP : Type.HTTPS;
        }

        @Override
        public Http at(int port) {
            return new Http(port, exchange, tls);
        }
    }

    /**
     * Calls {@code grpc.health.v1.Health/Check} and expects {@code SERVING}.
     *
     * @param service the name of the service that is asked about; empty for the server as a whole
     * @param host the {@code :authority}, or null for the destination
     * @param tls null for HTTP/2 without TLS
     */
    record Grpc(
            int port,
            String service,
            @Nullable String host,
            @Nullable TlsSettings tls) implements ProbeKind {
        public Grpc {
            requirePort(port);
        }

        @Override
        public Type type() {
            return Type.GRPC;
        }

        @Override
        public Grpc at(int port) {
            return new Grpc(port, service, host, tls);
        }
    }

    /**
     * Asks a name server.
     *
     * @param name what is asked for, with or without the dot at the end
     * @param recordType {@code A}, {@code AAAA}, {@code SOA} and so on
     * @param rcode the response code that counts as success: {@code NOERROR}, {@code NXDOMAIN} and so on
     * @param answer a record that has to be in the answer section, as a zone file would write its data; null for any
     */
    record Dns(
            int port,
            Protocol transport,
            String name,
            String recordType,
            String rcode,
            @Nullable String answer) implements ProbeKind {
        public Dns {
            requirePort(port);
        }

        @Override
        public Type type() {
            return Type.DNS;
        }

        @Override
        public Dns at(int port) {
            return new Dns(port, transport, name, recordType, rcode, answer);
        }
    }

    /**
     * Sends one datagram and waits for one that fits.
     *
     * @param receive what the answer has to contain; null for any answer
     */
    record Udp(int port, Payload send, @Nullable Payload receive) implements ProbeKind {
        public Udp {
            requirePort(port);
        }

        @Override
        public Type type() {
            return Type.UDP;
        }

        @Override
        public Udp at(int port) {
            return new Udp(port, send, receive);
        }
    }

    /** Sends an ICMP or ICMPv6 echo request. */
    record Icmp() implements ProbeKind {
        @Override
        public Type type() {
            return Type.ICMP;
        }

        @Override
        public int port() {
            return VIP_PORT;
        }

        @Override
        public Icmp at(int port) {
            return this;
        }
    }

    /**
     * Runs a command on this host; exit code 0 is a success.
     *
     * @param command the absolute path of a program, then its arguments
     */
    record Exec(int port, List<String> command) implements ProbeKind {
        public Exec {
            requirePort(port);
            command = List.copyOf(command);
            Require.that(
                    !command.isEmpty() && command.get(0).startsWith("/"),
                    "the command of a health check must begin with the absolute path of a program");
        }

        @Override
        public Type type() {
            return Type.EXEC;
        }

        @Override
        public Exec at(int port) {
            return new Exec(port, command);
        }
    }

    private static void requirePort(int port) {
        Require.inRange("the port of a health check", port, VIP_PORT, 65_535);
    }

    /** The names of the kinds. */
    enum Type {
        TCP,
        TLS,
        HTTP,
        HTTPS,
        GRPC,
        DNS,
        UDP,
        ICMP,
        EXEC,
        NONE;

        /** As the configuration spells it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
