// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.top;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.protobuf.Timestamp;
import dev.thresher.tools.cli.JsonView;
import dev.thresher.tools.cli.top.Rates.MemberRate;
import dev.thresher.tools.cli.top.Rates.VipRate;
import java.time.Instant;

/** Rates for scripts, on a line. */
final class RateJson {
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private RateJson() {}

    static String line(Rates rates, Sort sort) {
        JsonArray vips = new JsonArray();
        rates.vips().stream().sorted(sort.vips()).forEach(vip -> vips.add(object(vip, sort)));
        JsonObject json = new JsonObject();
        Timestamp at = rates.state().getObservedAt();
        json.addProperty(
                "observed_at",
                Instant.ofEpochSecond(at.getSeconds(), at.getNanos()).toString());
        json.addProperty("seconds", rates.seconds());
        add(rates.total(), json);
        json.add("vips", vips);
        return GSON.toJson(json);
    }

    private static JsonObject object(VipRate rate, Sort sort) {
        JsonObject json = new JsonObject();
        json.addProperty("vip", rate.vip().getKey());
        json.addProperty("members_up", rate.vip().getMembersUp());
        json.addProperty("members_total", rate.vip().getMembersTotal());
        add(rate.rate(), json);
        JsonArray members = new JsonArray();
        rate.members().stream().sorted(sort.members()).forEach(member -> members.add(object(member)));
        json.add("members", members);
        return json;
    }

    private static JsonObject object(MemberRate rate) {
        JsonObject json = new JsonObject();
        json.addProperty("real", rate.member().getReal());
        json.addProperty(
                "health", JsonView.text(rate.member().getHealth().getState().getValueDescriptor()));
        add(rate.rate(), json);
        // They are known by VIP alone.
        json.remove("drops_per_second");
        return json;
    }

    private static void add(Rate rate, JsonObject json) {
        json.addProperty("packets_per_second", rate.packets());
        json.addProperty("bits_per_second", rate.bits());
        json.addProperty("new_flows_per_second", rate.newFlows());
        json.addProperty("drops_per_second", rate.drops());
    }
}
