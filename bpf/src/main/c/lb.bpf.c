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
#include "lib/choose.h"
#include "lib/send.h"
#include "lib/rare.h"

static __always_inline int balance(struct xdp_md *ctx, bool ipv6)
{
	struct packet packet = { .ipv6 = ipv6 };
	struct choice choice = {};
	const struct member *member;

	if (!parse_plain(ctx, &packet))
		return rare(ctx);
	choice.hash = flow_hash(&packet);
	member = follow_established(&packet, choice.hash, &choice.member_id);
	if (!member) {
		member = choose(ctx, &packet, &choice);
		if (!member)
			return choice.verdict;
		if (member->flags & MEMBER_TAGGED)
			return send_tagged(ctx, choice.member_id, choice.hash);
	}
	return send_to(ctx, member, choice.member_id, &packet, choice.hash);
}

SEC("xdp")
int lb(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	__be16 type;

	if (cursor.at + sizeof(struct ethhdr) > cursor.end)
		return pass();
	/* Everybody on the segment gets these, other load balancers too. */
	if (*(__u8 *)cursor.at & ETHERNET_GROUP)
		return pass();
	/* Of the packed struct ethhdr it would be read as two bytes. */
	type = *(__be16 *)(cursor.at + offsetof(struct ethhdr, h_proto));
	if (type == bpf_htons(ETH_P_IP))
		return balance(ctx, false);
	if (type == bpf_htons(ETH_P_IPV6))
		return balance(ctx, true);
	return rare(ctx);
}

char LICENSE[] SEC("license") = "GPL";
