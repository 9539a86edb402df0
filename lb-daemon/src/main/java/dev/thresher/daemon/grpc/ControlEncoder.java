// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.api.v1.ChangedElement;
import dev.thresher.api.v1.MovedFlows;
import dev.thresher.api.v1.RuntimeChange;
import dev.thresher.config.change.ElementChange;
import dev.thresher.config.change.StandingChange;
import dev.thresher.daemon.revision.Difference;
import dev.thresher.daemon.revision.Revision;

/** Writes differences and revisions as messages of the API. */
final class ControlEncoder {
    private ControlEncoder() {}

    static dev.thresher.api.v1.Difference encode(Difference difference) {
        dev.thresher.api.v1.Difference.Builder message =
                dev.thresher.api.v1.Difference.newBuilder().addAllWarnings(difference.warnings());
        difference.elements().forEach(element -> message.addElements(encode(element)));
        difference
                .moved()
                .forEach((vip, share) -> message.addVips(
                        MovedFlows.newBuilder().setVip(vip.toString()).setShare(share)));
        return message.build();
    }

    static ChangedElement encode(ElementChange change) {
        ChangedElement.Builder message =
                ChangedElement.newBuilder().setName(change.element().name());
        if (change.before() != null) {
            message.setBefore(change.before());
        }
        if (change.after() != null) {
            message.setAfter(change.after());
        }
        return message.build();
    }

    static RuntimeChange encode(StandingChange change) {
        RuntimeChange.Builder message =
                RuntimeChange.newBuilder().setElement(encode(change.change())).setInForce(change.inForce());
        if (change.disagreement() != null) {
            message.setDisagreement(change.disagreement());
        }
        return message.build();
    }

    static dev.thresher.api.v1.Revision encode(Revision revision) {
        return dev.thresher.api.v1.Revision.newBuilder()
                .setNumber(revision.number())
                .setAt(StateEncoder.encode(revision.at()))
                .setWho(revision.who())
                .setHow(revision.how())
                .setComment(revision.comment())
                .addAllElements(revision.elements())
                .build();
    }
}
