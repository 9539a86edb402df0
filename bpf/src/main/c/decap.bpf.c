// SPDX-License-Identifier: GPL-2.0-only
/*
 * For real servers: strips the outer headers of IP in IP and of GUE variant 1 (IP directly in UDP),
 * so that the stack sees the client's packet for the VIP. Only packets whose inner destination is
 * one of the host's VIPs; everything else passes untouched, other tunnels of the host included.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "lib/addr.h"
#include "lib/csum.h"

#define VLAN_TAG	  4
#define MAX_TAGS	  2
#define MAX_LINK	  (ETH_HLEN + MAX_TAGS * VLAN_TAG)
#define MAX_IPV4_HEADER	  60
#define ETHERNET_TYPE_AT  (2 * ETH_ALEN)
#define IPV4_ANY_FRAGMENT 0x3fff /* more fragments, or an offset */

/* Explicit congestion notification, the two low bits of TOS or traffic class (RFC 3168). */
#define ECN_MASK 3
#define ECN_CE	 3

struct decap_settings {
	__be16 gue_port; /* 0: no GUE */
	__u8 pad[6];
};

/* dev.thresher.bpf.Decapsulation is the Java twin. */
const volatile struct decap_settings decap_settings = {
	.gue_port = bpf_htons(6080),
};

struct vip_prefix {
	__u32 bits;	 /* of the address that count, 128 for a whole one */
	__be32 words[4]; /* as in struct addr, whose alignment would leave a hole */
};
_Static_assert(sizeof(struct vip_prefix) == 20, "struct vip_prefix");

/* The host's VIPs. The value says nothing. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, struct vip_prefix);
	__type(value, __u32);
} local_vips SEC(".maps");

/* Why a packet for a VIP is dropped. dev.thresher.bpf.DecapDrop is the Java twin. */
enum decap_drop {
	DECAP_DROP_CONGESTION, /* marked outside, and inside it must not be (RFC 6040) */
	DECAP_DROP_STRIP,      /* the outer headers could not be taken off */
	DECAP_DROP_COUNT,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DECAP_DROP_COUNT);
	__type(key, enum decap_drop);
	__type(value, __u64);
} decap_drops SEC(".maps");

/* A packet in a packet. Offsets and lengths are in bytes. */
struct tunnel {
	__u32 tags;    /* VLAN tags in front, at most MAX_TAGS */
	__u32 outer;   /* length of the outer headers */
	__u32 content; /* length of what the outer headers say that they carry */
	__be16 inner_type;
	__u8 outer_tos;
};

struct frame {
	void *at;
	void *end;
};

static __always_inline struct frame frame_of(struct xdp_md *ctx)
{
	return (struct frame){ (void *)(long)ctx->data, (void *)(long)ctx->data_end };
}

