// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.api.v1.EncapsulationKind;
import dev.thresher.api.v1.QuicConfig;
import dev.thresher.api.v1.QuicScheme;
import dev.thresher.api.v1.SourceRoute;
import dev.thresher.api.v1.Vip;
import dev.thresher.config.Encapsulation;
import dev.thresher.config.IpText;
import dev.thresher.config.QuicRouting;
import dev.thresher.config.VipHash;
import dev.thresher.daemon.state.VipRouting;

/** Writes how packets find their real server and how they are wrapped for it as messages of the API. */
final class RoutingEncoder {
    private RoutingEncoder() {}

    static void encode(VipRouting routing, Vip.Builder vip) {
        vip.setHash(encode(routing.hash()));
        if (routing.quic() != null) {
            vip.setQuic(encode(routing.quic()));
        }
        routing.sourceRoutes()
                .forEach(route -> vip.addSourceRoutes(SourceRoute.newBuilder()
                        .setPrefix(route.prefix().toString())
                        .setReal(IpText.format(route.real()))));
    }

    static dev.thresher.api.v1.Encapsulation encode(Encapsulation encapsulation) {
        return dev.thresher.api.v1.Encapsulation.newBuilder()
                .setKind(encode(encapsulation.kind()))
                .setGuePort(encapsulation.guePort())
                .build();
    }

    private static dev.thresher.api.v1.QuicRouting encode(QuicRouting quic) {
        dev.thresher.api.v1.QuicRouting.Builder message =
                dev.thresher.api.v1.QuicRouting.newBuilder().setScheme(encode(quic.scheme()));
        quic.serverIdLengths()
                .forEach((rotation, length) -> message.addConfigs(
                        QuicConfig.newBuilder().setRotation(rotation).setServerIdLength(length)));
        return message.build();
    }

    private static QuicScheme encode(QuicRouting.Scheme scheme) {
        return switch (scheme) {
            case QUIC_LB -> QuicScheme.QUIC_SCHEME_QUIC_LB;
            case KATRAN -> QuicScheme.QUIC_SCHEME_KATRAN;
        };
    }

    private static dev.thresher.api.v1.VipHash encode(VipHash hash) {
        return switch (hash) {
            case FIVE_TUPLE -> dev.thresher.api.v1.VipHash.VIP_HASH_5_TUPLE;
            case SOURCE -> dev.thresher.api.v1.VipHash.VIP_HASH_SOURCE;
            case SOURCE_PORT -> dev.thresher.api.v1.VipHash.VIP_HASH_SOURCE_PORT;
            case DESTINATION_PORT -> dev.thresher.api.v1.VipHash.VIP_HASH_DESTINATION_PORT;
        };
    }

    private static EncapsulationKind encode(Encapsulation.Kind kind) {
        return switch (kind) {
            case IPIP -> EncapsulationKind.ENCAPSULATION_KIND_IPIP;
            case GUE -> EncapsulationKind.ENCAPSULATION_KIND_GUE;
            case L2 -> EncapsulationKind.ENCAPSULATION_KIND_L2;
        };
    }
}
