/* SPDX-License-Identifier: GPL-2.0-only */
/* The one place where verdicts, drop reasons and events are counted. Per CPU, so no atomics. */
#ifndef THRESHER_STATS_H
#define THRESHER_STATS_H

#include "maps.h"

static __always_inline void count(enum counter counter)
{
	__u32 key = counter;
	__u64 *value = bpf_map_lookup_elem(&counters, &key);

	if (value)
		++*value;
}

static __always_inline int pass(void)
{
	count(COUNTER_PASS);
	return XDP_PASS;
}

static __always_inline int drop(enum counter reason)
{
	count(reason);
	return XDP_DROP;
}

static __always_inline int drop_of_vip(enum counter reason, __u32 vip_id)
{
	struct vip_stats *stats = bpf_map_lookup_elem(&vip_stats, &vip_id);
	const __u32 index = reason - FIRST_DROP_REASON;

	if (stats && index < DROP_REASON_COUNT)
		++stats->dropped[index];
	return drop(reason);
}

static __always_inline int aborted(void)
{
	count(COUNTER_ABORTED);
	return XDP_ABORTED;
}

static __always_inline void count_packet(const __u32 *member_id, __u32 bytes)
{
	struct member_stats *stats = bpf_map_lookup_elem(&member_stats, member_id);

	if (!stats)
		return;
	++stats->packets;
	stats->bytes += bytes;
}

static __always_inline void count_flow(__u32 member_id)
{
	struct member_stats *stats = bpf_map_lookup_elem(&member_stats, &member_id);

	if (stats)
		++stats->new_flows;
}

#endif
