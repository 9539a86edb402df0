/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets with tags or extension headers, fragments, ICMP, and all that is nothing for the load
 * balancer: general where the other path is fast. Its parts are global functions, each of which
 * the verifier walks once, whatever the others find.
 */
#ifndef THRESHER_RARE_H
#define THRESHER_RARE_H

#include "choose.h"
#include "fragment.h"
#include "icmp.h"
#include "parse_rare.h"
#include "send.h"

/*
 * The first fragment of a packet goes as its flow does, and shows the way to the others. Answers
 * whether there is a member; else choice->verdict is all that there is.
 */
__noinline int choose_any(struct xdp_md *ctx, const struct packet *packet,
			  const struct fragment *fragment, struct choice *choice)
{
	bool has_member;

	if (!packet || !fragment || !choice)
		return 0;
	if (packet->later)
		return choose_for_later(ctx, packet, fragment, choice) != 0;
	choice->hash = flow_hash(packet);
	has_member = choose(ctx, packet, choice) != 0;
	if (packet->fragment && (has_member || choice->verdict == XDP_PASS))
		remember_first(packet, fragment, has_member ? choice->member_id : 0);
	return has_member;
}

static __always_inline int send_rare(struct xdp_md *ctx, const struct packet *packet,
				     const struct choice *choice)
{
	int verdict = send_any(ctx, packet, choice->member_id, choice->hash);

	if (is_icmp(packet) && (verdict == XDP_TX || verdict == XDP_REDIRECT))
		count(COUNTER_ICMP_ERROR);
	if (verdict != NOT_SENT)
		return verdict;
	return is_icmp(packet) ? drop_error(choice->member_id) : refuse(ctx, choice->member_id);
}

__noinline int rare(struct xdp_md *ctx)
{
	struct fragment fragment = {};
	struct packet packet = {};
	struct choice choice = {};
	bool has_member;

	if (!parse_any(ctx, &packet, &fragment))
		return pass();
	if (!is_icmp(&packet)) {
		has_member = choose_any(ctx, &packet, &fragment, &choice);
	} else {
		enum icmp_kind kind = icmp_kind(ctx, &packet);

		if (kind == ICMP_ECHO)
			return answer_echo(ctx, &packet);
		if (kind == ICMP_OTHER)
			return pass();
		has_member = choose_for_error(ctx, &packet, &choice);
	}
	return has_member ? send_rare(ctx, &packet, &choice) : choice.verdict;
}

#endif
