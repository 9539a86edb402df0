// SPDX-License-Identifier: GPL-2.0-only
/*
 * Health checks through the tunnel, at the egress of the load balancer's interfaces. A probe is a
 * connection of this host to a VIP, and its mark names a real server: the packet is wrapped for
 * that one just as a client's would be, by the same code and the same record. A packet with a
 * probe's mark leaves wrapped or not at all, for bare it would reach whichever real server the
 * VIP's table has.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "lib/encap.h"
#include "lib/probe.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, PROBE_ROUTES_MAX);
	__type(key, __u32); /* the mark */
	__type(value, struct mark_route);
} probe_routes SEC(".maps");

/* Packets sent by mark: the daemon compares before and after a probe, without a system call. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} probe_sent SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PROBE_COUNTER_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} probe_counters SEC(".maps");

static __always_inline struct cursor cursor_of_skb(struct __sk_buff *skb)
{
	return (struct cursor){ (void *)(long)skb->data, (void *)(long)skb->data_end };
}

static __always_inline void count(enum probe_counter counter)
{
	__u32 key = counter;
	__u64 *value = bpf_map_lookup_elem(&probe_counters, &key);

	if (value)
		(*value)++;
}

static __always_inline int drop(enum probe_counter reason)
{
	count(reason);
	return TC_ACT_SHOT;
}

/* The kernel's own packets: whole, without tags, extension headers or options. */
static __always_inline int read_packet(struct __sk_buff *skb, struct packet *packet)
{
	struct cursor cursor = cursor_of_skb(skb);

	cursor.at += sizeof(struct ethhdr);
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct iphdr *header = cursor.at;

		if ((void *)(header + 1) > cursor.end)
			return 0;
		packet->src = addr_from_ipv4(header->saddr);
		packet->dst = addr_from_ipv4(header->daddr);
		packet->protocol = header->protocol;
		packet->tos = header->tos;
		packet->header = sizeof(*header);
		packet->ipv6 = false;
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *header = cursor.at;

		if ((void *)(header + 1) > cursor.end)
			return 0;
		packet->src = addr_from_ipv6(&header->saddr);
		packet->dst = addr_from_ipv6(&header->daddr);
		packet->protocol = header->nexthdr;
		packet->tos = bpf_ntohs(*(__be16 *)header) >> 4;
		packet->header = sizeof(*header);
		packet->ipv6 = true;
	} else {
		return 0;
	}
	packet->length = skb->len - sizeof(struct ethhdr);
	return 1;
}

/*
 * Makes room for `overhead` bytes before the IP packet and writes the Ethernet header in front of
 * them. Answers where the outer header goes, followed by an inner IP header, or NULL.
 */
static __always_inline void *open_skb(struct __sk_buff *skb, const struct member *member,
				      const __u32 overhead, __u64 flags, __u16 type)
{
	struct cursor cursor;

	if (bpf_skb_adjust_room(skb, overhead, BPF_ADJ_ROOM_MAC, flags))
		return 0;
	cursor = cursor_of_skb(skb);
	if (cursor.at + sizeof(struct ethhdr) + overhead + sizeof(struct iphdr) > cursor.end)
		return 0;
	write_addresses(cursor.at, member);
	*(__be16 *)(cursor.at + 2 * ETH_ALEN) = bpf_htons(type);
	return cursor.at + sizeof(struct ethhdr);
}

static __always_inline int wrap_ipv4(struct __sk_buff *skb, const struct member *member,
				     const struct packet *packet, __u64 hash, const bool gue)
{
	const __u32 overhead = sizeof(struct iphdr) + gue * sizeof(struct udphdr);
	const __u8 inner = packet->ipv6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
	__u64 flags = BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | (gue ? BPF_F_ADJ_ROOM_ENCAP_L4_UDP : 0);
	struct iphdr *header = open_skb(skb, member, overhead, flags, ETH_P_IP);

	if (!header)
		return 0;
	write_ipv4(header, member,
		   bpf_htonl((__u32)packet->tos << 16 | (packet->length + overhead)),
		   gue ? IPPROTO_UDP : inner, hash);
	if (gue)
		write_gue((void *)(header + 1), member, packet->length, hash);
	return 1;
}

