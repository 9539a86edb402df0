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
#include "lib/route.h"
#include "lib/encap.h"

/*
 * Does the entry still decide for a SYN? Not when its flow has ended or expired: that port begins
 * a new one. A member that is being drained keeps what lives, and gets nothing new.
 */
static __always_inline bool entry_holds_syn(__u64 entry, const struct member *member)
{
	__u32 now = tick_now();

	if (entry & FLOW_SHORT_LIVED || flow_is_free(entry, now))
		return false;
	return member->state == MEMBER_UP ||
	       (member->state == MEMBER_DRAIN && entry & FLOW_CONFIRMED &&
		flow_age(entry, now) <= settings.reclaim_ticks);
}

static __always_inline bool entry_holds(__u64 entry, const struct member *member,
					const struct packet *packet)
{
	if (packet->tcp_flags & TCP_SYN)
		return entry_holds_syn(entry, member);
	return member->state == MEMBER_UP || member->state == MEMBER_DRAIN;
}

/*
 * The member that the flow's entry names, unless the packet itself names another, or the flow has
 * to start anew; *bereft tells whether it has to because its member is down, and *asked, whether
 * the packet was looked at for a name.
 */
static __always_inline const struct member *follow_flow(struct xdp_md *ctx, __u64 *slot,
							__u32 *member_id, bool *bereft, bool *asked,
							const struct packet *packet)
{
	__u64 entry = *(volatile __u64 *)slot;
	const struct member *member;

	*member_id = flow_member(entry);
	member = bpf_map_lookup_elem(&members, member_id);
	if (!member || !is_for(packet, member))
		return 0;
	if (member->flags & MEMBER_ROUTED) {
		__u32 named = route(ctx, member->vip_id, packet);

		*asked = true;
		if (named) {
			*member_id = named;
			return bpf_map_lookup_elem(&members, member_id);
		}
	}
	if (!entry_holds(entry, member, packet)) {
		*bereft = member->state == MEMBER_DOWN && !(packet->tcp_flags & TCP_SYN);
		return 0;
	}
	flow_touch(slot, entry, packet);
	return member;
}

/* Two flows may have one tag. Is the entry a living one of another VIP's flow? */
static __always_inline bool entry_is_strange(__u64 entry, const struct packet *packet)
{
	__u32 member_id = flow_member(entry);
	const struct member *member = bpf_map_lookup_elem(&members, &member_id);

	return member && member->state != MEMBER_FREE && !is_for(packet, member);
}

/*
 * Takes the member that the packet names, or else picks one for its flow and records that, at *slot
 * if the flow's tag has an entry already. Answers the member's id, or minus the verdict when there
 * is none.
 */
static __always_inline int start_flow(struct xdp_md *ctx, const struct packet *packet, __u64 hash,
				      __u64 *slot, bool asked)
{
	const struct vip *vip = vip_of(packet);
	bool recorded = false;
	__u32 member_id;
	__u64 entry;

	if (!vip)
		return -pass();
	if (vip->flags & (VIP_QUIC | VIP_SOURCE_ROUTES) && !asked) {
		member_id = route(ctx, vip->id, packet);
		if (member_id)
			return member_id;
	}
	member_id = pick_member(vip, packet);
	if (!member_id)
		return -drop_of_vip(COUNTER_DROP_NO_REAL, vip->id);
	if (!(vip->flags & VIP_STATELESS)) {
		entry = flow_entry(hash, member_id, packet);
		if (!slot)
			recorded = flow_insert(hash, entry);
		else if (entry_is_strange(*slot, packet))
			recorded = flow_evict(slot, flow_room(*slot, flow_seen(entry)), entry);
		else
			recorded = flow_store(slot, entry);
	}
	/* A flow that is not recorded comes by here with each packet. */
	if (recorded || packet->tcp_flags & TCP_SYN)
		count_flow(member_id);
	return member_id;
}

static __always_inline int balance(struct xdp_md *ctx, bool ipv6)
{
	struct packet packet = { .ipv6 = ipv6 };
	const struct member *member = 0;
	bool bereft = false, asked = false;
	__u32 member_id;
	__u64 *slot;
	__u64 hash;

	if (!parse_packet(ctx, &packet))
		return pass();
	hash = flow_hash(&packet);
	slot = flow_find(hash);
	if (slot)
		member = follow_flow(ctx, slot, &member_id, &bereft, &asked, &packet);
	if (!member) {
		int answer = start_flow(ctx, &packet, hash, slot, asked);

		if (answer <= 0)
			return -answer;
		if (bereft)
			count(COUNTER_FLOW_REPICKED);
		member_id = answer;
		member = bpf_map_lookup_elem(&members, &member_id);
		if (!member)
			return aborted();
	}
	if (!encapsulate(ctx, member, &packet, hash))
		return drop_of_vip(COUNTER_DROP_NO_HEADROOM, member->vip_id);
	count_packet(&member_id, packet.length);
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
