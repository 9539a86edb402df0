// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.IpText;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsPtrRecord;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;

/** Data of DNS records as text: addresses, names and texts. */
final class DnsData {
    private DnsData() {}

    /** Whether the record says what a zone file would call {@code wanted}. */
    static boolean matches(DnsRecord record, String wanted) {
        if (record instanceof DnsPtrRecord pointer) {
            return sameName(pointer.hostname(), wanted);
        }
        if (!(record instanceof DnsRawRecord raw)) {
            return false;
        }
        ByteBuf data = raw.content().duplicate();
        DnsRecordType type = record.type();
        if (type.equals(DnsRecordType.A) || type.equals(DnsRecordType.AAAA)) {
            return isAddress(data, wanted);
        }
        if (type.equals(DnsRecordType.CNAME) || type.equals(DnsRecordType.NS)) {
            return sameName(DefaultDnsRecordDecoder.decodeName(data), wanted);
        }
        return type.equals(DnsRecordType.TXT) && text(data).equals(wanted);
    }

    private static boolean sameName(String name, String wanted) {
        String absolute = wanted.endsWith(".") ? wanted : wanted + ".";
        return name.equalsIgnoreCase(absolute);
    }

    private static boolean isAddress(ByteBuf data, String wanted) {
        byte[] bytes = new byte[data.readableBytes()];
        data.readBytes(bytes);
        try {
            return InetAddress.getByAddress(bytes).equals(IpText.parse(wanted));
        } catch (UnknownHostException | IllegalArgumentException e) {
            return false; // Not an address at all, on either side.
        }
    }

    /** Strings of up to 255 bytes, each behind its length (RFC 1035, section 3.3.14), joined. */
    private static String text(ByteBuf data) {
        StringBuilder text = new StringBuilder();
        while (data.isReadable()) {
            int length = Math.min(data.readUnsignedByte(), data.readableBytes());
            text.append(data.readCharSequence(length, StandardCharsets.UTF_8));
        }
        return text.toString();
    }
}
