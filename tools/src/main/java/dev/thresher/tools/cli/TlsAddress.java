// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.common.net.HostAndPort;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A TCP port where the API is served over TLS.
 *
 * @param tls made from the files
 */
record TlsAddress(HostAndPort address, TlsIdentity identity, SslContext tls) implements DaemonAddress {
    /**
     * @param address a host's name or address, and a port
     * @throws CommandFailure if it is none, or a file cannot be used
     */
    static TlsAddress of(String address, TlsIdentity identity) {
        SslContextBuilder builder = identity.client();
        try {
            return new TlsAddress(
                    parse(address),
                    identity,
                    GrpcSslContexts.configure(builder, SslProvider.JDK).build());
        } catch (SSLException e) {
            throw CommandFailure.failed("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static HostAndPort parse(String text) {
        try {
            HostAndPort address = HostAndPort.fromString(text).requireBracketsForIPv6();
            if (address.hasPort() && address.getPort() > 0 && !address.getHost().isEmpty()) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // Said below, in words of our own.
        }
        throw CommandFailure.invalid(
                "--address: '" + text + "' is no host and port such as lb1.example.com:7443 or [2001:db8::1]:7443");
    }

    @Override
    public NettyChannelBuilder channel() {
        return NettyChannelBuilder.forAddress(address.getHost(), address.getPort())
                .channelType(NioSocketChannel.class)
                .sslContext(tls);
    }

    @Override
    public String whyUnavailable(Status status) {
        Throwable cause = status.getCause();
        if (find(cause, UnknownHostException.class)) {
            return "there is no host " + address.getHost() + ": its name cannot be resolved.\nCheck --address.";
        }
        if (find(cause, ConnectException.class) || find(cause, NoRouteToHostException.class)) {
            return "no daemon serves on " + address + ": " + reason(cause)
                    + ".\nCheck that it runs, and that --address is what it has as thresher.api.tls.listen.";
        }
        if (find(cause, NotSslRecordException.class)) {
            return "what serves on " + address + " does not speak TLS.\n"
                    + "Check that --address is what the daemon has as thresher.api.tls.listen.";
        }
        if (find(cause, CertificateException.class)) {
            return "what serves on " + address + " is not trusted: " + reason(cause)
                    + ".\nIts certificate has to be for " + address.getHost() + " and to come from an authority in "
                    + identity.ca() + ".";
        }
        if (find(cause, SSLException.class)) {
            return "the daemon on " + address + " does not take the certificate in " + identity.certificate() + ": "
                    + reason(cause) + "." + whatItTakes();
        }
        // So it looks, too, when the daemon's refusal gets lost in the end of the connection.
        return "the daemon on " + address + " hung up.\nIt is stopping, or it does not take the certificate in "
                + identity.certificate() + "." + whatItTakes();
    }

    private String whatItTakes() {
        return "\nThe certificate has to be in force, to belong to the key in " + identity.key()
                + ", and to come from an authority in the daemon's thresher.api.tls.client-ca.";
    }

    private static boolean find(@Nullable Throwable failure, Class<? extends Throwable> kind) {
        return failure != null && (kind.isInstance(failure) || find(failure.getCause(), kind));
    }

    private static String reason(@Nullable Throwable failure) {
        String message = failure == null
                ? ""
                : String.valueOf(DaemonAddress.root(failure).getMessage());
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
