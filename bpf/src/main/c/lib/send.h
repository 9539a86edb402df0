/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of a packet that has a member: it is wrapped, counted and sent, or its client is
 * told. */
#ifndef THRESHER_SEND_H
#define THRESHER_SEND_H

#include "encap.h"
#include "stats.h"
#include "too_big.h"

/* The verdict on a packet that was made ready for its member. */
static __always_inline int send_out(const struct member *member, __u32 member_id, __u32 length)
{
	int verdict = XDP_TX;

	if (member->egress) {
		verdict = bpf_redirect_map(&egress, member->egress, XDP_DROP);
		if (verdict == XDP_DROP)
			return drop_of_vip(COUNTER_DROP_NO_EGRESS, member->vip_id);
	}
	count_packet(&member_id, length);
	return verdict;
}

/* A packet of a client. */
static __always_inline int send_to(struct xdp_md *ctx, const struct member *member, __u32 member_id,
				   const struct packet *packet, __u64 hash)
{
	enum encapsulated result = encapsulate(ctx, member, packet, hash);

	if (result == TOO_BIG) {
		/* A copy: the packet itself shall live in registers. */
		struct packet copy = *packet;

		return refuse_too_big(ctx, &copy, member->mtu - overhead_of(member),
				      member->vip_id);
	}
	if (result == NO_HEADROOM)
		return drop_of_vip(COUNTER_DROP_NO_HEADROOM, member->vip_id);
	return send_out(member, member_id, packet->length);
}

/* An ICMP error: nobody is told when it cannot be sent (RFC 1122, section 3.2.2). */
static __always_inline int send_error_to(struct xdp_md *ctx, const struct member *member,
					 __u32 member_id, const struct packet *packet, __u64 hash)
{
	enum encapsulated result = encapsulate(ctx, member, packet, hash);

	if (result == ENCAPSULATED)
		return send_out(member, member_id, packet->length);
	return drop_of_vip(result == TOO_BIG ? COUNTER_DROP_TOO_BIG : COUNTER_DROP_NO_HEADROOM,
			   member->vip_id);
}

#endif
