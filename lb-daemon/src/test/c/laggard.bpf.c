// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet that is long underway: it reads its flow's entry, and a while later, seen just now,
 * writes it back. So does the load balancer's program within nanoseconds, unless its processor is
 * held up.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

struct laggard {
	__u32 place;
	__u32 has_read;
	__u32 may_go_on;
};

struct laggard laggard;

struct pair {
	__u64 entries[16];
};

/* The load balancer's. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pair);
} flows SEC(".maps");

/* Some ten seconds at the most, in case that nobody lets it go on. */
#define ROUNDS 1024
#define LOOPS  (1 << 23)

static long may_go_on(__u32 index __attribute__((unused)), void *nothing __attribute__((unused)))
{
	return *(volatile __u32 *)&laggard.may_go_on != 0;
}

static long wait(__u32 index, void *nothing)
{
	bpf_loop(LOOPS, may_go_on, 0, 0);
	return may_go_on(index, nothing);
}

SEC("xdp")
int lag(struct xdp_md *ctx __attribute__((unused)))
{
	__u32 index = laggard.place / 16;
	struct pair *pair = bpf_map_lookup_elem(&flows, &index);
	volatile __u64 *slot;
	__u64 entry;

	if (!pair)
		return XDP_ABORTED;
	slot = &pair->entries[laggard.place % 16];
	entry = *slot;
	*(volatile __u32 *)&laggard.has_read = 1;
	bpf_loop(ROUNDS, wait, 0, 0);
	*slot = entry;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
