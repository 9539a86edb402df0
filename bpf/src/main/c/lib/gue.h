/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generic UDP encapsulation, variant 1 (draft-ietf-intarea-gue, section 4.2): a UDP header and the
 * IP packet right behind it.
 */
#ifndef THRESHER_GUE_H
#define THRESHER_GUE_H

#include "csum.h"
#include "parse.h"
#include "settings.h"

/* The flow's entropy makes up the source port, in the dynamic range (RFC 6335, section 6). */
#define GUE_FIRST_PORT 0xc000
#define GUE_PORT_MASK  0x3fff

/*
 * The checksum of the headers and the payload that a TCP, UDP or ICMPv6 packet's own checksum
 * covers makes the sum of all that zero. So such a packet adds to an outer sum what is left of its
 * IP header: IPv4's sums to zero itself, and leaves minus the pseudo header; of IPv6's nothing is
 * left but what the pseudo header has not. Should the inner checksum be wrong, so is the outer one.
 */
static __always_inline __u32 sum_by_checksum(const void *inner, const struct packet *packet)
{
	__u64 sum = packet->src.words[3];

	if (packet->ipv6) {
		__be16 next_hop_limit = *(const __be16 *)(inner + 6);
		__be32 first = *(const __be32 *)inner; /* version, traffic class, flow label */

		return csum_add32(next_hop_limit, first) + (__u16)~bpf_htons(packet->protocol);
	}
	if (packet->protocol == IPPROTO_ICMP)
		return 0; /* has no pseudo header */
	sum += packet->dst.words[3];
	sum += bpf_htons(packet->protocol) + bpf_htons(packet->length - packet->header);
	return (__u16)~csum_fold(sum);
}

/* Does the inner packet have a checksum that covers what lies in it behind the IP header? */
static __always_inline bool has_checksum(const void *inner, void *end, const struct packet *packet)
{
	const struct udphdr *udp = inner + (packet->header & HEADER_MASK);

	if (packet->fragment || (packet->ipv6 && packet->header != sizeof(struct ipv6hdr)))
		return false;
	if (packet->protocol != IPPROTO_UDP)
		return true;
	/* What lies behind the datagram (RFC 9868) is not in its checksum. */
	return (void *)(udp + 1) <= end && udp->check &&
	       udp->len == bpf_htons(packet->length - packet->header);
}

/* The folded sum of the inner packet, which begins at an offset in the frame. */
static __always_inline __u32 inner_sum(struct xdp_md *ctx, __u32 offset,
				       const struct packet *packet)
{
	struct cursor cursor = cursor_of(ctx);

	cursor.at += offset;
	if (cursor.at + sizeof(struct iphdr) > cursor.end)
		return 0;
	if (has_checksum(cursor.at, cursor.end, packet))
		return sum_by_checksum(cursor.at, packet);
	return sum_bytes(ctx, offset, packet->length);
}

/*
 * `addresses` are the outer IPv6 ones, `inner` the sum of the inner packet. Zero would say that
 * there is no checksum (RFC 8200, section 8.1).
 */
static __always_inline __u16 gue_check(const struct udphdr *header, const __u64 *addresses,
				       __u32 inner)
{
	__u64 sum = (__u64)inner + header->source + header->dest + bpf_htons(IPPROTO_UDP) +
		    2 * (__u64)header->len; /* it is in the pseudo header too */
	__u16 check;
	int i;

#pragma unroll
	for (i = 0; i < 4; i++)
		sum = csum_add64(sum, addresses[i]);
	check = ~csum_fold(sum);
	return check ? check : 0xffff;
}

/* `length` is that of the inner packet in bytes. */
static __always_inline void write_gue(struct udphdr *header, const struct member *member,
				      __u32 length, __u64 hash)
{
	header->source = bpf_htons(GUE_FIRST_PORT | (hash >> 40 & GUE_PORT_MASK));
	header->dest = member->gue_port;
	*(__be32 *)&header->len = bpf_htonl((length + sizeof(*header)) << 16); /* no checksum */
}

#endif
