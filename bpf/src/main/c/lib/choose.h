/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which member a packet goes to: the one that its flow's entry names, unless the packet names one
 * itself, or else a new one.
 */
#ifndef THRESHER_CHOOSE_H
#define THRESHER_CHOOSE_H

#include "flow.h"
#include "lookup.h"
#include "route.h"

/* What is known of a packet on its way to a member. */
struct choice {
	__u64 hash;
	__u32 member_id;
	int verdict; /* where there is no member */
	bool asked;  /* the packet was looked at for the name of a member */
	bool bereft; /* its flow's member is down */
};

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

/* The member that the flow's entry names, or NULL when the flow has to start anew. */
static __always_inline const struct member *follow_flow(struct xdp_md *ctx,
							const struct packet *packet,
							struct flow_found found,
							struct choice *choice)
{
	const struct member *member;

	choice->member_id = flow_member(found.entry);
	member = member_of(choice->member_id);
	if (!member || !is_for(packet, member))
		return 0;
	if (member->flags & MEMBER_ROUTED) {
		__u32 named = route(ctx, member->vip_id, packet);

		choice->asked = true;
		if (named) {
			choice->member_id = named;
			return member_of(choice->member_id);
		}
	}
	if (!entry_holds(found.entry, member, packet)) {
		choice->bereft = member->state == MEMBER_DOWN && !(packet->tcp_flags & TCP_SYN);
		return 0;
	}
	flow_touch(found.slot, found.entry, packet);
	return member;
}

/* Two flows may have one tag. Is the entry a living one of another VIP's flow? */
static __always_inline bool entry_is_strange(__u64 entry, const struct packet *packet)
{
	__u32 member_id = flow_member(entry);
	const struct member *member = member_of(member_id);

	return member && member->state != MEMBER_FREE && !is_for(packet, member);
}

/* Records a flow, at the place of its tag if there is one; answers whether it is recorded. */
static __always_inline bool record_flow(const struct packet *packet, const struct choice *choice,
					struct flow_found found)
{
	__u64 entry = flow_entry(choice->hash, choice->member_id, packet);

	if (!found.slot)
		return flow_insert(choice->hash, entry);
	if (entry_is_strange(found.entry, packet))
		return flow_evict(found.slot, found.entry, entry);
	return flow_swap(found.slot, found.entry, entry);
}

/* The member that the packet names, or else a new one for its flow; NULL, and a verdict, if none.
 */
static __always_inline const struct member *start_flow(struct xdp_md *ctx,
						       const struct packet *packet,
						       struct flow_found found,
						       struct choice *choice)
{
	const struct vip *vip = vip_of(packet);
	const struct member *member;
	bool recorded = false;

	if (!vip) {
		choice->verdict = pass();
		return 0;
	}
	choice->member_id = 0;
	if (vip->flags & (VIP_QUIC | VIP_SOURCE_ROUTES) && !choice->asked)
		choice->member_id = route(ctx, vip->id, packet);
	if (!choice->member_id) {
		choice->member_id = pick_member(vip, packet);
		if (!choice->member_id) {
			choice->verdict = drop_of_vip(COUNTER_DROP_NO_REAL, vip->id);
			return 0;
		}
		if (!(vip->flags & VIP_STATELESS))
			recorded = record_flow(packet, choice, found);
		/* A flow that is not recorded comes by here with each packet. */
		if (recorded || packet->tcp_flags & TCP_SYN)
			count_flow(choice->member_id);
		if (choice->bereft)
			count(COUNTER_FLOW_REPICKED);
	}
	member = member_of(choice->member_id);
	if (!member)
		choice->verdict = aborted();
	return member;
}

/*
 * Is the packet for the member's VIP, an address and a port of its own, and the member up? Does the
 * entry decide alone, and does the frame need no tag? Two comparisons: vip_port, protocol, state
 * and flags lie in one word.
 */
static __always_inline bool serves(const struct member *member, const struct packet *packet)
{
	const __u64 family = packet->ipv6 ? MEMBER_VIP_IPV6 : 0;
	const __u64 mask = 0xffffffff | (__u64)(MEMBER_ROUTED | MEMBER_TAGGED | MEMBER_VIP_IPV6)
						<< 32;
	__u64 wanted =
		packet->port[1] | (__u64)packet->protocol << 16 | MEMBER_UP << 24 | family << 32;

	/* The other words of an IPv4 address are the same for all. */
	if (packet->ipv6 ? !addr_equal(&packet->dst, &member->vip)
			 : packet->dst.words[3] != member->vip.words[3])
		return false;
	return (*(const __u64 *)&member->vip_port & mask) == wanted;
}

/*
 * The member of an established flow, as long as nothing is to be decided: its entry is at the place
 * that the hash names, and the packet neither begins nor ends it. NULL says nothing: ask choose().
 * It is a part of what choose() does, cut out because nearly every packet takes this way, and takes
 * it without what choose() keeps at hand for the others.
 */
static __always_inline const struct member *follow_established(const struct packet *packet,
							       __u64 hash, __u32 *member_id)
{
	struct flow_bucket_pair *pair = flow_buckets(hash);
	const struct member *member;
	__u64 *slot;
	__u64 entry;

	if (!pair || packet->tcp_flags & (TCP_FIN | TCP_SYN | TCP_RST))
		return 0;
	slot = &pair->entries[flow_home(hash)];
	entry = *(volatile __u64 *)slot;
	if ((entry ^ hash) >> FLOW_TAG_SHIFT || !(entry & FLOW_CONFIRMED))
		return 0;
	*member_id = flow_member(entry);
	member = member_of(*member_id);
	if (!member || !serves(member, packet))
		return 0;
	flow_update(slot, entry, flow_seen_now(entry));
	return member;
}

/* The member for a packet of TCP or UDP whose hash is known; NULL when choice->verdict is all that
 * there is. */
static __always_inline const struct member *choose(struct xdp_md *ctx, const struct packet *packet,
						   struct choice *choice)
{
	struct flow_found found;
	const struct member *member = 0;

	found = flow_find(choice->hash);
	if (found.slot)
		member = follow_flow(ctx, packet, found, choice);
	return member ? member : start_flow(ctx, packet, found, choice);
}

#endif
