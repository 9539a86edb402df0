/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IP in IP (RFC 2003, RFC 2473): the outer header and a new Ethernet header before the packet.
 * What is constant comes from the instruction stream, what is the member's from its cache line.
 */
#ifndef THRESHER_ENCAP_H
#define THRESHER_ENCAP_H

#include "csum.h"
#include "parse.h"
#include "settings.h"

#define OUTER_TTL 64

static __always_inline void write_ethernet(struct ethhdr *ethernet, const struct member *member,
					   __u16 type)
{
	/* next_hop and source_mac lie in the member as they do in the frame. */
	__builtin_memcpy(ethernet, member->next_hop, 2 * ETH_ALEN);
	ethernet->h_proto = bpf_htons(type);
}

static __always_inline void write_ipv4(struct iphdr *header, const struct member *member,
				       const struct packet *packet, __u64 hash)
{
	__be32 source = settings.source_ipv4 | (__u32)(hash >> 24 & settings.source_ipv4_entropy);
	__be16 length = bpf_htons(packet->length + sizeof(*header));
	__u32 sum = member->outer_sum + length + ((__u32)packet->tos << 8);

	*(__u16 *)header = 0x45 | packet->tos << 8;
	header->tot_len = length;
	*(__u32 *)&header->id = 0; /* and no flags, no offset */
	header->ttl = OUTER_TTL;
	header->protocol = packet->ipv6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
	header->check = csum_finish(csum_add32(sum, source));
	header->saddr = source;
	header->daddr = member->real.words[3];
}

static __always_inline void write_ipv6(struct ipv6hdr *header, const struct member *member,
				       const struct packet *packet, __u64 hash)
{
	__u32 label = hash >> 24 & 0xfffff;
	__u64 source[2] = { settings.source_ipv6[0],
			    settings.source_ipv6[1] | (hash & settings.source_ipv6_entropy) };

	*(__be32 *)header = bpf_htonl(6U << 28 | (__u32)packet->tos << 20 | label);
	header->payload_len = bpf_htons(packet->length);
	header->nexthdr = packet->ipv6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
	header->hop_limit = OUTER_TTL;
	__builtin_memcpy(&header->saddr, source, sizeof(source));
	__builtin_memcpy(&header->daddr, &member->real, sizeof(member->real));
}

/* 0 when there is no room in front of the packet. */
static __always_inline int encapsulate(struct xdp_md *ctx, const struct member *member,
				       const struct packet *packet, __u64 hash)
{
	const bool ipv6 = member->flags & MEMBER_REAL_IPV6;
	struct cursor cursor;

	if (bpf_xdp_adjust_head(ctx,
				ipv6 ? -(int)sizeof(struct ipv6hdr) : -(int)sizeof(struct iphdr)))
		return 0;
	cursor = cursor_of(ctx);
	if (ipv6) {
		if (cursor.at + sizeof(struct ethhdr) + sizeof(struct ipv6hdr) > cursor.end)
			return 0;
		write_ethernet(cursor.at, member, ETH_P_IPV6);
		write_ipv6(cursor.at + sizeof(struct ethhdr), member, packet, hash);
	} else {
		if (cursor.at + sizeof(struct ethhdr) + sizeof(struct iphdr) > cursor.end)
			return 0;
		write_ethernet(cursor.at, member, ETH_P_IP);
		write_ipv4(cursor.at + sizeof(struct ethhdr), member, packet, hash);
	}
	return 1;
}

#endif
