// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.thresher.tools.lab.Host;
import dev.thresher.tools.lab.Lab;
import dev.thresher.tools.lab.LabException;
import dev.thresher.tools.lab.LabSpec.Service;
import dev.thresher.tools.lab.RealServer;
import dev.thresher.tools.lab.Topology;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the real servers of a lab serve besides nginx, and the client's side of it: UDP, bulk transfers, HTTP/3. */
final class LabServices implements AutoCloseable {
    private static final int UDP_PORT = 7;
    private static final int HTTP3_PORT = 443;
    private static final int QUIC_PORT = 444;
    private static final int IPIP_BULK_PORT = 5201;
    private static final int GUE_BULK_PORT = 5202;
    private static final String BULK = "20M";
    private static final int ANSWER_MILLIS = 1000;
    private static final byte[] QUESTION = {'w', 'h', 'o'};

    /** A bulk transfer has two connections, which have to go to one real server. */
    private static final String ONE_REAL = "hash = source";

    /** Server ids of one byte. */
    private static final String QUIC = "quic { scheme = quic-lb, configs { \"0\" { server-id-length = 1 } } }";

    static final Service[] SPEC = {
        new Service(UDP_PORT, "udp", "ipip", ""),
        new Service(HTTP3_PORT, "udp", "ipip", QUIC),
        new Service(QUIC_PORT, "udp", "ipip", QUIC),
        new Service(IPIP_BULK_PORT, "tcp", "ipip", ONE_REAL),
        new Service(GUE_BULK_PORT, "tcp", "gue", ONE_REAL)
    };

    private final Lab lab;
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final List<AutoCloseable> running = new ArrayList<>();

    private LabServices(Lab lab) {
        this.lab = lab;
    }

    static LabServices start(Lab lab) {
        LabServices services = new LabServices(lab);
        try {
            // A thread that netty started in a namespace would stay there.
            services.group.submit(() -> {}).syncUninterruptibly();
            Certificate certificate = Certificate.make(lab.files().directory());
            for (RealServer real : lab.realServers()) {
                for (String vip : List.of(Topology.VIP4, Topology.VIP6)) {
                    services.serve(real, vip, certificate);
                }
                serveBulk(real.host());
            }
            return services;
        } catch (IOException | GeneralSecurityException e) {
            services.close();
            throw new LabException("cannot start the services of the lab", e);
        }
    }

    private void serve(RealServer real, String vip, Certificate certificate) {
        Host host = real.host();
        running.add(UdpNames.start(host, vip, UDP_PORT));
        running.add(UdpNames.start(host, vip, QUIC_PORT));
        InetSocketAddress address = new InetSocketAddress(UdpNames.address(vip), HTTP3_PORT);
        ServerIds ids = new ServerIds(lab.realServers().indexOf(real) + 1);
        running.add(host.namespace().call(() -> Http3Server.start(group, address, certificate, ids, host.name())));
    }

    /** They end with the lab. */
    private static void serveBulk(Host host) {
        for (int port : new int[] {IPIP_BULK_PORT, GUE_BULK_PORT}) {
            host.namespace().run("iperf3", "--server", "--daemon", "--port", Integer.toString(port));
        }
    }

    /** The answers to datagrams of one flow, which ask one after the other. */
    List<String> udpAnswers(String vip, int questions) throws IOException {
        InetSocketAddress to = new InetSocketAddress(UdpNames.address(vip), UDP_PORT);
        List<String> answers = new ArrayList<>();
        try (DatagramSocket client = socket()) {
            for (int i = 0; i < questions; i++) {
                answers.add(UdpNames.ask(client, to, QUESTION));
            }
        }
        return answers;
    }

    /** Who answers a QUIC packet with a short header whose connection id names a real server, from a port of its own. */
    String quicAnswer(String vip, int real) throws IOException {
        InetSocketAddress to = new InetSocketAddress(UdpNames.address(vip), QUIC_PORT);
        byte[] packet = new byte[40];
        packet[0] = 0x40;
        packet[1] = 0; // config 0
        packet[2] = (byte) real;
        try (DatagramSocket client = socket()) {
            return UdpNames.ask(client, to, packet).substring(packet.length);
        }
    }

    private DatagramSocket socket() throws IOException {
        DatagramSocket socket = lab.topology().client().namespace().call(() -> new DatagramSocket());
        socket.setSoTimeout(ANSWER_MILLIS);
        return socket;
    }

    /** Bytes that the real server received. */
    long upload(String vip, String encapsulation) {
        return bulk(vip, encapsulation);
    }

    /** Bytes that the client received. */
    long download(String vip, String encapsulation) {
        return bulk(vip, encapsulation, "--reverse");
    }

    private long bulk(String vip, String encapsulation, String... options) {
        int port = encapsulation.equals("gue") ? GUE_BULK_PORT : IPIP_BULK_PORT;
        List<String> command = new ArrayList<>(List.of("timeout", "15", "iperf3", "--json", "--bytes", BULK));
        command.addAll(List.of("--client", vip, "--port", Integer.toString(port)));
        command.addAll(List.of(options));
        String json = lab.topology().client().namespace().run(command.toArray(new String[0]));
        return new Gson()
                .fromJson(json, JsonObject.class)
                .getAsJsonObject("end")
                .getAsJsonObject("sum_received")
                .get("bytes")
                .getAsLong();
    }

    void forgetPathMtu(String vip) {
        lab.topology().client().namespace().run("ip", family(vip), "route", "flush", "cache");
    }

    /** What the client takes for the MTU on the way to a VIP. */
    int pathMtu(String vip) {
        String json = lab.topology().client().namespace().run("ip", family(vip), "-json", "route", "get", vip);
        JsonObject route = new Gson().fromJson(json, JsonArray.class).get(0).getAsJsonObject();
        if (!route.has("metrics")) {
            throw new AssertionError("nobody told the client of a path MTU: " + route);
        }
        return route.getAsJsonArray("metrics")
                .get(0)
                .getAsJsonObject()
                .get("mtu")
                .getAsInt();
    }

    private static String family(String vip) {
        return vip.indexOf(':') >= 0 ? "-6" : "-4";
    }

    Http3Client http3(String vip) throws InterruptedException {
        return http3(new InetSocketAddress(UdpNames.address(vip), HTTP3_PORT));
    }

    private Http3Client http3(InetSocketAddress server) throws InterruptedException {
        InetAddress any = UdpNames.address(server.getAddress().getAddress().length > 4 ? "::" : "0.0.0.0");
        Channel socket = lab.topology()
                .client()
                .namespace()
                .call(() -> Http3Client.socket(group, new InetSocketAddress(any, 0)));
        return Http3Client.connect(socket, server);
    }

    @Override
    public void close() {
        for (AutoCloseable service : running) {
            try {
                service.close();
            } catch (Exception e) {
                throw new LabException("cannot stop " + service, e);
            }
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
