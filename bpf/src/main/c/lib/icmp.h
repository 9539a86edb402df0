/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ICMP to a VIP, and ICMP from one: echo, errors about a flow, and what size of packets fits. All
 * of it is rare, so it stays out of the way of other packets: functions that are verified once.
 */
#ifndef THRESHER_ICMP_H
#define THRESHER_ICMP_H

#include "choose.h"
#include "icmp_message.h"
#include "parse_rare.h"
#include "send.h"

static __always_inline void turn_ethernet(struct ethhdr *header)
{
	__u8 source[ETH_ALEN];

	__builtin_memcpy(source, header->h_source, ETH_ALEN);
	__builtin_memcpy(header->h_source, header->h_dest, ETH_ALEN);
	__builtin_memcpy(header->h_dest, source, ETH_ALEN);
}

/* Sets the TTL of an answer and turns it round; addresses that swap leave the checksum as it is. */
static __always_inline void turn_ipv4(struct iphdr *header)
{
	__be16 *ttl = (__be16 *)&header->ttl; /* and the protocol */
	__be16 before = *ttl;
	__be32 source = header->saddr;

	*ttl = bpf_htons(OUTER_TTL << 8 | IPPROTO_ICMP);
	header->check = csum_replace(header->check, before, *ttl);
	header->saddr = header->daddr;
	header->daddr = source;
}

static __always_inline void turn_ipv6(struct ipv6hdr *header)
{
	struct in6_addr source = header->saddr;

	header->saddr = header->daddr;
	header->daddr = source;
	header->hop_limit = OUTER_TTL;
}

/*
 * Are the packet and the ICMP message in it as their sender made them? An answer to others would be
 * as wrong, or go to somebody else.
 */
static __always_inline bool checksum_is_right(struct xdp_md *ctx, const struct packet *packet)
{
	__u32 length = packet->length - packet->header;
	__u64 sum = sum_bytes(ctx, packet->link + packet->header, length);

	if (!packet->ipv6 && sum_bytes(ctx, packet->link, packet->header) != 0xffff)
		return false;
	if (packet->ipv6)
		sum += pseudo_sum(packet, length);
	return csum_fold(sum) == 0xffff;
}

/* Everything stays but the direction and the type. */
static __always_inline bool turn_echo(struct xdp_md *ctx, __u32 link, const bool ipv6)
{
	const __u32 header = ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	struct cursor cursor = cursor_of(ctx);
	struct icmp_message *icmp = cursor.at + link + header;
	__be16 before;

	if ((void *)(icmp + 1) > cursor.end || cursor.at + sizeof(struct ethhdr) > cursor.end)
		return false;
	before = *(__be16 *)icmp;
	icmp->type = ipv6 ? ICMPV6_ECHO_REPLY : ICMP_ECHO_REPLY;
	icmp->checksum = csum_replace(icmp->checksum, before, *(__be16 *)icmp);
	/* Of a message of zeroes the difference is -0 (RFC 1624, section 3); of others, 0 and -0
	 * are alike. */
	if (!ipv6 && !icmp->checksum)
		icmp->checksum = 0xffff;
	turn_ethernet(cursor.at);
	if (ipv6)
		turn_ipv6(cursor.at + link);
	else
		turn_ipv4(cursor.at + link);
	return true;
}

/*
 * Answers an echo request to a VIP (RFC 792, RFC 4443 section 4.1). One with options is for the
 * kernel to answer, or not to.
 */
__noinline int answer_echo(struct xdp_md *ctx, const struct packet *packet)
{
	__u32 link;

	if (!packet)
		return aborted();
	link = bounded_link(packet);
	if (packet->header != (packet->ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr)) ||
	    !is_answerable(packet) || !vip_of_address(packet) || !checksum_is_right(ctx, packet))
		return pass();
	if (!(packet->ipv6 ? turn_echo(ctx, link, true) : turn_echo(ctx, link, false)))
		return pass();
	count(COUNTER_ICMP_ECHO);
	return XDP_TX;
}

/* Only types that say something about the packet that they quote (RFC 792, RFC 4443). */
static __always_inline bool is_error(__u8 type, bool ipv6)
{
	if (ipv6)
		return type >= ICMPV6_UNREACHABLE && type <= ICMPV6_BAD_PARAMETER;
	return type == ICMP_UNREACHABLE || type == ICMP_TIME_EXCEEDED || type == ICMP_BAD_PARAMETER;
}

