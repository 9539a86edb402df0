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

#define TCP_FIN		 0x01
#define TCP_SYN		 0x02
#define TCP_RST		 0x04
#define TCP_FLAGS_OFFSET 13

#define IPV4_FRAGMENT	    0x3fff /* more fragments, or an offset */
#define IPV4_HEADER_MINIMUM 5	   /* words */

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
	__u8 tcp_flags;	 /* 0 for UDP */
	__u8 tos;	 /* TOS or traffic class */
	__u32 length;	 /* of the IP packet, header included, in bytes */
	__u32 transport; /* where the TCP or UDP header begins in the frame */
};

static __always_inline struct cursor cursor_of(struct xdp_md *ctx)
{
	struct cursor cursor = { (void *)(long)ctx->data, (void *)(long)ctx->data_end };

	return cursor;
}

static __always_inline int parse_ipv4(struct cursor *cursor, struct packet *packet)
{
	struct iphdr *header = cursor->at;

	if ((void *)(header + 1) > cursor->end)
		return 0;
	if (header->version != 4 || header->ihl < IPV4_HEADER_MINIMUM ||
	    header->frag_off & bpf_htons(IPV4_FRAGMENT))
		return 0;
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

/* Expects packet->ipv6 to be set. A length field that points past the frame makes no packet. */
static __always_inline int parse_packet(struct xdp_md *ctx, struct packet *packet)
{
	struct cursor cursor = cursor_of(ctx);
	void *network;

	cursor.at += sizeof(struct ethhdr);
	network = cursor.at;
	if (!(packet->ipv6 ? parse_ipv6(&cursor, packet) : parse_ipv4(&cursor, packet)))
		return 0;
	if (network + packet->length > cursor.end)
		return 0;
	packet->transport = cursor.at - (void *)(long)ctx->data;
	return parse_ports(&cursor, packet->length - (cursor.at - network), packet);
}

#endif
