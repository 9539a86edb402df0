// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the benchmarks run around a program under test. BPF_PROG_TEST_RUN gives the output of one
 * run to the next one: a wrapper restores the packet, chooses its flow, takes the time now and
 * then, and tail-calls a target. Targets take turns by the batch, some ten microseconds each, so
 * that whatever slows the machine down slows all of them alike: `empty`, whose time is subtracted,
 * bare encapsulation, which is the unit, and the program under test.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "lib/abi.h"

/* Bytes of every frame: all headers are inside, and no case depends on the payload. */
#define FRAME_LENGTH 128

/* Runs between two readings of the clock: a reading costs a packet, so share it among many. */
#define BATCH	256
#define STAMPS	(1 << 13)
#define TARGETS 3

/* What Java writes before the runs and reads after them; dev.thresher.perf.Wrapper is its twin. */
struct bench {
	__u8 template[FRAME_LENGTH];
	__u32 client; /* last 32 bits of the first client's address, host order */
	__u32 vip;    /* of the first VIP's */
	__u32 flow_mask;
	__u32 vip_shift;  /* flow >> this is the number of its VIP */
	__u32 clear_pair; /* of the connection table, by wrap_cleared_ipv4 */
	__u32 ifindex;	  /* by generate */
	__u32 pair_mask;  /* by bare_lookup_ipv4 */
	__u32 pad;
	__u64 turn; /* counts the runs since the flows were set */
	__u64 run;  /* counts the runs since the stamps were set */
	__u64 stamps[STAMPS];
};

struct bench bench;

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, TARGETS);
	__type(key, __u32);
	__type(value, __u32);
} targets SEC(".maps");

/* The connection table of the program under test, for the case that empties a part of it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow_bucket_pair);
} flows SEC(".maps");

/*
 * Each pass takes each of the 2^k flows once, in an order that differs from pass to pass and that
 * no predictor of the processor learns: xor, odd multiplier and xor-shift permute k bits.
 */
static __always_inline __u32 next_flow(void)
{
	const __u32 mask = bench.flow_mask;
	__u64 turn = bench.turn++;
	__u32 pass = (turn & ~(__u64)mask) * 0x9e3779b97f4a7c15ULL >> 32;
	__u32 flow = turn ^ (pass & mask);

	flow = flow * 0x9e3779b1 & mask;
	flow ^= flow >> 7;
	flow = flow * 0x85ebca6b & mask;
	flow ^= flow >> 9;
	return flow;
}

/* Answers whose turn it is. */
static __always_inline __u32 take_time(void)
{
	__u64 run = bench.run++;
	__u32 batch = run / BATCH;

	if (run % BATCH == 0)
		bench.stamps[batch % STAMPS] = bpf_ktime_get_ns();
	return batch % TARGETS;
}

/*
 * Stores of the width and place of the fields, so that what the target loads is forwarded from
 * one store: a load across two of them would wait for both, which no packet off a wire does.
 */
#define TEMPLATE(type, offset) (*(type *)(bench.template + (offset)))
#define RESTORE(type, offset)  *(type *)(data + (offset)) = TEMPLATE(type, offset)

static __always_inline void restore_transport(void *data, const __u32 offset, __u32 flow)
{
	__u32 source_port = bpf_htons(1024 + (flow * 40503 >> 4 & 0x7fff));

	*(__u32 *)(data + offset) = (__u32)TEMPLATE(__be16, offset + 2) << 16 | source_port;
	RESTORE(__u32, offset + 4);
	RESTORE(__u64, offset + 8);
	RESTORE(__u32, offset + 16);
}

static __always_inline __be32 client_of(__u32 flow)
{
	return bpf_htonl(bench.client + flow);
}

static __always_inline __be32 vip_of(__u32 flow)
{
	return bpf_htonl(bench.vip + (flow >> bench.vip_shift));
}

static __always_inline void restore_ipv4(void *data, const __u32 offset, __u32 flow)
{
	RESTORE(__u64, offset);
	RESTORE(__u32, offset + 8);
	*(__u64 *)(data + offset + 12) = (__u64)vip_of(flow) << 32 | client_of(flow);
	restore_transport(data, offset + 20, flow);
}

static __always_inline void restore_ipv6(void *data, __u32 flow)
{
	RESTORE(__u64, 14);
	RESTORE(__u64, 22);
	*(__u64 *)(data + 30) = (__u64)client_of(flow) << 32 | TEMPLATE(__be32, 30);
	RESTORE(__u64, 38);
	*(__u64 *)(data + 46) = (__u64)vip_of(flow) << 32 | TEMPLATE(__be32, 46);
	restore_transport(data, 54, flow);
}

enum layout {
	IPV4,
	IPV6,
	TAGGED_IPV4,
};

static __always_inline bool restore(struct xdp_md *ctx, const enum layout layout)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 flow = next_flow();

	/* Also when there is nothing to take off: `empty` shall pay for the call like the others.
	 */
	if (bpf_xdp_adjust_head(ctx, (int)((__u64)(end - data) - FRAME_LENGTH)))
		return false;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if (data + FRAME_LENGTH > end)
		return false;
	RESTORE(__u64, 0);
	RESTORE(__u32, 8);
	if (layout == TAGGED_IPV4) {
		RESTORE(__u32, 12);
		RESTORE(__u16, 16);
		restore_ipv4(data, 18, flow);
		return true;
	}
	RESTORE(__u16, 12);
	if (layout == IPV6)
		restore_ipv6(data, flow);
	else
		restore_ipv4(data, 14, flow);
	return true;
}

