// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.DiscardRuntimeRequest;
import dev.thresher.api.v1.Edit;
import dev.thresher.api.v1.RealServer;
import java.util.stream.Collectors;

/** What a request asks for, in a few words, as far as the request says. */
final class ChangeWords {
    private ChangeWords() {}

    /** Empty for a request whose method says it all. */
    static String of(Object request) {
        if (request instanceof ApplyRequest apply) {
            String comment = apply.getComment().isEmpty() ? "" : " (" + apply.getComment() + ")";
            return change(apply.getChange()) + comment;
        }
        if (request instanceof DiscardRuntimeRequest discard) {
            return discard.getElementsCount() == 0 ? "everything" : String.join("; ", discard.getElementsList());
        }
        return "";
    }

    private static String change(Change change) {
        return switch (change.getKindCase()) {
            case EDITS ->
                change.getEdits().getEditsList().stream().map(ChangeWords::edit).collect(Collectors.joining("; "));
            case TEXT ->
                "the configuration " + change.getText().getName() + ", "
                        + change.getText().getHocon().length() + " characters";
            case ROLLBACK -> "rollback to " + Long.toUnsignedString(change.getRollback());
            case KIND_NOT_SET -> "nothing";
        };
    }

    private static String edit(Edit edit) {
        return switch (edit.getKindCase()) {
            case ADD_VIP ->
                "add vip " + edit.getAddVip().getVip() + " with pool "
                        + edit.getAddVip().getPool();
            case REMOVE_VIP -> "remove vip " + edit.getRemoveVip().getVip();
            case ADD_REAL ->
                "add real " + edit.getAddReal().getReal() + " to pool "
                        + edit.getAddReal().getPool();
            case REMOVE_REAL ->
                "remove real " + edit.getRemoveReal().getReal() + " from "
                        + orEverywhere("pool ", edit.getRemoveReal().getPool());
            case SET_WEIGHT ->
                "weight of real " + edit.getSetWeight().getReal() + " to "
                        + Integer.toUnsignedString(edit.getSetWeight().getWeight()) + " in "
                        + orEverywhere("vip ", edit.getSetWeight().getVip());
            case DRAIN -> "drain " + real(edit.getDrain());
            case UNDRAIN -> "undrain " + real(edit.getUndrain());
            case MAINTENANCE -> "maintenance of " + real(edit.getMaintenance());
            case KIND_NOT_SET -> "nothing";
        };
    }

    private static String real(RealServer real) {
        return "real " + real.getReal() + " in " + orEverywhere("vip ", real.getVip());
    }

    private static String orEverywhere(String kind, String name) {
        return name.isEmpty() ? "every " + kind.strip() : kind + name;
    }
}
