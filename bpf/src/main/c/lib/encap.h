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

/* Few wide stores: each one costs, and the compiler makes bytes of a packed struct's fields. */
static __always_inline void write_ethernet(void *frame, const struct member *member, __u16 type)
{
	/* next_hop and source_mac lie in the member as they do in the frame. */
	*(__u64 *)frame = *(const __u64 *)member->next_hop;
	*(__u32 *)(frame + 8) = *(const __u32 *)(member->next_hop + 8);
	*(__be16 *)(frame + 2 * ETH_ALEN) = bpf_htons(type);
}

static __always_inline void write_ipv4(struct iphdr *header, const struct member *member,
				       const struct packet *packet, __u64 hash)
{
	__be32 source = settings.source_ipv4 | (__u32)(hash >> 24 & settings.source_ipv4_entropy);
	/* TOS and length, where they lie in the first word. */
	__be32 first = bpf_htonl((__u32)packet->tos << 16 | (packet->length + sizeof(*header)));
	__u32 sum = csum_add32(member->outer_sum, first);

	*(__be32 *)header = first | bpf_htonl(0x45U << 24);
	*(__be32 *)&header->id = 0; /* and no flags, no offset */
	*(__be16 *)&header->ttl =
		bpf_htons(OUTER_TTL << 8 | (packet->ipv6 ? IPPROTO_IPV6 : IPPROTO_IPIP));
	header->check = csum_finish(csum_add32(sum, source));
	header->saddr = source;
	header->daddr = member->real.words[3];
}

static __always_inline void write_ipv6(struct ipv6hdr *header, const struct member *member,
				       const struct packet *packet, __u64 hash)
{
	__u32 label = hash >> 24 & 0xfffff;
	__u64 *addresses = (__u64 *)&header->saddr;

	*(__be32 *)header = bpf_htonl(6U << 28 | (__u32)packet->tos << 20 | label);
	*(__be32 *)&header->payload_len =
		bpf_htonl(packet->length << 16 | (packet->ipv6 ? IPPROTO_IPV6 : IPPROTO_IPIP) << 8 |
			  OUTER_TTL);
	addresses[0] = settings.source_ipv6[0];
	addresses[1] = settings.source_ipv6[1] | (hash & settings.source_ipv6_entropy);
	addresses[2] = member->real.halves[0];
	addresses[3] = member->real.halves[1];
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
