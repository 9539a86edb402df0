// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.ProbeKind;
import dev.thresher.config.Protocol;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryEncoder;
import io.netty.handler.codec.dns.DatagramDnsResponseDecoder;
import io.netty.handler.codec.dns.DefaultDnsQuery;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsOpCode;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsQueryEncoder;
import io.netty.handler.codec.dns.TcpDnsResponseDecoder;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks a name server (RFC 1035), with recursion desired, and judges the response code, and the answer if one is expected.
 * What does not answer this query is passed over.
 */
final class DnsProbe implements Probe {
    private final Dialer dialer;

    DnsProbe(Dialer dialer) {
        this.dialer = dialer;
    }

    @Override
    public Cancellable start(ProbeContext context, Consumer<ProbeResult> done) {
        ProbeKind.Dns kind = (ProbeKind.Dns) context.target().check().kind();
        return kind.transport() == Protocol.TCP
                ? dialer.dial(
                        context,
                        (pipeline, attempt) -> pipeline.addLast(
                                new TcpDnsQueryEncoder(),
                                new TcpDnsResponseDecoder(),
                                new Exchange(kind, attempt, null)),
                        done)
                : dialer.dialDatagrams(
                        context,
                        (pipeline, attempt) -> pipeline.addLast(
                                new DatagramDnsQueryEncoder(),
                                new DatagramDnsResponseDecoder(),
                                new Exchange(kind, attempt, context.destination())),
                        done);
    }

    private static final class Exchange extends SimpleChannelInboundHandler<DnsResponse> {
        private final ProbeKind.Dns kind;
        private final Attempt attempt;
        private final @Nullable InetSocketAddress recipient;
        private final DnsQuestion question;
        private final int id = ThreadLocalRandom.current().nextInt(1 << 16);

        /** @param recipient null by TCP */
        Exchange(ProbeKind.Dns kind, Attempt attempt, @Nullable InetSocketAddress recipient) {
            this.kind = kind;
            this.attempt = attempt;
            this.recipient = recipient;
            this.question = new DefaultDnsQuestion(kind.name(), DnsRecordType.valueOf(kind.recordType()));
        }

        @Override
        public void channelActive(ChannelHandlerContext channel) {
            attempt.connected("waiting for the DNS answer");
            InetSocketAddress local = (InetSocketAddress) channel.channel().localAddress();
            DnsQuery query = recipient == null
                    ? new DefaultDnsQuery(id, DnsOpCode.QUERY)
                    : new DatagramDnsQuery(local, recipient, id, DnsOpCode.QUERY);
            query.setRecursionDesired(true).addRecord(DnsSection.QUESTION, question);
            channel.writeAndFlush(query).addListener((ChannelFutureListener) written -> {
                if (!written.isSuccess()) {
                    attempt.fail(written.cause());
                }
            });
        }

        @Override
        protected void channelRead0(ChannelHandlerContext channel, DnsResponse response) {
            if (response.id() == id && echoesQuestion(response)) {
                attempt.finish(judge(response));
            }
        }

        /** A server that cannot parse the query, or will not, may leave the question out. */
        private boolean echoesQuestion(DnsResponse response) {
            if (response.count(DnsSection.QUESTION) == 0) {
                return true;
            }
            DnsQuestion echoed = response.recordAt(DnsSection.QUESTION);
            return echoed.name().equalsIgnoreCase(question.name())
                    && echoed.type().equals(question.type());
        }

        private ProbeResult judge(DnsResponse response) {
            String rcode = name(response.code());
            if (!rcode.equals(kind.rcode())) {
                return ProbeResult.failed("DNS " + rcode + ", expected " + kind.rcode());
            }
            String wanted = kind.answer();
            int answers = response.count(DnsSection.ANSWER);
            if (wanted == null) {
                return ProbeResult.passed("DNS " + rcode + ", " + answers + (answers == 1 ? " answer" : " answers"));
            }
            for (int i = 0; i < answers; i++) {
                if (DnsData.matches(response.recordAt(DnsSection.ANSWER, i), wanted)) {
                    return ProbeResult.passed("DNS " + rcode + ", " + wanted);
                }
            }
            return ProbeResult.failed("DNS " + rcode + ", but " + wanted + " is not among " + answers
                    + (answers == 1 ? " answer" : " answers"));
        }

        /** {@code NOERROR}, where netty says {@code NoError(0)}. */
        private static String name(DnsResponseCode code) {
            return code.toString().replaceFirst("\\(.*", "").toUpperCase(Locale.ROOT);
        }

        @Override
        public void channelInactive(ChannelHandlerContext channel) {
            attempt.finish(ProbeResult.failed("connection closed while waiting for the DNS answer"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
            if (cause instanceof DecoderException) {
                attempt.finish(ProbeResult.failed("malformed DNS answer"));
            } else {
                attempt.fail(cause);
            }
        }
    }
}
