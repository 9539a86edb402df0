// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends millions of packets through the load balancer's program, and notes where each flow's went:
 * one BPF_PROG_TEST_RUN with `repeat` makes a packet a run, tail-calls the target, and the run
 * after that finds what the target made of it. dev.thresher.daemon.datapath.PacketGenerator is the
 * other half.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <stddef.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

/* Bytes of every frame: the headers of TCP over IPv6, and up to a multiple of 8. */
#define FRAME_LENGTH 80
#define FRAMES	     16 /* a power of two */
#define FLAGS	     4

struct generator {
	__u64 seed;
	__u64 flow;   /* number of the next packet's */
	__u64 stride; /* from one flow to the next */
	__u64 left;   /* packets to send */
	__u64 sent;   /* number of the last packet's flow plus 1, or 0 */
	__u64 moved;  /* packets that went elsewhere than the one of their flow before */
	__u32 frames_used;
	__u32 flags_used; /* each flow gets so many packets in a row */
	__u32 turn;	  /* among those */
	__u8 flags[FLAGS];
	__u8 frames[FRAMES][FRAME_LENGTH]; /* one a VIP; flow % frames_used says which */
};
_Static_assert(sizeof(struct generator) == 64 + FRAMES * FRAME_LENGTH, "twin: PacketGenerator");

struct generator generator;

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target SEC(".maps");

/* By flow: the last 32 bits of where its last packet was sent to; 0 for one that was not. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} destinations SEC(".maps");

/* Sebastiano Vigna's splitmix64 (public domain, 2015): a flow's client is as random as can be. */
static __always_inline __u64 mix(__u64 word)
{
	word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9ULL;
	word = (word ^ word >> 27) * 0x94d049bb133111ebULL;
	return word ^ word >> 31;
}

/* The last 32 bits of where the target sent the packet, or 0. */
static __always_inline __u32 outer_destination(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	const __be32 *destination = data + ETH_HLEN;

	if (end - data == FRAME_LENGTH)
		return 0;
	if (end - data == FRAME_LENGTH + sizeof(struct iphdr))
		destination += offsetof(struct iphdr, daddr) / sizeof(*destination);
	else
		destination += offsetof(struct ipv6hdr, daddr.s6_addr32[3]) / sizeof(*destination);
	return (void *)(destination + 1) <= end ? bpf_ntohl(*destination) : 0;
}

static __always_inline void note_destination(struct xdp_md *ctx)
{
	__u32 flow = generator.sent - 1;
	__u64 *destination = bpf_map_lookup_elem(&destinations, &flow);
	__u32 now;

	if (!generator.sent || !destination)
		return;
	now = outer_destination(ctx);
	if (*destination && *destination != now)
		generator.moved++;
	*destination = now;
}

static __always_inline bool make_packet(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 frame = generator.flow % generator.frames_used & (FRAMES - 1);
	__u64 random = mix(generator.seed + generator.flow * 0x9e3779b97f4a7c15ULL);
	const __u64 *template;
	__u32 i, client, transport;

	if (bpf_xdp_adjust_head(ctx, (int)((__u64)(end - data) - FRAME_LENGTH)))
		return false;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if (data + FRAME_LENGTH > end)
		return false;
	template = (const __u64 *)generator.frames[frame];
#pragma unroll
	for (i = 0; i < FRAME_LENGTH / sizeof(*template); i++)
		((volatile __u64 *)data)[i] = template[i];
	if (((struct ethhdr *)data)->h_proto == bpf_htons(ETH_P_IP)) {
		client = ETH_HLEN + offsetof(struct iphdr, saddr);
		transport = ETH_HLEN + sizeof(struct iphdr);
	} else {
		client = ETH_HLEN + offsetof(struct ipv6hdr, saddr.s6_addr32[3]);
		transport = ETH_HLEN + sizeof(struct ipv6hdr);
	}
	*(__be32 *)(data + client) = bpf_htonl((__u32)random);
	*(__be16 *)(data + transport) = bpf_htons((__u16)(random >> 32));
	/* Of UDP, that is payload. */
	*(__u8 *)(data + transport + 13) = generator.flags[generator.turn % FLAGS];
	return true;
}

static __always_inline void advance(void)
{
	generator.left--;
	generator.sent = generator.flow + 1;
	if (++generator.turn == generator.flags_used) {
		generator.turn = 0;
		generator.flow += generator.stride;
	}
}

SEC("xdp")
int generate(struct xdp_md *ctx)
{
	note_destination(ctx);
	if (!generator.left)
		return XDP_DROP;
	if (!make_packet(ctx))
		return XDP_ABORTED;
	advance();
	bpf_tail_call(ctx, &target, 0);
	return XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
