// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import dev.thresher.api.v1.Encapsulation;
import dev.thresher.api.v1.EncapsulationKind;
import dev.thresher.api.v1.Member;
import dev.thresher.api.v1.State;
import dev.thresher.api.v1.Vip;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** How packets find their real server and reach it, in the words of the configuration. */
final class VipWords {
    private VipWords() {}

    /** {@code 5-tuple}. */
    static String hash(Vip vip) {
        return word(vip.getHash().getValueDescriptor());
    }

    /** What of a packet names a real server before all else: {@code quic-lb, 2 prefixes}, or nothing. */
    static String routes(Vip vip) {
        List<String> routes = new ArrayList<>();
        if (vip.hasQuic()) {
            routes.add(word(vip.getQuic().getScheme().getValueDescriptor()));
        }
        int prefixes = vip.getSourceRoutesCount();
        if (prefixes > 0) {
            routes.add(prefixes + (prefixes == 1 ? " prefix" : " prefixes"));
        }
        return String.join(", ", routes);
    }

    /** {@code ipip}, {@code gue:6080}, {@code l2}. */
    static String encapsulation(Member member) {
        Encapsulation encapsulation = member.getEncapsulation();
        String kind = word(encapsulation.getKind().getValueDescriptor());
        return encapsulation.getKind() == EncapsulationKind.ENCAPSULATION_KIND_GUE
                ? kind + ":" + Integer.toUnsignedString(encapsulation.getGuePort())
                : kind;
    }

    /** Those of the members, of which there are several only where pools differ. */
    static String encapsulations(Vip vip) {
        return vip.getMembersList().stream()
                .map(VipWords::encapsulation)
                .distinct()
                .collect(Collectors.joining(", "));
    }

    /** Those of all members. */
    static String encapsulations(State state) {
        return state.getVipsList().stream()
                .flatMap(vip -> vip.getMembersList().stream())
                .map(VipWords::encapsulation)
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static String word(EnumValueDescriptor value) {
        return JsonView.text(value).replace('_', '-');
    }
}
