// SPDX-License-Identifier: GPL-2.0-only
/*
 * For real servers: strips the outer header of IP in IP, so that the stack sees the client's
 * packet for the VIP. Everything else passes untouched.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "lib/parse.h"

/* Length of the outer header in bytes and the Ethernet type of what it carries; 0: none. */
struct outer {
	__u32 length;
	__be16 inner_type;
};

static __always_inline __be16 inner_type(__u8 protocol)
{
	switch (protocol) {
	case IPPROTO_IPIP:
		return bpf_htons(ETH_P_IP);
	case IPPROTO_IPV6:
		return bpf_htons(ETH_P_IPV6);
	default:
		return 0;
	}
}

static __always_inline struct outer outer_of(const struct ethhdr *ethernet, struct cursor cursor)
{
	struct outer none = {};
	struct packet packet;
	void *start = cursor.at;

	if (ethernet->h_proto == bpf_htons(ETH_P_IP)) {
		if (!parse_ipv4(&cursor, &packet))
			return none;
	} else if (ethernet->h_proto == bpf_htons(ETH_P_IPV6)) {
		if (!parse_ipv6(&cursor, &packet))
			return none;
	} else {
		return none;
	}
	return (struct outer){ cursor.at - start, inner_type(packet.protocol) };
}

SEC("xdp")
int decap(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *ethernet = cursor.at;
	struct ethhdr saved;
	struct outer outer;

	if ((void *)(ethernet + 1) > cursor.end)
		return XDP_PASS;
	saved = *ethernet;
	cursor.at = ethernet + 1;
	outer = outer_of(ethernet, cursor);
	if (!outer.inner_type)
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, outer.length))
		return XDP_DROP;
	cursor = cursor_of(ctx);
	ethernet = cursor.at;
	if ((void *)(ethernet + 1) > cursor.end)
		return XDP_DROP;
	saved.h_proto = outer.inner_type;
	*ethernet = saved;
	return XDP_PASS;
}

/* A veth delivers what its peer sends with XDP_TX only if it has a program itself: this one. */
SEC("xdp")
int pass(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
