// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters as another version may have them: one more field for each member, one more reason to
 * drop packets, and one more counter. The program is nobody's: maps come with one.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "../../../../bpf/src/main/c/lib/abi.h"

struct wider_member_stats {
	struct member_stats known;
	__u64 more;
};

struct wider_vip_stats {
	struct vip_stats known;
	__u64 more;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wider_member_stats);
} member_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wider_vip_stats);
} vip_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTER_COUNT + 2);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

SEC("xdp") int pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