static __always_inline bool is_tag(__be16 type)
{
	return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

/* A length field. Verifiers before 6.5 forget with the order of its bytes that it has only two. */
static __always_inline __u32 length_of(__be16 field)
{
	__u32 length = bpf_ntohs(field);

	asm volatile("" : "+r"(length));
	return length & 0xffff;
}

/* Steps over Ethernet and up to two tags; answers the type of what follows, or 0. */
static __always_inline __be16 parse_link(struct frame *frame, struct tunnel *tunnel)
{
	struct ethhdr *ethernet = frame->at;
	__be16 type;

	if ((void *)(ethernet + 1) > frame->end)
		return 0;
	type = ethernet->h_proto;
	frame->at = ethernet + 1;
#pragma unroll
	for (tunnel->tags = 0; tunnel->tags < MAX_TAGS && is_tag(type); tunnel->tags++) {
		if (frame->at + VLAN_TAG > frame->end)
			return 0;
		type = *(__be16 *)(frame->at + 2);
		frame->at += VLAN_TAG;
	}
	return type;
}

/* Steps over the outer IP header; answers the protocol in it, or -1. */
static __always_inline int parse_outer_ipv4(struct frame *frame, struct tunnel *tunnel)
{
	struct iphdr *header = frame->at;
	__u32 length, header_length;

	if ((void *)(header + 1) > frame->end || header->version != 4)
		return -1;
	header_length = header->ihl * 4;
	length = length_of(header->tot_len);
	if (header_length < sizeof(*header) || length < header_length ||
	    header->frag_off & bpf_htons(IPV4_ANY_FRAGMENT) || frame->at + length > frame->end)
		return -1;
	tunnel->outer_tos = header->tos;
	tunnel->content = length - header_length;
	frame->at += header_length;
	return header->protocol;
}

/* Extension headers are not for us: no load balancer of ours sends any. */
static __always_inline int parse_outer_ipv6(struct frame *frame, struct tunnel *tunnel)
{
	struct ipv6hdr *header = frame->at;

	if ((void *)(header + 1) > frame->end || header->version != 6)
		return -1;
	tunnel->content = length_of(header->payload_len);
	frame->at = header + 1;
	if (frame->at + tunnel->content > frame->end)
		return -1;
	tunnel->outer_tos = bpf_ntohs(*(__be16 *)header) >> 4;
	return header->nexthdr;
}

/*
 * The outer checksum is not looked at: the inner ones cover all that the host goes by, and a
 * checksum of zero is allowed here (RFC 6935).
 */
static __always_inline bool parse_gue(struct frame *frame, struct tunnel *tunnel)
{
	struct udphdr *header = frame->at;

	if ((void *)(header + 1) > frame->end || !decap_settings.gue_port ||
	    header->dest != decap_settings.gue_port)
		return false;
	if (tunnel->content < sizeof(*header) || bpf_ntohs(header->len) != tunnel->content)
		return false;
	tunnel->content -= sizeof(*header);
	frame->at = header + 1;
	return true;
}

/* Is there a whole inner IPv4 packet? Writes its destination. */
static __always_inline bool inner_ipv4(struct frame frame, __u32 content, struct addr *destination)
{
	struct iphdr *header = frame.at;
	__u32 length;

	if ((void *)(header + 1) > frame.end || header->version != 4 || header->ihl < 5)
		return false;
	length = length_of(header->tot_len);
	if (length < header->ihl * 4U || length > content)
		return false;
	*destination = addr_from_ipv4(header->daddr);
	return true;
}

static __always_inline bool inner_ipv6(struct frame frame, __u32 content, struct addr *destination)
{
	struct ipv6hdr *header = frame.at;

	if ((void *)(header + 1) > frame.end || header->version != 6)
		return false;
	if (sizeof(*header) + length_of(header->payload_len) > content)
		return false;
	*destination = addr_from_ipv6(&header->daddr);
	return true;
}

/* An IPv6 address that looks like a mapped IPv4 one is nobody's on the wire. */
static __always_inline bool is_local_vip(const struct addr *destination, bool ipv6)
{
	struct vip_prefix key = { .bits = 128 };

	__builtin_memcpy(key.words, destination->words, sizeof(key.words));
	if (ipv6 && addr_is_ipv4(destination))
		return false;
	return bpf_map_lookup_elem(&local_vips, &key);
}

/* What the protocol says is inside: an Ethernet type, or 0. GUE variant 1 says it by IP's version.
 */
static __always_inline __be16 type_inside(struct frame *frame, int protocol, struct tunnel *tunnel)
{
	__u8 *first;

	switch (protocol) {
	case IPPROTO_IPIP:
		return bpf_htons(ETH_P_IP);
	case IPPROTO_IPV6:
		return bpf_htons(ETH_P_IPV6);
	case IPPROTO_UDP:
		if (!parse_gue(frame, tunnel))
			return 0;
		first = frame->at;
		if ((void *)(first + 1) > frame->end)
			return 0;
		return *first >> 4 == 4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
	default:
		return 0;
	}
}

/* Is it a packet of the load balancer's, for a VIP of this host? */
static __always_inline bool parse_tunnel(struct xdp_md *ctx, struct tunnel *tunnel)
{
	struct frame frame = frame_of(ctx);
	struct addr destination;
	__be16 type = parse_link(&frame, tunnel);
	void *network = frame.at;
	int protocol;
	bool ipv6;

	if (type == bpf_htons(ETH_P_IP))
		protocol = parse_outer_ipv4(&frame, tunnel);
	else if (type == bpf_htons(ETH_P_IPV6))
		protocol = parse_outer_ipv6(&frame, tunnel);
	else
		return false;
	tunnel->inner_type = type_inside(&frame, protocol, tunnel);
	if (!tunnel->inner_type)
		return false;
	tunnel->outer = frame.at - network;
	ipv6 = tunnel->inner_type == bpf_htons(ETH_P_IPV6);
	if (!(ipv6 ? inner_ipv6(frame, tunnel->content, &destination)
		   : inner_ipv4(frame, tunnel->content, &destination)))
		return false;
	return is_local_vip(&destination, ipv6);
}

/*
 * A router that marked the outer header meant the inner packet (RFC 6040, figure 4). Answers false
 * when the inner packet must not be marked: then it has to be dropped.
 */
static __always_inline bool copy_congestion(struct frame frame, const struct tunnel *tunnel)
{
	if ((tunnel->outer_tos & ECN_MASK) != ECN_CE)
		return true;
	if (tunnel->inner_type == bpf_htons(ETH_P_IP)) {
		struct iphdr *header = frame.at;
		__be16 before;

		if ((void *)(header + 1) > frame.end || !(header->tos & ECN_MASK))
			return false;
		before = *(__be16 *)header;
		header->tos |= ECN_CE;
		header->check =
			csum_finish((__u16)~header->check + (__u16)~before + *(__be16 *)header);
	} else {
		__u8 *bytes = frame.at;

		if ((void *)(bytes + 2) > frame.end || !(bytes[1] >> 4 & ECN_MASK))
			return false;
		bytes[1] |= ECN_CE << 4;
	}
	return true;
}

/* Ethernet addresses and tags, everything in front of the type. */
static __always_inline void copy_link(__u8 *to, const __u8 *from, __u32 tags)
{
	__builtin_memcpy(to, from, ETHERNET_TYPE_AT);
	if (tags > 0)
		__builtin_memcpy(to + ETHERNET_TYPE_AT, from + ETHERNET_TYPE_AT, VLAN_TAG);
	if (tags > 1)
		__builtin_memcpy(to + ETHERNET_TYPE_AT + VLAN_TAG,
				 from + ETHERNET_TYPE_AT + VLAN_TAG, VLAN_TAG);
}

static __always_inline int drop(enum decap_drop reason)
{
	__u64 *count = bpf_map_lookup_elem(&decap_drops, &reason);

	if (count)
		++*count;
	return XDP_DROP;
}

static __always_inline int strip(struct xdp_md *ctx, const struct tunnel *tunnel)
{
	const __u32 type_at = ETHERNET_TYPE_AT + tunnel->tags * VLAN_TAG;
	struct frame frame = frame_of(ctx);
	__u8 saved[MAX_LINK] = {};

	if (frame.at + MAX_LINK > frame.end)
		return XDP_PASS;
	copy_link(saved, frame.at, tunnel->tags);
	if (bpf_xdp_adjust_head(ctx, tunnel->outer))
		return drop(DECAP_DROP_STRIP);
	frame = frame_of(ctx);
	if (frame.at + MAX_LINK > frame.end)
		return drop(DECAP_DROP_STRIP);
	copy_link(frame.at, saved, tunnel->tags);
	*(__be16 *)(frame.at + type_at) = tunnel->inner_type;
	frame.at += type_at + sizeof(__be16);
	return copy_congestion(frame, tunnel) ? XDP_PASS : drop(DECAP_DROP_CONGESTION);
}

SEC("xdp")
int decap(struct xdp_md *ctx)
{
	struct tunnel tunnel = {};

	return parse_tunnel(ctx, &tunnel) ? strip(ctx, &tunnel) : XDP_PASS;
}

/* A veth delivers what its peer sends with XDP_TX only if it has a program itself: this one. */
SEC("xdp")
int pass(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
