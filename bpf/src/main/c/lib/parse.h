/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From bytes to struct packet, one function a header. A parser answers 0 when the packet is
 * nothing that the load balancer could handle: the caller leaves it to the kernel.
 */
#ifndef THRESHER_PARSE_H
#define THRESHER_PARSE_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include "addr.h"
#include "csum.h"

#define TCP_FIN		 0x01
#define TCP_SYN		 0x02
#define TCP_RST		 0x04
#define TCP_FLAGS_OFFSET 13

#define IPV4_FRAGMENT	    0x3fff /* more fragments, or an offset */
#define IPV4_OFFSET	    0x1fff
#define IPV4_HEADER_MINIMUM 5 /* words */

struct vlan_tag {
	__be16 control;
	__be16 type; /* of what follows */
};

struct cursor {
	void *at;
	void *end;
};

/* What the rest of the program knows of a packet. Where ipv6 is a constant, so is all that hangs on
 * it. */
struct packet {
	struct addr src;
	struct addr dst;
	union {
		__be16 port[2]; /* source, destination */
		__be32 ports;
	};
	bool ipv6;
	__u8 protocol;
	__u8 tcp_flags; /* 0 for UDP */
	__u8 tos;	/* TOS or traffic class */
	bool fragment;	/* one of several */
	bool later;	/* and not the first */
	__u32 link;	/* length of the Ethernet header with its tags, in bytes */
	__u32 header;	/* of the IP header with its extensions, in bytes */
	__u32 length;	/* of the IP packet, header included, in bytes */
};

#define ETHERNET_GROUP 1 /* in the first byte: multicast or broadcast (IEEE 802, section 8.2) */

#define LINK_MAX 22 /* bytes of an Ethernet header with two tags */
/* For the verifier: no tags and no IP headers exceed these. */
#define TAGS_MASK   12
#define HEADER_MASK 1023

static __always_inline __u32 bounded_link(const struct packet *packet)
{
	return sizeof(struct ethhdr) + ((packet->link - sizeof(struct ethhdr)) & TAGS_MASK);
}

static __always_inline struct cursor cursor_of(struct xdp_md *ctx)
{
	struct cursor cursor = { (void *)(long)ctx->data, (void *)(long)ctx->data_end };

	return cursor;
}

/* Fragments are left to who asks for them: parse_rare(). */
static __always_inline int parse_ipv4(struct cursor *cursor, struct packet *packet)
{
	struct iphdr *header = cursor->at;

	if ((void *)(header + 1) > cursor->end)
		return 0;
	if (header->version != 4 || header->ihl < IPV4_HEADER_MINIMUM)
		return 0;
	packet->fragment = header->frag_off & bpf_htons(IPV4_FRAGMENT);
	packet->later = header->frag_off & bpf_htons(IPV4_OFFSET);
	packet->src = addr_from_ipv4(header->saddr);
	packet->dst = addr_from_ipv4(header->daddr);
	packet->protocol = header->protocol;
	packet->tos = header->tos;
	packet->length = bpf_ntohs(header->tot_len);
	cursor->at += header->ihl * 4;
	return 1;
}

static __always_inline int parse_ipv6(struct cursor *cursor, struct packet *packet)
{
	struct ipv6hdr *header = cursor->at;
	__u16 start;

	if ((void *)(header + 1) > cursor->end)
		return 0;
	start = bpf_ntohs(*(__be16 *)header); /* version (4), traffic class (8), flow label (4) */
	if (start >> 12 != 6)
		return 0;
	packet->src = addr_from_ipv6(&header->saddr);
	packet->dst = addr_from_ipv6(&header->daddr);
	packet->protocol = header->nexthdr;
	packet->tos = start >> 4;
	packet->length = sizeof(*header) + bpf_ntohs(header->payload_len);
	cursor->at = header + 1;
	return 1;
}

/* length: of what the IP header says that it carries, in bytes. */
static __always_inline int parse_ports(struct cursor *cursor, long length, struct packet *packet)
{
	if (packet->protocol == IPPROTO_TCP) {
		if (cursor->at + sizeof(struct tcphdr) > cursor->end ||
		    length < (long)sizeof(struct tcphdr))
			return 0;
		packet->tcp_flags = *((__u8 *)cursor->at + TCP_FLAGS_OFFSET);
	} else if (packet->protocol == IPPROTO_UDP) {
		if (cursor->at + sizeof(struct udphdr) > cursor->end ||
		    length < (long)sizeof(struct udphdr))
			return 0;
		packet->tcp_flags = 0;
	} else {
		return 0;
	}
	packet->ports = *(__be32 *)cursor->at;
	return 1;
}

/*
 * The packets that nearly all are: no tags, no extension headers, in one piece, and TCP or UDP.
 * Expects packet->ipv6 to be set. A length field that points past the frame makes no packet.
 */
static __always_inline int parse_plain(struct xdp_md *ctx, struct packet *packet)
{
	struct cursor cursor = cursor_of(ctx);
	void *network;

	cursor.at += sizeof(struct ethhdr);
	network = cursor.at;
	packet->link = sizeof(struct ethhdr);
	if (!(packet->ipv6 ? parse_ipv6(&cursor, packet) : parse_ipv4(&cursor, packet)))
		return 0;
	if (packet->fragment)
		return 0;
	packet->header = cursor.at - network;
	if (network + packet->length > cursor.end)
		return 0;
	return parse_ports(&cursor, packet->length - (cursor.at - network), packet);
}

/* Can its source get an answer? Not one that stands for many hosts, or for none (RFC 1122,
 * section 3.2.2). */
static __always_inline bool is_answerable(const struct packet *packet)
{
	const __u8 *source = packet->src.bytes;

	if (packet->ipv6)
		return source[0] != 0xff &&
		       (packet->src.halves[0] | (packet->src.halves[1] & ~bpf_cpu_to_be64(1)));
	return source[12] != 0 && source[12] != 127 && source[12] < 224;
}

/* Of an IPv6 packet's addresses, and of protocol and length of the ICMPv6 message in it (RFC 8200,
 * section 8.1). */
static __always_inline __u64 pseudo_sum(const struct packet *packet, __u32 length)
{
	__u64 sum = (__u64)bpf_htonl(length) + bpf_htonl(IPPROTO_ICMPV6);

	sum = csum_add64(sum, packet->src.halves[0]);
	sum = csum_add64(sum, packet->src.halves[1]);
	sum = csum_add64(sum, packet->dst.halves[0]);
	return csum_add64(sum, packet->dst.halves[1]);
}

#endif
