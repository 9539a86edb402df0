// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.config.VipKey;
import io.grpc.Status;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list that has one element for each VIP. A token is the key of the VIP that the part before ended with, so it holds
 * also when other VIPs come and go in between.
 *
 * @param size at most so many elements; {@link Integer#MAX_VALUE} for all that are left
 * @param after the VIP before the first, or null for the beginning
 */
record VipPage(int size, @Nullable VipKey after) {
    /** @throws BadRequestException naming the field that is at fault */
    static VipPage of(int size, String token) {
        if (size < 0) {
            throw new BadRequestException(
                    "page_size", Integer.toUnsignedString(size) + " is out of range, 1 to " + Integer.MAX_VALUE);
        }
        try {
            return new VipPage(size == 0 ? Integer.MAX_VALUE : size, token.isEmpty() ? null : VipKey.parse(token));
        } catch (IllegalArgumentException e) {
            throw new BadRequestException("page_token", "\"" + token + "\" is none that this call has returned");
        }
    }

    /** The element of that VIP, or all if it is null; NOT_FOUND if there is none. */
    static <T> List<T> only(@Nullable VipKey vip, List<T> all, Function<T, VipKey> key) {
        if (vip == null) {
            return all;
        }
        List<T> found =
                all.stream().filter(element -> vip.equals(key.apply(element))).toList();
        if (found.isEmpty()) {
            throw Status.NOT_FOUND.withDescription("there is no VIP " + vip).asRuntimeException();
        }
        return found;
    }

    /** The part of the list; ABORTED if the VIP that it comes after has been removed. */
    <T> List<T> cut(List<T> all, Function<T, VipKey> key) {
        int first = 0;
        if (after != null) {
            first = indexOf(after, all, key) + 1;
        }
        return all.subList(first, first + Math.min(size, all.size() - first));
    }

    /** What gets the part that comes after this one; empty if there is none. */
    static <T> String next(List<T> part, List<T> all, Function<T, VipKey> key) {
        if (part.isEmpty()) {
            return "";
        }
        T last = part.get(part.size() - 1);
        return last == all.get(all.size() - 1) ? "" : key.apply(last).toString();
    }

    private static <T> int indexOf(VipKey vip, List<T> all, Function<T, VipKey> key) {
        for (int i = 0; i < all.size(); i++) {
            if (key.apply(all.get(i)).equals(vip)) {
                return i;
            }
        }
        throw Status.ABORTED
                .withDescription("page_token: " + vip + " has been removed since the page before: begin anew")
                .asRuntimeException();
    }
}
