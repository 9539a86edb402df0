// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.api.v1.AddReal;
import dev.thresher.api.v1.AddVip;
import dev.thresher.api.v1.RealServer;
import dev.thresher.api.v1.RemoveReal;
import dev.thresher.api.v1.SetWeight;
import dev.thresher.config.IpText;
import dev.thresher.config.Order;
import dev.thresher.config.Real;
import dev.thresher.config.VipKey;
import dev.thresher.config.change.Edit;
import dev.thresher.daemon.revision.Change;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads changes from messages of the API. What is not there is an error here only if nothing can be done without it. */
final class ChangeDecoder {
    private static final String EDITS = "change.edits.edits";
    private static final String UNNAMED = "the request";

    /** Where the message is, for those who sent it. */
    private final String path;

    private ChangeDecoder(String path) {
        this.path = path;
    }

    /** @throws BadRequestException if the message says nothing that could be done */
    static Change change(dev.thresher.api.v1.Change change) {
        return switch (change.getKindCase()) {
            case EDITS -> new Change.Edits(edits(change.getEdits().getEditsList()));
            case TEXT ->
                new Change.Whole(
                        change.getText().getHocon(), name(change.getText().getName()));
            case ROLLBACK -> new Change.Rollback(revision(change.getRollback()));
            case KIND_NOT_SET ->
                throw new BadRequestException("change", "it is empty; it needs one of edits, text, rollback");
        };
    }

    /** It goes into the log and the history, each entry of which is a line. */
    private static String name(String name) {
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw new BadRequestException(
                    "change.text.name", "it has a control character, and it is to be a file's name");
        }
        return name.isEmpty() ? UNNAMED : name;
    }

    private static long revision(long number) {
        if (number <= 0) {
            throw new BadRequestException(
                    "change.rollback", Long.toUnsignedString(number) + " is not the number of a revision");
        }
        return number;
    }

    private static List<Edit> edits(List<dev.thresher.api.v1.Edit> messages) {
        if (messages.isEmpty()) {
            throw new BadRequestException(EDITS, "it is empty; it needs one edit or more");
        }
        List<Edit> edits = new ArrayList<>();
        for (dev.thresher.api.v1.Edit message : messages) {
            edits.add(edit(message, EDITS + "[" + edits.size() + "]"));
        }
        return edits;
    }

    private static Edit edit(dev.thresher.api.v1.Edit edit, String path) {
        return switch (edit.getKindCase()) {
            case ADD_VIP -> new ChangeDecoder(path + ".add_vip").addVip(edit.getAddVip());
            case REMOVE_VIP ->
                new Edit.RemoveVip(new ChangeDecoder(path + ".remove_vip")
                        .vip(edit.getRemoveVip().getVip()));
            case ADD_REAL -> new ChangeDecoder(path + ".add_real").addReal(edit.getAddReal());
            case REMOVE_REAL -> new ChangeDecoder(path + ".remove_real").removeReal(edit.getRemoveReal());
            case SET_WEIGHT -> new ChangeDecoder(path + ".set_weight").setWeight(edit.getSetWeight());
            case DRAIN -> new ChangeDecoder(path + ".drain").order(edit.getDrain(), Order.DRAIN);
            case UNDRAIN -> new ChangeDecoder(path + ".undrain").order(edit.getUndrain(), Order.SERVE);
            case MAINTENANCE ->
                new ChangeDecoder(path + ".maintenance").order(edit.getMaintenance(), Order.MAINTENANCE);
            case KIND_NOT_SET -> throw new BadRequestException(path, "it is empty; it needs one of the kinds of edits");
        };
    }

    private Edit addVip(AddVip add) {
        return new Edit.AddVip(vip(add.getVip()), pool(add.getPool()), add.getSettings());
    }

    private Edit addReal(AddReal add) {
        return new Edit.AddReal(
                pool(add.getPool()), real(add.getReal()), add.hasWeight() ? weight(add.getWeight()) : 1);
    }

    private Edit removeReal(RemoveReal remove) {
        return new Edit.RemoveReal(remove.getPool().isEmpty() ? null : remove.getPool(), real(remove.getReal()));
    }

    private Edit setWeight(SetWeight set) {
        return new Edit.SetWeight(real(set.getReal()), vipIfAny(set.getVip()), weight(set.getWeight()));
    }

    private Edit order(RealServer server, Order order) {
        return new Edit.SetOrder(real(server.getReal()), vipIfAny(server.getVip()), order);
    }

    private @Nullable VipKey vipIfAny(String text) {
        return text.isEmpty() ? null : vip(text);
    }

    private VipKey vip(String text) {
        try {
            return VipKey.parse(text);
        } catch (IllegalArgumentException e) {
            throw new BadRequestException(path + ".vip", String.valueOf(e.getMessage()));
        }
    }

    private InetAddress real(String text) {
        try {
            return IpText.parse(text);
        } catch (IllegalArgumentException e) {
            throw new BadRequestException(path + ".real", String.valueOf(e.getMessage()));
        }
    }

    private String pool(String name) {
        if (name.isEmpty()) {
            throw new BadRequestException(path + ".pool", "it is empty; it needs the name of a pool");
        }
        return name;
    }

    private int weight(int weight) {
        if (weight < 0 || weight > Real.MAX_WEIGHT) {
            throw new BadRequestException(
                    path + ".weight", Integer.toUnsignedString(weight) + " is out of range, 0 to " + Real.MAX_WEIGHT);
        }
        return weight;
    }
}
