/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of a packet that has a member: it is wrapped, counted and sent, or its client is
 * told. */
#ifndef THRESHER_SEND_H
#define THRESHER_SEND_H

#include "encap.h"
#include "lookup.h"
#include "parse_rare.h"
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

/* What the way takes of a packet before it is wrapped: perhaps nothing. */
static __always_inline __u32 room_of(const struct member *member)
{
	__u32 overhead = overhead_of(member);

	return member->mtu > overhead ? member->mtu - overhead : 0;
}

/* Takes what it needs from the frame again, so that the caller's packet may live in registers. */
__noinline int refuse(struct xdp_md *ctx, __u32 member_id)
{
	const struct member *member = member_of(member_id);
	struct fragment fragment = {};
	struct packet packet = {};

	if (!member || !parse_any(ctx, &packet, &fragment))
		return aborted();
	return refuse_too_big(ctx, &packet, room_of(member), member->vip_id);
}

/* A packet of a client. */
static __always_inline int send_to(struct xdp_md *ctx, const struct member *member, __u32 member_id,
				   const struct packet *packet, __u64 hash)
{
	enum encapsulated result = encapsulate(ctx, member, packet, hash);

	if (result == TOO_BIG)
		return refuse(ctx, member_id);
	if (result == NO_HEADROOM)
		return drop_of_vip(COUNTER_DROP_NO_HEADROOM, member->vip_id);
	return send_out(member, member_id, packet->length);
}

#define NOT_SENT -1 /* beside verdicts: too big for the way */

/* The same for a packet with tags, extensions or whatever; to refuse() it is left to the caller. */
__noinline int send_any(struct xdp_md *ctx, const struct packet *packet, __u32 member_id,
			__u64 hash)
{
	const struct member *member = member_of(member_id);
	enum encapsulated result;

	if (!packet || !member)
		return aborted();
	result = encapsulate(ctx, member, packet, hash);
	if (result == TOO_BIG)
		return NOT_SENT;
	if (result == NO_HEADROOM)
		return drop_of_vip(COUNTER_DROP_NO_HEADROOM, member->vip_id);
	return send_out(member, member_id, packet->length);
}

/* A packet of a client that came without a tag and needs one. Takes it from the frame, as above. */
__noinline int send_tagged(struct xdp_md *ctx, __u32 member_id, __u64 hash)
{
	struct fragment fragment = {};
	struct packet packet = {};
	int verdict;

	if (!parse_any(ctx, &packet, &fragment))
		return aborted();
	verdict = send_any(ctx, &packet, member_id, hash);
	return verdict != NOT_SENT ? verdict : refuse(ctx, member_id);
}

/* Of an ICMP error nobody is told when it cannot be sent (RFC 1122, section 3.2.2). */
static __always_inline int drop_error(__u32 member_id)
{
	const struct member *member = member_of(member_id);

	return member ? drop_of_vip(COUNTER_DROP_TOO_BIG, member->vip_id) : aborted();
}

#endif
