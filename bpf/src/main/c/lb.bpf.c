// SPDX-License-Identifier: GPL-2.0-only
/*
 * The load balancer. A packet of an established flow takes two cache lines, one of the connection
 * table and one of its member; only a new flow pays for the VIP and its Maglev table.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "lib/abi.h"
#include "lib/maps.h"
#include "lib/settings.h"
#include "lib/stats.h"
#include "lib/parse.h"
#include "lib/hash.h"
#include "lib/flow.h"
#include "lib/lookup.h"
#include "lib/encap.h"

/* Where a packet goes. */
struct route {
	__u32 member_id;
	const struct member *member;
	bool new_flow;
};

/*
 * Does the entry still decide? Not for a member that is down; nor for a SYN on a flow that has
 * ended, or that never came about with a member that is being drained: those start anew.
 */
static __always_inline bool entry_holds(__u64 entry, const struct member *member,
					const struct packet *packet)
{
	if (packet->tcp_flags & TCP_SYN)
		return !(entry & FLOW_SHORT_LIVED) &&
		       (member->state == MEMBER_UP ||
			(member->state == MEMBER_DRAIN && entry & FLOW_CONFIRMED));
	return member->state == MEMBER_UP || member->state == MEMBER_DRAIN;
}

/* Routes a packet of a flow that has an entry, *slot. */
static __always_inline bool follow_flow(struct route *route, __u64 *slot,
					const struct packet *packet)
{
	__u64 entry = *(volatile __u64 *)slot;

	route->member_id = flow_member(entry);
	route->member = bpf_map_lookup_elem(&members, &route->member_id);
	if (!route->member || !is_for(packet, route->member))
		return false;
	if (!entry_holds(entry, route->member, packet)) {
		if (route->member->state == MEMBER_DOWN)
			count(COUNTER_FLOW_REPICKED);
		return false;
	}
	flow_touch(slot, entry, packet);
	return true;
}

/* Routes and records a packet that starts a flow; else answers a verdict other than XDP_TX. */
static __always_inline int start_flow(struct route *route, __u64 *slot, __u64 hash,
				      const struct packet *packet)
{
	struct vip *vip = vip_of(packet);
	__u64 entry;

	if (!vip)
		return pass();
	route->member_id = pick_member(vip->id, packet);
	if (!route->member_id)
		return drop_of_vip(COUNTER_DROP_NO_REAL, vip->id);
	route->member = bpf_map_lookup_elem(&members, &route->member_id);
	if (!route->member)
		return aborted();
	if (vip->flags & VIP_STATELESS) {
		route->new_flow = packet->tcp_flags & TCP_SYN;
		return XDP_TX;
	}
	route->new_flow = true;
	entry = flow_entry(hash, route->member_id, packet);
	if (slot)
		flow_store(slot, entry);
	else
		flow_insert(hash, entry);
	return XDP_TX;
}

static __always_inline int balance(struct xdp_md *ctx, bool ipv6)
{
	struct packet packet = { .ipv6 = ipv6 };
	struct route route = {};
	__u64 *slot;
	__u64 hash;
	int verdict;

	if (!parse_packet(ctx, &packet))
		return pass();
	hash = flow_hash(&packet);
	slot = flow_find(hash);
	if (!slot || !follow_flow(&route, slot, &packet)) {
		verdict = start_flow(&route, slot, hash, &packet);
		if (verdict != XDP_TX)
			return verdict;
	}
	if (!encapsulate(ctx, route.member, &packet, hash))
		return drop_of_vip(COUNTER_DROP_NO_HEADROOM, route.member->vip_id);
	count_packet(route.member_id, packet.length, route.new_flow);
	return XDP_TX;
}

SEC("xdp")
int lb(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *ethernet = cursor.at;

	if ((void *)(ethernet + 1) > cursor.end)
		return pass();
	if (ethernet->h_proto == bpf_htons(ETH_P_IP))
		return balance(ctx, false);
	if (ethernet->h_proto == bpf_htons(ETH_P_IPV6))
		return balance(ctx, true);
	return pass();
}

char LICENSE[] SEC("license") = "GPL";