/*
 * The flow that an error's quoted packet belongs to, as the client's packets show it. A later
 * fragment has no ports, and nothing is remembered of its first one: that was on its way to the
 * client, and did not come by here.
 */
static __always_inline bool parse_quoted(struct xdp_md *ctx, const struct packet *error,
					 struct packet *flow)
{
	__u32 quote = error->header + sizeof(struct icmp_message);
	__u32 start = bounded_link(error) + quote;
	struct fragment fragment = {};
	struct cursor cursor;
	struct addr client;
	__be32 *ports;

	flow->ipv6 = error->ipv6;
	if (!parse_network(ctx, start, flow, &fragment))
		return false;
	if (flow->later || (flow->protocol != IPPROTO_TCP && flow->protocol != IPPROTO_UDP))
		return false;
	cursor = cursor_of(ctx);
	ports = cursor.at + (start & NETWORK_MASK) + (flow->header & HEADER_MASK);
	/* What lies behind the error is padding, and no port. */
	if ((void *)(ports + 1) > cursor.end ||
	    quote + flow->header + sizeof(*ports) > error->length)
		return false;
	flow->ports = *ports << 16 | *ports >> 16;
	client = flow->dst;
	flow->dst = flow->src;
	flow->src = client;
	/* An error goes to whoever sent the packet that it quotes. */
	return addr_equal(&flow->dst, &error->dst);
}

/* The member that has the flow, by its entry: which is read, and nothing else. */
static __always_inline __u32 member_of_flow(const struct packet *flow, __u64 hash)
{
	struct flow_found found = flow_find(hash);
	const struct member *member;
	__u32 id;

	if (!found.slot)
		return 0;
	id = flow_member(found.entry);
	member = member_of(id);
	if (!member || !is_for(flow, member))
		return 0;
	return member->state == MEMBER_UP || member->state == MEMBER_DRAIN ? id : 0;
}

/*
 * An ICMP error about a flow of a VIP goes to the real server that has the flow, or would get it.
 * The connection table stays as it is, for anybody can send an error. Answers whether there is a
 * member; else choice->verdict is all that there is.
 */
__noinline int choose_for_error(struct xdp_md *ctx, const struct packet *packet,
				struct choice *choice)
{
	struct packet flow = {};
	const struct vip *vip;

	if (!packet || !choice)
		return 0;
	vip = parse_quoted(ctx, packet, &flow) ? vip_of(&flow) : 0;
	if (!vip) {
		choice->verdict = pass();
		return 0;
	}
	choice->hash = flow_hash(&flow);
	choice->member_id = 0;
	/* What it quotes has the client's connection id, which names nobody. */
	if (vip->flags & VIP_SOURCE_ROUTES)
		choice->member_id =
			named_member(ctx, vip->id, flow.src.halves[0], flow.src.halves[1], 0);
	if (!choice->member_id)
		choice->member_id = member_of_flow(&flow, choice->hash);
	if (!choice->member_id)
		choice->member_id = pick_member(vip, &flow);
	if (!choice->member_id) {
		choice->verdict = drop_of_vip(COUNTER_DROP_NO_REAL, vip->id);
		return 0;
	}
	return 1;
}

enum icmp_kind {
	ICMP_OTHER, /* the kernel's */
	ICMP_ECHO,
	ICMP_ERROR,
};

static __always_inline enum icmp_kind icmp_kind(struct xdp_md *ctx, const struct packet *packet)
{
	struct cursor cursor = cursor_of(ctx);
	const struct icmp_message *icmp = header_at(cursor, packet, packet->header);

	/* All pieces of a message go to the kernel. An error that keeps to its limit of 576 or, in
	 * IPv6, 1280 bytes (RFC 1812, section 4.3.2.3; RFC 4443, section 2.4) has none. */
	if ((void *)(icmp + 1) > cursor.end || packet->fragment ||
	    packet->length < packet->header + sizeof(*icmp))
		return ICMP_OTHER;
	if (icmp->type == (packet->ipv6 ? ICMPV6_ECHO_REQUEST : ICMP_ECHO_REQUEST))
		return ICMP_ECHO;
	return is_error(icmp->type, packet->ipv6) ? ICMP_ERROR : ICMP_OTHER;
}

#endif
