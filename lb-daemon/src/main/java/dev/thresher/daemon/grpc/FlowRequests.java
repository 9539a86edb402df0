// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.api.v1.ListFlowsRequest;
import dev.thresher.config.IpText;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.flows.Client;
import dev.thresher.daemon.flows.ClientSet;
import dev.thresher.daemon.flows.FlowQuery;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads what callers ask for; text that is none ends the call. */
final class FlowRequests {
    private FlowRequests() {}

    static FlowQuery query(ListFlowsRequest request) {
        return new FlowQuery(
                vipIfAny(request.getVip()),
                optional("real", request.getReal(), IpText::parse),
                optional("client", request.getClient(), ClientSet::parse));
    }

    static long limit(ListFlowsRequest request) {
        return request.getLimit() == 0 ? Long.MAX_VALUE : Integer.toUnsignedLong(request.getLimit());
    }

    static Client client(String text) {
        return parse("client", text, Client::parse);
    }

    static VipKey vip(String text) {
        return parse("vip", text, VipKey::parse);
    }

    /** Null if there is no text. */
    static @Nullable VipKey vipIfAny(String text) {
        return optional("vip", text, VipKey::parse);
    }

    private static <T> @Nullable T optional(String field, String text, Function<String, T> parser) {
        return text.isEmpty() ? null : parse(field, text, parser);
    }

    private static <T> T parse(String field, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new BadRequestException(field, String.valueOf(e.getMessage()));
        }
    }
}
