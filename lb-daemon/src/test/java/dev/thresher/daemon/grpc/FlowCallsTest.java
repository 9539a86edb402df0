// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.api.v1.ExplainRequest;
import dev.thresher.api.v1.ExplainResponse;
import dev.thresher.api.v1.Flow;
import dev.thresher.api.v1.FlowState;
import dev.thresher.api.v1.GetFlowTableRequest;
import dev.thresher.api.v1.GetFlowTableResponse;
import dev.thresher.api.v1.GetStateRequest;
import dev.thresher.api.v1.ListFlowsRequest;
import dev.thresher.api.v1.ListFlowsResponse;
import dev.thresher.api.v1.MemberState;
import dev.thresher.api.v1.State;
import dev.thresher.api.v1.ThresherGrpc;
import dev.thresher.api.v1.ThresherGrpc.ThresherBlockingStub;
import dev.thresher.api.v1.Verdict;
import dev.thresher.daemon.DaemonChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(20)
final class FlowCallsTest {
    private static final int MILLION = 1_000_000;

    @TempDir
    Path dir;

    private final SampleFlows flows = new SampleFlows(MILLION);
    private DaemonChannel daemon;
    private GrpcServer server;
    private ThresherBlockingStub stub;

    @BeforeEach
    void connect() throws IOException {
        server = GrpcServer.start(dir.resolve("edge.sock"), new SampleState(), flows, new SampleHealth());
        daemon = new DaemonChannel(server.socket());
        stub = ThresherGrpc.newBlockingStub(daemon.channel());
    }

    @AfterEach
    void disconnect() {
        daemon.close();
        server.close();
    }

    @Test
    void listFlows_tellsOfEach() {
        List<ListFlowsResponse> messages = new ArrayList<>();
        stub.listFlows(ListFlowsRequest.newBuilder().setLimit(10).build()).forEachRemaining(messages::add);

        assertEquals(1, messages.size());
        assertTrue(messages.get(0).getTruncated());
        assertEquals(10, messages.get(0).getFlowsCount());
        Flow flow = messages.get(0).getFlows(9);
        assertEquals("[2001:db8::1]:80/tcp", flow.getVip());
        assertEquals("10.0.0.2", flow.getReal());
        assertEquals(FlowState.FLOW_STATE_CONFIRMED, flow.getState());
        assertEquals(3, flow.getAge().getSeconds());
        assertEquals(1, flow.getBucket());
        assertEquals(1, flow.getPlace());
        assertFalse(flow.hasClient());
    }

    @Test
    void listFlows_withoutALimitSendsThemAll() {
        long count = 0;
        boolean truncated = false;
        Iterator<ListFlowsResponse> messages = stub.listFlows(ListFlowsRequest.getDefaultInstance());
        while (messages.hasNext()) {
            ListFlowsResponse message = messages.next();
            count += message.getFlowsCount();
            truncated |= message.getTruncated();
        }

        assertEquals(MILLION, count);
        assertFalse(truncated);
    }

    @Test
    void listFlows_toACallerThatDoesNotReadWaitsAndHoldsUpNobody() {
        Iterator<ListFlowsResponse> slow = stub.listFlows(ListFlowsRequest.getDefaultInstance());
        Iterator<ListFlowsResponse> slower = stub.listFlows(ListFlowsRequest.getDefaultInstance());
        assertTrue(slow.hasNext());
        assertTrue(slower.hasNext());

        assertEquals(
                MILLION,
                stub.getFlowTable(GetFlowTableRequest.getDefaultInstance())
                        .getTable()
                        .getOccupied());
        State state = stub.getState(GetStateRequest.getDefaultInstance()).getState();
        assertEquals(42, state.getFlowTable().getOccupied());
        assertTrue(flows.steps() < MILLION / 1_000, flows.steps() + " steps: all was read into memory");
    }

    @Test
    void close_endsAListingThatNobodyReads() {
        Iterator<ListFlowsResponse> slow = stub.listFlows(ListFlowsRequest.getDefaultInstance());
        assertTrue(slow.hasNext());
        server.close();

        assertThrows(StatusRuntimeException.class, () -> slow.forEachRemaining(message -> {}));
    }

    @Test
    void getFlowTable_countsMembers() {
        GetFlowTableResponse response = stub.getFlowTable(GetFlowTableRequest.getDefaultInstance());

        assertEquals(1_024, response.getTable().getSize());
        assertEquals(MILLION, response.getMembers(0).getFlows());
        assertEquals("10.0.0.2", response.getMembers(0).getReal());
    }

    @Test
    void explain_saysWhereBothKindsOfPacketsGo() {
        ExplainResponse response = stub.explain(ExplainRequest.newBuilder()
                .setClient("[2001:db8::7]:40000")
                .setVip("[2001:db8::1]:80/tcp")
                .build());

        assertEquals("[2001:db8::1]:80/tcp", response.getVip());
        assertEquals(77, response.getSlot());
        assertEquals(65_537, response.getSlots());
        assertEquals("10.0.0.2", response.getTableChoice());
        assertFalse(response.hasFlow());
        assertEquals(Verdict.VERDICT_FORWARD, response.getOnSyn().getVerdict());
        assertEquals("10.0.0.2", response.getOnSyn().getReal());
        assertEquals(Verdict.VERDICT_PASS, response.getOnPacket().getVerdict());
        assertFalse(response.getOnPacket().hasReal());
        assertEquals(MemberState.MEMBER_STATE_UP, response.getMembers(0).getState());
        assertEquals("02:00:00:00:00:01", response.getMembers(0).getNextHop().getMac());
        assertFalse(response.getMembers(0).hasMember());
    }

    @ParameterizedTest
    @CsvSource({
        "web, '', '', vip: \"web\" is not a VIP such as",
        "'', real1, '', real: \"real1\" is not an IPv4 or IPv6 address",
        "'', '', 2001:db8::/200, client: the length of a prefix must be 0 to 128",
    })
    void textThatIsNone_isAnInvalidArgument(String vip, String real, String client, String message) {
        Iterator<ListFlowsResponse> messages = stub.listFlows(ListFlowsRequest.newBuilder()
                .setVip(vip)
                .setReal(real)
                .setClient(client)
                .build());
        Status status =
                assertThrows(StatusRuntimeException.class, messages::hasNext).getStatus();

        assertEquals(Status.Code.INVALID_ARGUMENT, status.getCode());
        assertTrue(String.valueOf(status.getDescription()).startsWith(message), status.getDescription());
    }
}
