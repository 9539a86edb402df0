/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The packets that few are: with tags (IEEE 802.1Q, 802.1ad), with extension headers (RFC 8200,
 * section 4), and fragments. Offsets instead of pointers, which the verifier forgets less of.
 */
#ifndef THRESHER_PARSE_RARE_H
#define THRESHER_PARSE_RARE_H

#include "parse.h"

#define TAGS_MAX 2

/* As many as there are of those below with each in its place (RFC 8200, section 4.1). */
#define EXTENSIONS_MAX 5

/* Hop-by-hop and destination options and routing begin alike. */
struct extension {
	__u8 next;
	__u8 length; /* in units of 8 bytes, without the first */
	__u8 kind;
	__u8 segments_left; /* of a routing header */
};

struct fragment_header {
	__u8 next;
	__u8 reserved;
	__be16 offset; /* in bytes; the lower three bits are not part of it */
	__be32 id;
};

#define IPV6_FRAGMENT_OFFSET 0xfff8
#define IPV6_FRAGMENT_MORE   0x0001
/* For the verifier, again: of a packet in the frame, or in an ICMP error in it. */
#define NETWORK_MASK 2047

#define FRAGMENT_UNIT 8 /* bytes: all but the last one are of a multiple */

/* What tells the fragments of one packet from those of another, beside the addresses. */
struct fragment {
	__be32 id;
	__u32 protocol; /* of IPv4; IPv6 counts its ids for all protocols */
};

static __always_inline bool is_icmp(const struct packet *packet)
{
	return packet->protocol == (packet->ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

/* The Ethernet type behind the tags; sets packet->link. */
static __always_inline __be16 parse_tags(struct cursor cursor, struct packet *packet)
{
	__be16 type = ((struct ethhdr *)cursor.at)->h_proto;
	__u32 i;

	packet->link = sizeof(struct ethhdr);
	for (i = 0; i < TAGS_MAX; i++) {
		const struct vlan_tag *tag = cursor.at + sizeof(struct ethhdr) + i * sizeof(*tag);

		if (type != bpf_htons(ETH_P_8021Q) && type != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(tag + 1) > cursor.end)
			return 0;
		type = tag->type;
		packet->link += sizeof(*tag);
	}
	return type;
}

/* Any offset into the frame that a header may have, as the verifier can follow it. */
static __always_inline void *header_at(struct cursor cursor, const struct packet *packet,
				       __u32 header)
{
	return cursor.at + bounded_link(packet) + (header & HEADER_MASK);
}

/*
 * Goes on from the IPv6 header that the cursor is at to the transport header, or, in a later
 * fragment, to where it was cut. Answers 0 for a chain that is longer, or a packet that is still
 * underway to another address.
 */
static __always_inline int parse_extensions(struct cursor cursor, struct packet *packet,
					    struct fragment *fragment)
{
	__u32 header = sizeof(struct ipv6hdr);
	__u32 i;

	/* Verifiers before 6.6 refuse a loop that the compiler begins in its middle. */
#pragma unroll
	for (i = 0; i <= EXTENSIONS_MAX; i++) {
		void *at = cursor.at + (header & HEADER_MASK);
		__u8 protocol = packet->protocol;

		packet->header = header;
		if (protocol != IPPROTO_HOPOPTS && protocol != IPPROTO_ROUTING &&
		    protocol != IPPROTO_DSTOPTS && protocol != IPPROTO_FRAGMENT)
			return 1;
		if (at + sizeof(struct fragment_header) > cursor.end)
			return 0;
		if (protocol == IPPROTO_FRAGMENT) {
			const struct fragment_header *piece = at;
			__u16 offset = bpf_ntohs(piece->offset);

			packet->protocol = piece->next;
			packet->later = offset & IPV6_FRAGMENT_OFFSET;
			packet->fragment = packet->later || offset & IPV6_FRAGMENT_MORE;
			fragment->id = piece->id;
			header += sizeof(*piece);
			packet->header = header;
			if (packet->later)
				return 1;
		} else {
			const struct extension *extension = at;

			if (protocol == IPPROTO_ROUTING && extension->segments_left)
				return 0;
			packet->protocol = extension->next;
			header += (extension->length + 1) * 8;
		}
		if (header > HEADER_MASK)
			return 0;
	}
	return 0;
}

/*
 * The headers up to the transport's of the packet that begins at an offset in the frame, whose
 * family is known: it may be one that an ICMP error quotes. A global function, which the verifier
 * walks once.
 */
__noinline int parse_network(struct xdp_md *ctx, __u32 offset, struct packet *packet,
			     struct fragment *fragment)
{
	struct cursor cursor = cursor_of(ctx);
	struct cursor network;
	void *start;

	if (!packet || !fragment)
		return 0;
	cursor.at += offset & NETWORK_MASK;
	start = cursor.at;
	network = cursor;
	if (packet->ipv6)
		return parse_ipv6(&network, packet) && parse_extensions(cursor, packet, fragment);
	if (!parse_ipv4(&network, packet))
		return 0;
	packet->header = ((struct iphdr *)start)->ihl * 4;
	fragment->id = ((struct iphdr *)start)->id;
	fragment->protocol = packet->protocol;
	return 1;
}

/*
 * The first fragment may end within TCP's header. Its ports are there, for it has 8 bytes at least;
 * what is wrong with it (RFC 1858) is for the real server to say, which gets the rest too.
 */
static __always_inline int parse_short_tcp(struct cursor cursor, __u32 length,
					   struct packet *packet)
{
	if (cursor.at + FRAGMENT_UNIT > cursor.end || length < FRAGMENT_UNIT)
		return 0;
	packet->ports = *(__be32 *)cursor.at;
	if (cursor.at + TCP_FLAGS_OFFSET < cursor.end && length > TCP_FLAGS_OFFSET)
		packet->tcp_flags = *((__u8 *)cursor.at + TCP_FLAGS_OFFSET);
	return 1;
}

/* ICMP too is a packet here, with ports of 0, and so is a later fragment of anything. */
static __always_inline int parse_transport(struct cursor cursor, struct packet *packet)
{
	__u32 length;

	if (header_at(cursor, packet, 0) + packet->length > cursor.end ||
	    packet->header > packet->length)
		return 0;
	if (packet->later || is_icmp(packet))
		return 1;
	cursor.at = header_at(cursor, packet, packet->header);
	length = packet->length - packet->header;
	if (packet->fragment && packet->protocol == IPPROTO_TCP && length < sizeof(struct tcphdr))
		return parse_short_tcp(cursor, length, packet);
	return parse_ports(&cursor, length, packet);
}

/* Like parse_plain(), of any packet; both structs are all zeroes before. */
__noinline int parse_any(struct xdp_md *ctx, struct packet *packet, struct fragment *fragment)
{
	struct cursor cursor = cursor_of(ctx);
	__be16 type;

	if (!packet || !fragment || cursor.at + sizeof(struct ethhdr) > cursor.end)
		return 0;
	type = parse_tags(cursor, packet);
	packet->ipv6 = type == bpf_htons(ETH_P_IPV6);
	if (!packet->ipv6 && type != bpf_htons(ETH_P_IP))
		return 0;
	if (!parse_network(ctx, packet->link, packet, fragment))
		return 0;
	return parse_transport(cursor_of(ctx), packet);
}

#endif
