// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.thresher.config.VipKey;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VipPageTest {
    private static final Function<VipKey, VipKey> SELF = Function.identity();

    private static List<VipKey> vips(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> VipKey.parse("203.0.113." + i + ":80/tcp"))
                .toList();
    }

    /** All pages, one after the other. */
    private static List<List<VipKey>> pages(int size, List<VipKey> all) {
        List<List<VipKey>> pages = new ArrayList<>();
        String token = "";
        do {
            List<VipKey> page = VipPage.of(size, token).cut(all, SELF);
            pages.add(page);
            token = VipPage.next(page, all, SELF);
        } while (!token.isEmpty());
        return pages;
    }

    @Test
    void pages_haveEachVipOnce_inOrder() {
        List<VipKey> all = vips(7);
        for (int size = 1; size <= 8; size++) {
            List<List<VipKey>> pages = pages(size, all);
            assertEquals(all, pages.stream().flatMap(List::stream).toList());
            assertEquals((6 + size) / size, pages.size(), "pages of " + size);
        }
    }

    @Test
    void withoutASize_allThatAreLeftComeAtOnce() {
        List<VipKey> all = vips(50);
        assertEquals(List.of(all), pages(0, all));
        assertEquals(
                all.subList(3, all.size()), VipPage.of(0, all.get(2).toString()).cut(all, SELF));
    }

    @Test
    void withoutVips_thereIsOneEmptyPage() {
        assertEquals(List.of(List.of()), pages(5, List.of()));
    }

    @Test
    void aVipThatComesInBetween_isInALaterPage_andNoneIsMissed() {
        List<VipKey> all = vips(6);
        List<VipKey> before =
                all.stream().filter(vip -> !vip.equals(all.get(4))).toList();
        List<VipKey> first = VipPage.of(3, "").cut(before, SELF);
        String token = VipPage.next(first, before, SELF);
        assertEquals(all.subList(3, 6), VipPage.of(3, token).cut(all, SELF));
    }

    @Test
    void theVipOfATokenThatIsGone_isNamed() {
        StatusRuntimeException e = assertThrows(
                StatusRuntimeException.class,
                () -> VipPage.of(3, "203.0.113.9:80/tcp").cut(vips(5), SELF));
        assertEquals(Status.Code.ABORTED, e.getStatus().getCode());
        assertEquals(
                "page_token: 203.0.113.9:80/tcp has been removed since the page before: begin anew",
                e.getStatus().getDescription());
    }

    @Test
    void only_findsOneVip_orSaysThatThereIsNone() {
        List<VipKey> all = vips(5);
        assertEquals(all, VipPage.only(null, all, SELF));
        assertEquals(List.of(all.get(3)), VipPage.only(all.get(3), all, SELF));
        VipKey other = VipKey.parse("203.0.113.9:80/tcp");
        StatusRuntimeException e = assertThrows(StatusRuntimeException.class, () -> VipPage.only(other, all, SELF));
        assertEquals(Status.Code.NOT_FOUND, e.getStatus().getCode());
    }

    @Test
    void nonsense_isRefusedByField() {
        BadRequestException size = assertThrows(BadRequestException.class, () -> VipPage.of(-1, ""));
        assertEquals("page_size: 4294967295 is out of range, 1 to 2147483647", size.getMessage());
        BadRequestException token = assertThrows(BadRequestException.class, () -> VipPage.of(1, "7"));
        assertEquals("page_token: \"7\" is none that this call has returned", token.getMessage());
    }
}
