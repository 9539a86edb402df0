/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes before the connection table and Maglev, for VIPs that ask for it: a connection id,
 * which knows its server, then a source route. Neither is entered into the table, nor reads it.
 */
#ifndef THRESHER_ROUTE_H
#define THRESHER_ROUTE_H

#include "lookup.h"
#include "quic.h"
#include "source_route.h"

/* The id, if the member takes the VIP's packets now; else 0. */
static __always_inline __u32 serving(__u32 member_id, __u32 vip_id)
{
	const struct member *member;

	if (!member_id)
		return 0;
	member = member_of(member_id);
	if (member && member->vip_id == vip_id &&
	    (member->state == MEMBER_UP || member->state == MEMBER_DRAIN))
		return member_id;
	count(COUNTER_ROUTE_DOWN);
	return 0;
}

/*
 * A global function, which the verifier walks once and not at each call. client: the halves of a
 * struct addr. udp_payload: its offset, or 0.
 */
__noinline __u32 named_member(struct xdp_md *ctx, __u32 vip_id, __u64 client_high, __u64 client_low,
			      __u32 udp_payload)
{
	struct addr client = { .halves = { client_high, client_low } };
	__u32 member_id = 0;

	if (udp_payload)
		member_id = serving(quic_member(ctx, vip_id, udp_payload), vip_id);
	if (!member_id)
		member_id = serving(source_route(vip_id, &client), vip_id);
	return member_id;
}

/* The member that the packet itself names, or 0: then its flow decides. */
static __always_inline __u32 route(struct xdp_md *ctx, __u32 vip_id, const struct packet *packet)
{
	__u32 udp_payload = 0;
	__u32 member_id;

	if (packet->protocol == IPPROTO_UDP)
		udp_payload = packet->link + packet->header + sizeof(struct udphdr);
	member_id = named_member(ctx, vip_id, packet->src.halves[0], packet->src.halves[1],
				 udp_payload);
	if (member_id && packet->tcp_flags & TCP_SYN)
		count_flow(member_id);
	return member_id;
}

#endif
