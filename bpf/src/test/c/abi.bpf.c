// SPDX-License-Identifier: GPL-2.0-only
/* Carries lib/abi.h in its BTF for AbiTest: every struct and enum, and the #defines as one more. */
#include "../../main/c/lib/abi.h"
#include "../../main/c/lib/probe.h"

enum constants {
	CONSTANT_ABI_VERSION = ABI_VERSION,
	CONSTANT_MAGLEV_TABLE_SIZE = MAGLEV_TABLE_SIZE,
	CONSTANT_MEMBER_VLAN_KNOWN = MEMBER_VLAN_KNOWN,
	CONSTANT_MEMBER_VLAN_ID = MEMBER_VLAN_ID,
	CONSTANT_STAND_INS = STAND_INS,
	CONSTANT_FLOW_SHORT_LIVED = FLOW_SHORT_LIVED,
	CONSTANT_FLOW_CONFIRMED = FLOW_CONFIRMED,
	CONSTANT_FLOW_SEEN_SHIFT = FLOW_SEEN_SHIFT,
	CONSTANT_FLOW_SEEN_MASK = FLOW_SEEN_MASK,
	CONSTANT_FLOW_MEMBER_SHIFT = FLOW_MEMBER_SHIFT,
	CONSTANT_FLOW_MEMBER_MASK = FLOW_MEMBER_MASK,
	CONSTANT_FLOW_TAG_SHIFT = FLOW_TAG_SHIFT,
	CONSTANT_FLOWS_PER_BUCKET = FLOWS_PER_BUCKET,
	CONSTANT_VIPS_PER_BUCKET = VIPS_PER_BUCKET,
	CONSTANT_VIP_BUCKETS = VIP_BUCKETS,
	CONSTANT_FOREIGN_BITS = FOREIGN_BITS,
	CONSTANT_FLOWS_PER_PAIR = FLOWS_PER_PAIR,
	CONSTANT_FRAGMENT_TICKS = FRAGMENT_TICKS,
	CONSTANT_FIRST_DROP_REASON = FIRST_DROP_REASON,
	CONSTANT_DROP_REASON_COUNT = DROP_REASON_COUNT,
	CONSTANT_PROBE_MARK = PROBE_MARK,
	CONSTANT_PROBE_ROUTES_MAX = PROBE_ROUTES_MAX,
};

const volatile struct {
	struct vip vip;
	struct vip_prefix_key vip_prefix_key;
	struct foreign foreign;
	struct member member;
	struct member_stats member_stats;
	struct vip_stats vip_stats;
	struct maglev_table *maglev_table;
	struct flow_bucket_pair flow_bucket_pair;
	struct quic_config quic_config;
	struct quic_server_key quic_server_key;
	struct source_route_key source_route_key;
	struct icmp_budget icmp_budget;
	struct settings settings;
	struct clock_reading clock_reading;
	enum vip_flags vip_flags;
	enum vip_table_flags vip_table_flags;
	enum quic_scheme quic_scheme;
	enum member_flags member_flags;
	enum member_state member_state;
	enum counter counter;
	struct mark_route mark_route;
	enum probe_counter probe_counter;
	enum constants constants;
} abi = {};

/* Too large for a constant. */
struct vip_table vip_table;
