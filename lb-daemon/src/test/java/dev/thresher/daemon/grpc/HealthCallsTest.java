// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Duration;
import dev.thresher.api.v1.GetHealthRequest;
import dev.thresher.api.v1.GetHealthResponse;
import dev.thresher.api.v1.HealthEvent;
import dev.thresher.api.v1.HealthState;
import dev.thresher.api.v1.MemberHealth;
import dev.thresher.api.v1.Serving;
import dev.thresher.api.v1.ThresherGrpc;
import dev.thresher.api.v1.WatchHealthRequest;
import dev.thresher.api.v1.WatchHealthResponse;
import dev.thresher.config.IpText;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.DaemonChannel;
import dev.thresher.daemon.health.HealthEvent.MemberChanged;
import dev.thresher.daemon.health.HealthEvent.ServingChanged;
import dev.thresher.daemon.plan.VipPlan.Mode;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class HealthCallsTest {
    private static final VipKey VIP = VipKey.parse("[2001:db8::1]:80/tcp");
    private static final VipKey OTHER = VipKey.parse("203.0.113.10:80/tcp");

    @TempDir
    Path dir;

    private final SampleHealth health = new SampleHealth();
    private DaemonChannel daemon;
    private GrpcServer server;

    @BeforeEach
    void serve() throws IOException {
        server = GrpcServer.start(dir.resolve("edge.sock"), new SampleState(), new SampleFlows(), health);
        daemon = new DaemonChannel(server.socket());
    }

    @AfterEach
    void stop() {
        server.close();
        daemon.close();
    }

    private GetHealthResponse get(String vip, boolean history) {
        return ThresherGrpc.newBlockingStub(daemon.channel())
                .getHealth(GetHealthRequest.newBuilder()
                        .setVip(vip)
                        .setHistory(history)
                        .build());
    }

    private Iterator<WatchHealthResponse> watch(String vip) {
        return ThresherGrpc.newBlockingStub(daemon.channel())
                .watchHealth(WatchHealthRequest.newBuilder().setVip(vip).build());
    }

    private void fall(VipKey vip) {
        health.feed().publish(new MemberChanged(vip, IpText.parse("fd00::3"), SampleHealth.FALL));
    }

    @Test
    void getHealth_tellsWhatIsKnownOfEachMember() {
        GetHealthResponse response = get("", false);
        assertEquals(SampleState.NOW.getEpochSecond(), response.getObservedAt().getSeconds());
        assertEquals("web", response.getVips(0).getServingPool());
        assertEquals(Serving.SERVING_NORMAL, response.getVips(0).getServing());

        MemberHealth up = response.getVips(0).getMembers(0);
        assertEquals("http://[2001:db8::1]:80/ by 10.0.0.2", up.getProbe());
        assertEquals(HealthState.HEALTH_STATE_UP, up.getHealth().getState());
        assertEquals("HTTP 200", up.getLastResult());
        assertEquals("the certificate ends in 3 days", up.getWarning());
        assertEquals(Duration.newBuilder().setSeconds(1).setNanos(250_000_000).build(), up.getLastProbeAge());
        assertEquals(7, up.getSuccesses());

        MemberHealth down = response.getVips(0).getMembers(1);
        assertFalse(down.hasLastProbeAge());
        assertTrue(down.getStale());
        assertEquals(3, down.getFailures());
        assertEquals("web", down.getPool());
        assertEquals(0, down.getHistoryCount());
    }

    @Test
    void getHealth_withHistory_tellsOfPastChanges() {
        MemberHealth down = get(VIP.toString(), true).getVips(0).getMembers(1);
        assertEquals(1, down.getHistoryCount());
        assertEquals(HealthState.HEALTH_STATE_UP, down.getHistory(0).getFrom());
        assertEquals(HealthState.HEALTH_STATE_DOWN, down.getHistory(0).getTo());
        assertEquals("connection refused, 3 of 3 failed", down.getHistory(0).getReason());
        assertEquals(
                SampleState.NOW.getEpochSecond(), down.getHistory(0).getAt().getSeconds());
    }

    @Test
    void bothCalls_ofAVipThatIsNotThere_sayWhich() {
        for (Runnable call : new Runnable[] {
            () -> get(OTHER.toString(), false), () -> watch(OTHER.toString()).next()
        }) {
            StatusRuntimeException e = assertThrows(StatusRuntimeException.class, call::run);
            assertEquals(Status.Code.NOT_FOUND, e.getStatus().getCode());
            assertEquals("there is no VIP 203.0.113.10:80/tcp", e.getStatus().getDescription());
        }
    }

    @Test
    void bothCalls_ofSomethingThatIsNoVip_areRefused() {
        for (Runnable call :
                new Runnable[] {() -> get("web", false), () -> watch("web").next()}) {
            StatusRuntimeException e = assertThrows(StatusRuntimeException.class, call::run);
            assertEquals(Status.Code.INVALID_ARGUMENT, e.getStatus().getCode());
        }
    }

    @Test
    void watchHealth_tellsOfWhatHappensAfterItsFirstMessage() {
        fall(VIP);
        Iterator<WatchHealthResponse> messages = watch("");
        assertEquals(WatchHealthResponse.getDefaultInstance(), messages.next());

        fall(VIP);
        HealthEvent event = messages.next().getEvents(0);
        assertEquals(VIP.toString(), event.getVip());
        assertEquals("fd00::3", event.getMember().getReal());
        assertEquals(
                HealthState.HEALTH_STATE_DOWN, event.getMember().getChange().getTo());

        health.feed().publish(new ServingChanged(OTHER, SampleState.NOW, Mode.NORMAL, Mode.FALLBACK, "spare"));
        HealthEvent serving = messages.next().getEvents(0);
        assertEquals(OTHER.toString(), serving.getVip());
        assertEquals(Serving.SERVING_FALLBACK, serving.getServing().getTo());
        assertEquals("spare", serving.getServing().getPool());
    }

    @Test
    void watchHealth_ofOneVip_tellsOfThatAlone() {
        Iterator<WatchHealthResponse> messages = watch(VIP.toString());
        messages.next();
        fall(OTHER);
        fall(VIP);
        assertEquals(VIP.toString(), messages.next().getEvents(0).getVip());
    }

    @Test
    void watchHealth_ofManyAtOnce_keepsAllThatTheQueueHolds() {
        Iterator<WatchHealthResponse> messages = watch("");
        messages.next();
        int sent = 1000;
        for (int i = 0; i < sent; i++) {
            fall(VIP);
        }
        int received = 0;
        while (received < sent) {
            WatchHealthResponse message = messages.next();
            assertEquals(0, message.getMissed());
            received += message.getEventsCount();
        }
        assertEquals(sent, received);
    }

    @Test
    void close_endsWatchesAtOnce() {
        Iterator<WatchHealthResponse> messages = watch("");
        messages.next();
        server.close();
        assertFalse(messages.hasNext());
    }
}