static __always_inline int wrap(struct xdp_md *ctx, const enum layout layout)
{
	__u32 turn = take_time();

	if (restore(ctx, layout))
		bpf_tail_call(ctx, &targets, turn);
	return XDP_ABORTED;
}

SEC("xdp")
int wrap_ipv4(struct xdp_md *ctx)
{
	return wrap(ctx, IPV4);
}

SEC("xdp")
int wrap_ipv6(struct xdp_md *ctx)
{
	return wrap(ctx, IPV6);
}

SEC("xdp")
int wrap_tagged_ipv4(struct xdp_md *ctx)
{
	return wrap(ctx, TAGGED_IPV4);
}

/* For a SYN of a flow that the run before has recorded: forgets it, so that this is a new one. */
SEC("xdp")
int wrap_cleared_ipv4(struct xdp_md *ctx)
{
	__u32 index = bench.clear_pair, i;
	struct flow_bucket_pair *pair = bpf_map_lookup_elem(&flows, &index);

	if (!pair)
		return XDP_ABORTED;
#pragma unroll
	for (i = 0; i < FLOWS_PER_PAIR; i++)
		((volatile __u64 *)pair->entries)[i] = 0;
	return wrap(ctx, IPV4);
}

SEC("xdp")
int empty(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_TX;
}

/* The least that IP in IP can cost: constants before the packet. */
static __always_inline int encapsulate_ipv4(struct xdp_md *ctx)
{
	struct ethhdr *ethernet;
	struct iphdr *header;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*header)))
		return XDP_DROP;
	ethernet = (void *)(long)ctx->data;
	header = (void *)(ethernet + 1);
	if ((void *)(header + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	*(__u64 *)ethernet = 0x0002010000000002ULL;
	*((__u32 *)ethernet + 2) = 0x02000000;
	ethernet->h_proto = bpf_htons(ETH_P_IP);
	*(__u32 *)header = bpf_htonl(0x45000000 | (FRAME_LENGTH - ETH_HLEN + sizeof(*header)));
	*(__u32 *)&header->id = 0;
	*(__u32 *)&header->ttl = bpf_htonl(64U << 24 | IPPROTO_IPIP << 16 | 0xa6d6);
	header->saddr = bpf_htonl(0xac100001);
	header->daddr = bpf_htonl(0x0a000001);
	return XDP_TX;
}

SEC("xdp")
int bare_ipv4(struct xdp_md *ctx)
{
	return encapsulate_ipv4(ctx);
}

/*
 * And with the least that memory of all flows can cost: one cache line of a table of the same
 * size, at a place that hangs on the client, and a branch on what is found there.
 */
SEC("xdp")
int bare_lookup_ipv4(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u64 hash;
	__u32 index;
	struct flow_bucket_pair *pair;

	if (data + FRAME_LENGTH > end)
		return XDP_DROP;
	hash = *(__be32 *)(data + 26) * 0x9e3779b97f4a7c15ULL;
	index = hash >> 32 & bench.pair_mask;
	pair = bpf_map_lookup_elem(&flows, &index);
	if (!pair || pair->entries[hash >> 28 & 8] == 1)
		return XDP_DROP;
	return encapsulate_ipv4(ctx);
}

SEC("xdp")
int bare_ipv6(struct xdp_md *ctx)
{
	struct ethhdr *ethernet;
	struct ipv6hdr *header;
	__u32 *words;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*header)))
		return XDP_DROP;
	ethernet = (void *)(long)ctx->data;
	header = (void *)(ethernet + 1);
	if ((void *)(header + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	*(__u64 *)ethernet = 0x0002010000000002ULL;
	*((__u32 *)ethernet + 2) = 0x02000000;
	ethernet->h_proto = bpf_htons(ETH_P_IPV6);
	words = (__u32 *)header;
	words[0] = bpf_htonl(6U << 28);
	words[1] = bpf_htonl((FRAME_LENGTH - ETH_HLEN) << 16 | IPPROTO_IPV6 << 8 | 64);
	*(__u64 *)(words + 2) = bpf_cpu_to_be64(0x0100000000000000ULL);
	*(__u64 *)(words + 4) = bpf_cpu_to_be64(1);
	*(__u64 *)(words + 6) = bpf_cpu_to_be64(0xfd00000000000000ULL);
	*(__u64 *)(words + 8) = bpf_cpu_to_be64(1);
	return XDP_TX;
}

/* Live frames: sends the packet out of an interface, whose other end runs the target. */
SEC("xdp")
int generate(struct xdp_md *ctx)
{
	if (!restore(ctx, IPV4))
		return XDP_ABORTED;
	return bpf_redirect(bench.ifindex, 0);
}

/* Where the target's packets come back to. */
SEC("xdp")
int sink(struct xdp_md *ctx __attribute__((unused)))
{
	++bench.run;
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
