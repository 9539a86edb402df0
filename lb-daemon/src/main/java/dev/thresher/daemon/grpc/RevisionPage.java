// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.api.v1.ListRevisionsRequest;
import dev.thresher.api.v1.ListRevisionsResponse;
import dev.thresher.daemon.revision.Past;
import dev.thresher.daemon.revision.Revision;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A part of the list of revisions. A token is the number of the revision that the part before ended with, so it holds even
 * when revisions come and go in between.
 *
 * @param before numbers of this page are less
 */
record RevisionPage(long before, int size) {
    private static final int USUAL_SIZE = 100;
    private static final int LARGEST_SIZE = 1000;
    private static final Pattern TOKEN = Pattern.compile("[1-9]\\d{0,17}");

    static RevisionPage of(ListRevisionsRequest request) {
        int size = request.getPageSize();
        if (size < 0 || size > LARGEST_SIZE) {
            throw new BadRequestException(
                    "page_size", Integer.toUnsignedString(size) + " is out of range, 1 to " + LARGEST_SIZE);
        }
        String token = request.getPageToken();
        if (!token.isEmpty() && !TOKEN.matcher(token).matches()) {
            throw new BadRequestException("page_token", "\"" + token + "\" is none that ListRevisions has returned");
        }
        return new RevisionPage(
                token.isEmpty() ? Long.MAX_VALUE : Long.parseLong(token), size == 0 ? USUAL_SIZE : size);
    }

    ListRevisionsResponse list(Past past) {
        List<Revision> found = past.before(before, size + 1);
        List<Revision> page = found.subList(0, Math.min(size, found.size()));
        ListRevisionsResponse.Builder response = ListRevisionsResponse.newBuilder();
        page.forEach(revision -> response.addRevisions(ControlEncoder.encode(revision)));
        if (found.size() > size) {
            response.setNextPageToken(Long.toString(page.get(size - 1).number()));
        }
        return response.build();
    }
}
