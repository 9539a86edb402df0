/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets that their way to the real server does not take once they are wrapped. The client is told
 * what size fits, in the name of the VIP: fragmentation needed (RFC 1191) or packet too big (RFC
 * 4443, section 3.2). So it works for clients that do path MTU discovery, and says so to others
 * too.
 */
#ifndef THRESHER_TOO_BIG_H
#define THRESHER_TOO_BIG_H

#include "csum.h"
#include "encap.h"
#include "icmp_message.h"
#include "stats.h"

/* As much of the packet as fits what every host takes: RFC 1812 section 4.3.2.3, RFC 4443
 * section 2.4. */
#define ICMP_ERROR_LIMIT   576
#define ICMPV6_ERROR_LIMIT 1280

/* Nobody is told less, for nobody would heed it: RFC 791 section 3.2, RFC 8200 section 5. */
#define IPV4_LEAST_MTU 68
#define IPV6_LEAST_MTU 1280

/* Internetwork control (RFC 1812, section 4.3.2.5). */
#define ICMP_ERROR_TOS 0xc0

/* Answers of one CPU: so many a tick, which is about a second, and so many at once. */
#define ICMP_PER_TICK 1024
#define ICMP_BURST    256

static __always_inline bool spend_icmp_budget(void)
{
	__u64 now = bpf_jiffies64(), earned;
	struct icmp_budget *budget;
	__u32 zero = 0;

	budget = bpf_map_lookup_elem(&icmp_budget, &zero);
	if (!budget)
		return false;
	earned = now - budget->refilled;
	earned = earned >> settings.tick_shift ? ICMP_BURST
					       : earned * ICMP_PER_TICK >> settings.tick_shift;
	if (earned) {
		budget->refilled = now;
		budget->tokens += earned;
		if (budget->tokens > ICMP_BURST)
			budget->tokens = ICMP_BURST;
	}
	if (!budget->tokens)
		return false;
	budget->tokens--;
	return true;
}

/* No error may answer an error, a later fragment, or what nobody sent (RFC 1122, section 3.2.2). */
static __always_inline bool may_answer(const struct packet *packet)
{
	if (packet->protocol != IPPROTO_TCP && packet->protocol != IPPROTO_UDP)
		return false;
	return !packet->later && is_answerable(packet);
}

static __always_inline void write_too_big_ipv4(struct iphdr *header, const struct packet *packet,
					       __u32 mtu, __u32 quoted)
{
	struct icmp_message *icmp = (void *)(header + 1);
	__be32 first = bpf_htonl(0x45U << 24 | ICMP_ERROR_TOS << 16 |
				 (sizeof(*header) + sizeof(*icmp) + quoted));
	__be16 ttl = bpf_htons(OUTER_TTL << 8 | IPPROTO_ICMP);
	__u32 sum = csum_add32(csum_add32(ttl, first), packet->src.words[3]);

	*(__be32 *)header = first;
	*(__be32 *)&header->id = 0;
	*(__be16 *)&header->ttl = ttl;
	header->check = csum_finish(csum_add32(sum, packet->dst.words[3]));
	header->saddr = packet->dst.words[3];
	header->daddr = packet->src.words[3];
	*(__be32 *)icmp = bpf_htonl(ICMP_UNREACHABLE << 24 | ICMP_FRAGMENT_NEEDED << 16);
	icmp->rest = bpf_htonl(mtu);
}

static __always_inline void write_too_big_ipv6(struct ipv6hdr *header, const struct packet *packet,
					       __u32 mtu, __u32 quoted)
{
	struct icmp_message *icmp = (void *)(header + 1);
	__u64 *addresses = (__u64 *)&header->saddr;

	*(__be32 *)header = bpf_htonl(6U << 28 | ICMP_ERROR_TOS << 20);
	*(__be32 *)&header->payload_len =
		bpf_htonl((sizeof(*icmp) + quoted) << 16 | IPPROTO_ICMPV6 << 8 | OUTER_TTL);
	addresses[0] = packet->dst.halves[0];
	addresses[1] = packet->dst.halves[1];
	addresses[2] = packet->src.halves[0];
	addresses[3] = packet->src.halves[1];
	*(__be32 *)icmp = bpf_htonl(ICMPV6_TOO_BIG << 24);
	icmp->rest = bpf_htonl(mtu);
}

