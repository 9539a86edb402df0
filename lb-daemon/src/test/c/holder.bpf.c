// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds maps as the program of another version would. Every one is given to it: it has none of its
 * own, and does nothing with them.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define HELD(name)                                                                                 \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(max_entries, 1);                                                            \
		__type(key, __u32);                                                                \
		__type(value, __u64);                                                              \
	} name SEC(".maps")

HELD(vips);
HELD(vip_prefixes);
HELD(foreign);
HELD(members);
HELD(tables);
HELD(member_stats);
HELD(vip_stats);
HELD(counters);
HELD(fragments);
HELD(egress);
HELD(quic_configs);
HELD(quic_servers);
HELD(source_routes);
HELD(flows);
HELD(settings);

SEC("xdp") int hold(struct xdp_md *ctx)
{
	/* As long as the longest key. */
	__u64 key[8] = {};

	(void)ctx;
	bpf_map_lookup_elem(&vips, key);
	bpf_map_lookup_elem(&vip_prefixes, key);
	bpf_map_lookup_elem(&foreign, key);
	bpf_map_lookup_elem(&members, key);
	bpf_map_lookup_elem(&tables, key);
	bpf_map_lookup_elem(&member_stats, key);
	bpf_map_lookup_elem(&vip_stats, key);
	bpf_map_lookup_elem(&counters, key);
	bpf_map_lookup_elem(&fragments, key);
	bpf_map_lookup_elem(&egress, key);
	bpf_map_lookup_elem(&quic_configs, key);
	bpf_map_lookup_elem(&quic_servers, key);
	bpf_map_lookup_elem(&source_routes, key);
	bpf_map_lookup_elem(&flows, key);
	bpf_map_lookup_elem(&settings, key);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
