/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way to the real server: IP in IP (RFC 2003, RFC 2473), GUE, or nothing but new Ethernet
 * addresses. What is constant comes from the instruction stream, what is the member's from its
 * cache line.
 */
#ifndef THRESHER_ENCAP_H
#define THRESHER_ENCAP_H

#include "csum.h"
#include "gue.h"
#include "parse.h"
#include "settings.h"

#define OUTER_TTL 64

enum encapsulated {
	ENCAPSULATED,
	NO_HEADROOM,
	TOO_BIG, /* for the member's mtu */
};

/* What goes in front of the packet, in bytes. */
static __always_inline __u32 overhead_of(const struct member *member)
{
	__u32 ip = member->flags & MEMBER_REAL_IPV6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);

	if (member->flags & MEMBER_L2)
		return 0;
	return member->flags & MEMBER_GUE ? ip + sizeof(struct udphdr) : ip;
}

/* No limit, 0, becomes the largest one. */
static __always_inline bool exceeds_mtu(const struct member *member, __u32 length)
{
	return length - 1 > (__u16)(member->mtu - 1);
}

/*
 * The tags of a packet belong to the segment that it came from. It gets those of the segment that
 * it goes to, where they are known. A packet whose link header is a constant has none and gets
 * none.
 */
static __always_inline __u32 link_behind(const struct member *member, const struct packet *packet)
{
	if (__builtin_constant_p(packet->link))
		return packet->link;
	if (member->flags & MEMBER_TAGGED)
		return sizeof(struct ethhdr) + sizeof(struct vlan_tag);
	return member->egress || member->vlan ? sizeof(struct ethhdr) : bounded_link(packet);
}

/* Few wide stores: each one costs, and the compiler makes bytes of a packed struct's fields. */
static __always_inline void write_addresses(void *frame, const struct member *member)
{
	/* next_hop and source_mac lie in the member as they do in the frame. */
	*(__u64 *)frame = *(const __u64 *)member->next_hop;
	*(__u32 *)(frame + 8) = *(const __u32 *)(member->next_hop + 8);
}

/*
 * The type stands at the end of the link header. The caller has seen that the frame is longer.
 * The verifier has not, unless `link` is a constant.
 */
static __always_inline bool write_type(struct cursor cursor, __u32 link, __u16 type)
{
	__u32 at = link - sizeof(__be16);

	if (!__builtin_constant_p(at)) {
		asm volatile("" : "+r"(at));
		if (cursor.at + at + sizeof(__be16) > cursor.end)
			return false;
	}
	*(__be16 *)(cursor.at + at) = bpf_htons(type);
	return true;
}

/* `first` has TOS and length, where they lie in the first word. */
static __always_inline void write_ipv4(struct iphdr *header, const struct member *member,
				       __be32 first, __u8 protocol, __u64 hash)
{
	__be32 source = settings.source_ipv4 | (__u32)(hash >> 24 & settings.source_ipv4_entropy);
	__u32 sum = csum_add32(member->outer_sum, first);

	*(__be32 *)header = first | bpf_htonl(0x45U << 24);
	*(__be32 *)&header->id = 0; /* and no flags, no offset */
	*(__be16 *)&header->ttl = bpf_htons(OUTER_TTL << 8 | protocol);
	header->check = csum_finish(csum_add32(sum, source));
	header->saddr = source;
	header->daddr = member->real.words[3];
}

static __always_inline void write_ipv6(struct ipv6hdr *header, const struct member *member,
				       __u32 tos, __u32 length, __u8 protocol, __u64 hash)
{
	__u32 label = hash >> 24 & 0xfffff;
	__u64 *addresses = (__u64 *)&header->saddr;

	*(__be32 *)header = bpf_htonl(6U << 28 | tos << 20 | label);
	*(__be32 *)&header->payload_len = bpf_htonl(length << 16 | protocol << 8 | OUTER_TTL);
	addresses[0] = settings.source_ipv6[0];
	addresses[1] = settings.source_ipv6[1] | (hash & settings.source_ipv6_entropy);
	addresses[2] = member->real.halves[0];
	addresses[3] = member->real.halves[1];
}

/* Up to two tags, from where they were to where they shall be. */
static __always_inline bool keep_tags(struct cursor cursor, __u32 link, __u32 overhead)
{
	const __u32 *from = cursor.at + overhead + 2 * ETH_ALEN;
	__u32 *to = cursor.at + 2 * ETH_ALEN;

	if ((void *)(from + 2) > cursor.end)
		return false;
	if (link > sizeof(struct ethhdr))
		to[0] = from[0];
	if (link > sizeof(struct ethhdr) + sizeof(*to))
		to[1] = from[1];
	return true;
}

/* The tag of the segment that the packet leaves to. */
static __always_inline bool write_tag(struct cursor cursor, const struct member *member)
{
	__be16 *tag = cursor.at + offsetof(struct ethhdr, h_proto);

	if ((void *)(tag + 2) > cursor.end)
		return false;
	tag[0] = bpf_htons(ETH_P_8021Q);
	tag[1] = member->vlan & bpf_htons(MEMBER_VLAN_ID);
	return true;
}