/* Cuts the packet to what is quoted, and makes room for `headers` bytes before it. */
static __always_inline bool make_quote(struct xdp_md *ctx, __u32 link, __u32 headers, __u32 quoted)
{
	struct cursor cursor = cursor_of(ctx);
	__u64 frame = cursor.end - cursor.at;

	asm volatile("" : "+r"(frame)); /* a number from here on, whose parts are no pointers */
	return !bpf_xdp_adjust_tail(ctx, (int)(link + quoted) - (int)frame) &&
	       !bpf_xdp_adjust_head(ctx, -(int)headers);
}

/* Brings the Ethernet header from behind, turned round, to the new beginning of the frame. */
static __always_inline bool return_ethernet(struct cursor cursor, __u32 link, __u32 headers,
					    bool ipv6)
{
	const struct ethhdr *from = cursor.at + headers;
	struct ethhdr *to = cursor.at;

	if ((void *)from + LINK_MAX > cursor.end || !keep_tags(cursor, link, headers))
		return false;
	__builtin_memcpy(to->h_dest, from->h_source, ETH_ALEN);
	__builtin_memcpy(to->h_source, from->h_dest, ETH_ALEN);
	return write_type(cursor, link, ipv6 ? ETH_P_IPV6 : ETH_P_IP);
}

/* An ICMP message's checksum, with the header in place and the checksum itself 0. */
static __always_inline __u16 message_check(struct xdp_md *ctx, const struct packet *packet,
					   __u32 offset, __u32 length)
{
	__u64 sum = sum_bytes(ctx, offset, length);

	if (packet->ipv6)
		sum += pseudo_sum(packet, length);
	return ~csum_fold(sum);
}

/* The frame is that of the packet; after this it is that of the answer. */
static __always_inline bool become_too_big(struct xdp_md *ctx, const struct packet *packet,
					   __u32 mtu, const bool ipv6)
{
	const __u32 ip = ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	const __u32 headers = ip + sizeof(struct icmp_message);
	const __u32 limit = (ipv6 ? ICMPV6_ERROR_LIMIT : ICMP_ERROR_LIMIT) - headers;
	__u32 quoted = packet->length < limit ? packet->length : limit;
	__u32 link = bounded_link(packet);
	struct icmp_message *icmp;
	struct cursor cursor;
	__u16 check;

	if (!make_quote(ctx, link, headers, quoted))
		return false;
	cursor = cursor_of(ctx);
	if (!return_ethernet(cursor, link, headers, ipv6))
		return false;
	cursor.at += link;
	if (cursor.at + headers > cursor.end)
		return false;
	if (ipv6)
		write_too_big_ipv6(cursor.at, packet, mtu, quoted);
	else
		write_too_big_ipv4(cursor.at, packet, mtu, quoted);
	check = message_check(ctx, packet, link + ip, sizeof(*icmp) + quoted);
	cursor = cursor_of(ctx);
	icmp = cursor.at + link + ip;
	if ((void *)(icmp + 1) > cursor.end)
		return false;
	icmp->checksum = check;
	return true;
}

/*
 * Drops the packet; its client is told what fits, if there may be an answer, and the budget has one
 * left. `mtu` is that of the way without what is put in front of the packet.
 */
__noinline int refuse_too_big(struct xdp_md *ctx, const struct packet *packet, __u32 mtu,
			      __u32 vip_id)
{
	__u32 least;

	if (!packet)
		return aborted();
	least = packet->ipv6 ? IPV6_LEAST_MTU : IPV4_LEAST_MTU;
	if (mtu < least)
		mtu = least;
	if (packet->length <= mtu || !may_answer(packet) || !spend_icmp_budget() ||
	    !(packet->ipv6 ? become_too_big(ctx, packet, mtu, true)
			   : become_too_big(ctx, packet, mtu, false)))
		return drop_of_vip(COUNTER_DROP_TOO_BIG, vip_id);
	count(COUNTER_ICMP_TOO_BIG);
	return XDP_TX;
}

#endif