static __always_inline int wrap_ipv6(struct __sk_buff *skb, const struct member *member,
				     const struct packet *packet, __u64 hash, const bool gue)
{
	const __u32 overhead = sizeof(struct ipv6hdr) + gue * sizeof(struct udphdr);
	const __u8 inner = packet->ipv6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
	__u64 flags = BPF_F_ADJ_ROOM_ENCAP_L3_IPV6 | (gue ? BPF_F_ADJ_ROOM_ENCAP_L4_UDP : 0);
	struct ipv6hdr *header = open_skb(skb, member, overhead, flags, ETH_P_IPV6);

	if (!header)
		return 0;
	write_ipv6(header, member, packet->tos, packet->length + overhead - sizeof(*header),
		   gue ? IPPROTO_UDP : inner, hash);
	if (gue) {
		struct udphdr *udp = (void *)(header + 1);

		write_gue(udp, member, packet->length, hash);
		/* The inner checksum may not be there yet. Once it is, the sum is this. */
		if (settings.flags & SETTING_GUE_CHECKSUM)
			udp->check = gue_check(udp, (__u64 *)&header->saddr,
					       sum_by_checksum(udp + 1, packet));
	}
	return 1;
}

/* Not at all: only the Ethernet addresses change. */
static __always_inline int readdress_skb(struct __sk_buff *skb, const struct member *member)
{
	struct cursor cursor = cursor_of_skb(skb);

	if (cursor.at + sizeof(struct ethhdr) > cursor.end)
		return 0;
	write_addresses(cursor.at, member);
	return 1;
}

static __always_inline int wrap(struct __sk_buff *skb, const struct member *member,
				const struct packet *packet, __u64 hash)
{
	const bool ipv6 = member->flags & MEMBER_REAL_IPV6;

	if (member->flags & MEMBER_L2)
		return readdress_skb(skb, member);
	if (member->flags & MEMBER_GUE)
		return ipv6 ? wrap_ipv6(skb, member, packet, hash, true)
			    : wrap_ipv4(skb, member, packet, hash, true);
	return ipv6 ? wrap_ipv6(skb, member, packet, hash, false)
		    : wrap_ipv4(skb, member, packet, hash, false);
}

/* Spreads the probes of several reals over outer sources, and keeps those of one mark together. */
static __always_inline __u64 hash_of(__u32 mark)
{
	return mark * 0x9e3779b97f4a7c15ULL; /* 2^64 / the golden ratio: Knuth, TAOCP 6.4 */
}

SEC("tc")
int probe(struct __sk_buff *skb)
{
	__u32 mark = skb->mark;
	__u32 index = mark & ~PROBE_MARK_MASK;
	struct mark_route *route;
	struct packet packet = {};
	__u64 *sent;

	if ((mark & PROBE_MARK_MASK) != PROBE_MARK)
		return TC_ACT_UNSPEC;
	route = bpf_map_lookup_elem(&probe_routes, &mark);
	sent = bpf_map_lookup_elem(&probe_sent, &index);
	if (!route || !sent)
		return drop(PROBE_NO_ROUTE);
	if (!read_packet(skb, &packet) || !addr_equal(&packet.dst, &route->member.vip))
		return drop(PROBE_WRONG_VIP);
	if (!wrap(skb, &route->member, &packet, hash_of(mark)))
		return drop(PROBE_NO_ROOM);
	if (route->member.flags & MEMBER_TAGGED &&
	    bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q),
			      bpf_ntohs(route->member.vlan) & MEMBER_VLAN_ID))
		return drop(PROBE_NO_ROOM);
	count(PROBE_SENT);
	__sync_fetch_and_add(sent, 1);
	skb->mark = 0; /* done: a second program on the way must not wrap it again */
	if (route->ifindex == skb->ifindex)
		return TC_ACT_OK;
	return bpf_redirect(route->ifindex, 0);
}

char LICENSE[] SEC("license") = "GPL";