static __always_inline bool write_tags(struct cursor cursor, const struct member *member,
				       __u32 link, __u32 overhead)
{
	return member->flags & MEMBER_TAGGED ? write_tag(cursor, member)
					     : keep_tags(cursor, link, overhead);
}

/*
 * Makes room for `overhead` bytes before the IP packet and writes the Ethernet header in front of
 * them. Answers where the outer header goes, followed by at least `overhead` bytes and an IPv4
 * header, or NULL when there is no room.
 */
static __always_inline void *open_frame(struct xdp_md *ctx, const struct member *member,
					const struct packet *packet, const __u32 overhead,
					__u16 type)
{
	const __u32 link = link_behind(member, packet);
	struct cursor cursor;

	if (bpf_xdp_adjust_head(ctx, (int)packet->link - (int)(link + overhead)))
		return 0;
	cursor = cursor_of(ctx);
	if (cursor.at + link + overhead + sizeof(struct iphdr) > cursor.end)
		return 0;
	if (!__builtin_constant_p(link) && !write_tags(cursor, member, link, overhead))
		return 0;
	write_addresses(cursor.at, member);
	if (!write_type(cursor, link, type))
		return 0;
	return cursor.at + link;
}

static __always_inline enum encapsulated wrap_in_ipv4(struct xdp_md *ctx,
						      const struct member *member,
						      const struct packet *packet, __u64 hash,
						      const bool gue)
{
	const __u32 overhead = sizeof(struct iphdr) + gue * sizeof(struct udphdr);
	const __u8 inner = packet->ipv6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
	__u32 length = packet->length + overhead;
	struct iphdr *header;

	if (exceeds_mtu(member, length))
		return TOO_BIG;
	header = open_frame(ctx, member, packet, overhead, ETH_P_IP);
	if (!header)
		return NO_HEADROOM;
	write_ipv4(header, member, bpf_htonl((__u32)packet->tos << 16 | length),
		   gue ? IPPROTO_UDP : inner, hash);
	if (gue)
		write_gue((void *)(header + 1), member, packet->length, hash);
	return ENCAPSULATED;
}

static __always_inline enum encapsulated wrap_in_ipv6(struct xdp_md *ctx,
						      const struct member *member,
						      const struct packet *packet, __u64 hash,
						      const bool gue)
{
	const __u32 overhead = sizeof(struct ipv6hdr) + gue * sizeof(struct udphdr);
	const __u8 inner = packet->ipv6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
	struct ipv6hdr *header;

	if (exceeds_mtu(member, packet->length + overhead))
		return TOO_BIG;
	header = open_frame(ctx, member, packet, overhead, ETH_P_IPV6);
	if (!header)
		return NO_HEADROOM;
	write_ipv6(header, member, packet->tos, packet->length + overhead - sizeof(*header),
		   gue ? IPPROTO_UDP : inner, hash);
	if (gue) {
		struct udphdr *udp = (void *)(header + 1);

		write_gue(udp, member, packet->length, hash);
		if (settings.flags & SETTING_GUE_CHECKSUM)
			udp->check = gue_check(
				udp, (__u64 *)&header->saddr,
				inner_sum(ctx, link_behind(member, packet) + overhead, packet));
	}
	return ENCAPSULATED;
}

/* The frame stays as it is but for its Ethernet addresses, and its tags if others are due. */
static __always_inline enum encapsulated readdress(struct xdp_md *ctx, const struct member *member,
						   const struct packet *packet)
{
	const int tags = packet->link - link_behind(member, packet);
	struct cursor cursor;

	if (exceeds_mtu(member, packet->length))
		return TOO_BIG;
	if (tags && bpf_xdp_adjust_head(ctx, tags))
		return NO_HEADROOM;
	cursor = cursor_of(ctx);
	if (cursor.at + sizeof(struct ethhdr) > cursor.end)
		return NO_HEADROOM;
	write_addresses(cursor.at, member);
	if (!__builtin_constant_p(packet->link) && member->flags & MEMBER_TAGGED &&
	    !write_tag(cursor, member))
		return NO_HEADROOM;
	return ENCAPSULATED;
}

static __always_inline enum encapsulated encapsulate(struct xdp_md *ctx,
						     const struct member *member,
						     const struct packet *packet, __u64 hash)
{
	const bool ipv6 = member->flags & MEMBER_REAL_IPV6;

	/* The most frequent one first. */
	if (!(member->flags & (MEMBER_REAL_IPV6 | MEMBER_GUE | MEMBER_L2)))
		return wrap_in_ipv4(ctx, member, packet, hash, false);
	if (member->flags & MEMBER_L2)
		return readdress(ctx, member, packet);
	if (member->flags & MEMBER_GUE)
		return ipv6 ? wrap_in_ipv6(ctx, member, packet, hash, true)
			    : wrap_in_ipv4(ctx, member, packet, hash, true);
	return wrap_in_ipv6(ctx, member, packet, hash, false);
}

#endif
