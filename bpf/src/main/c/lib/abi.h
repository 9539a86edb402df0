/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the program and the daemon both know: the shape of every map's value.
 * dev.thresher.bpf.layout holds the Java twin, and AbiTest compares the two through BTF.
 */
#ifndef THRESHER_ABI_H
#define THRESHER_ABI_H

#include <linux/types.h>

/*
 * Raised when a struct, an enum or the meaning of a field changes: a program does not use maps of
 * another version. By one, when a daemon can still read what it needs of them, so that it
 * carries flows, members, VIPs and counters over, there and back: fields that were there have their
 * places and meanings, and what is new stands at the end: of a struct, of the drop reasons, of the
 * counters. To the next hundred otherwise: then a daemon starts over.
 */
#define ABI_VERSION 100

/* Prime, as Maglev asks (NSDI'16, section 3.4); 2^16 + 1 makes the remainder two adds. */
#define MAGLEV_TABLE_SIZE 65537

/*
 * Slots that are tried in the place of one whose member is out of service. With half of the members
 * gone, one flow of 65,536 finds none.
 */
#define STAND_INS 16

/* One address type for both families; IPv4 is v4-mapped (RFC 4291, section 2.5.5.2). */
struct addr {
	union {
		__u8 bytes[16];
		__be32 words[4];
		__u64 halves[2];
	};
};
_Static_assert(sizeof(struct addr) == 16, "struct addr");

enum vip_flags {
	VIP_STATELESS = 1 << 0,		/* Maglev only, no connection table */
	VIP_QUIC = 1 << 1,		/* `quic_configs` has something to say */
	VIP_SOURCE_ROUTES = 1 << 2,	/* and so has `source_routes` */
	VIP_HASH_ADDRESS_ONLY = 1 << 3, /* the slot needs no ports: a later fragment has it too */
	/* Of an entry that stands for an address: has it VIPs of the protocol? */
	VIP_ADDRESS_TCP = 1 << 4,
	VIP_ADDRESS_UDP = 1 << 5,
};

/*
 * A VIP, and its key, the first 19 bytes. An address that has VIPs has one more entry, of port 0
 * and protocol 0: packets without ports ask for that. All zeroes: an empty place.
 */
struct vip {
	struct addr addr; /* network address where the VIP is a prefix */
	__be16 port;	  /* 0: any port */
	__u8 protocol;
	__u8 flags; /* enum vip_flags */
	__u32 id;   /* index into `tables`, `vip_stats` and `quic_configs` */
	/* What the slot's hash takes in: masks of (source port, destination port), and of each
	 * word of the source address. */
	__be32 hash_ports;
	__u32 hash_source; /* ~0 or 0 */
};
_Static_assert(sizeof(struct vip) == 32, "struct vip: two a cache line");

enum vip_table_flags {
	VIP_TABLE_ANY_PORT = 1 << 0, /* there are VIPs of port 0 */
	VIP_TABLE_PREFIXES = 1 << 1, /* `vip_prefixes` is not empty */
};

/*
 * All VIPs of one address each, a hash table without collisions: the daemon looks for a multiplier
 * that fills no bucket beyond its places. It is one map value, because then its lookup is
 * a constant index, and nothing of it calls a helper; and it is swapped as a whole.
 */
#define VIPS_PER_BUCKET	 4
#define VIP_BUCKET_SHIFT 50
#define VIP_BUCKETS	 (1 << (64 - VIP_BUCKET_SHIFT))
struct vip_bucket {
	struct vip vips[VIPS_PER_BUCKET];
};
struct vip_table {
	__u64 multiplier;
	__u32 flags; /* enum vip_table_flags */
	__u8 pad[116];
	struct vip_bucket buckets[VIP_BUCKETS];
};
_Static_assert(sizeof(struct vip_bucket) == 128, "struct vip_bucket is two cache lines");
_Static_assert(sizeof(struct vip_table) == 128 * (VIP_BUCKETS + 1), "struct vip_table");

/* VIPs that are prefixes: bits of protocol, port and address count, so 32 and those of the prefix.
 */
struct vip_prefix_key {
	__u32 prefixlen;
	__u8 protocol;
	__u8 pad;
	__be16 port;
	struct addr addr;
};
_Static_assert(sizeof(struct vip_prefix_key) == 24, "struct vip_prefix_key");

/*
 * Addresses that have no VIP, one bit for all addresses of one hash: spares packets for the host
 * itself, and for others, the search for a VIP. All bits clear: nothing is known.
 */
#define FOREIGN_BITS 65536
struct foreign {
	__u64 words[FOREIGN_BITS / 64];
};
_Static_assert(sizeof(struct foreign) == 8192, "struct foreign");

enum member_state {
	MEMBER_FREE = 0,
	MEMBER_UP = 1,
	MEMBER_DRAIN = 2, /* keeps its flows, gets no new ones */
	MEMBER_DOWN = 3,  /* its flows are picked again */
};

/* Neither GUE nor L2: IP in IP. */
enum member_flags {
	MEMBER_VIP_IPV6 = 1 << 0,
	MEMBER_REAL_IPV6 = 1 << 1,
	MEMBER_ANY_PORT = 1 << 2, /* the VIP has port 0 */
	MEMBER_PREFIX = 1 << 3,	  /* the VIP is a prefix */
	MEMBER_GUE = 1 << 4,	  /* GUE, to gue_port */
	MEMBER_L2 = 1 << 5,	  /* no outer header, only new Ethernet addresses */
	/* The VIP has QUIC or source routes: an entry of the connection table does not decide. */
	MEMBER_ROUTED = 1 << 6,
	MEMBER_TAGGED = 1 << 7, /* `vlan` has an id */
};

/* Of `vlan`; without it packets keep the tags that they came with. An id of 0: no tag. */
#define MEMBER_VLAN_KNOWN 0x1000
#define MEMBER_VLAN_ID	  0x0fff

/*
 * One real server in one VIP's pool. A packet of an established flow reads this line and no
 * other: whom the flow belongs to (a hash collision must not carry off other VIPs' traffic),
 * whether the member serves, and all of the outer header that is not a constant.
 * Id 0 is never used: an empty connection table entry names it.
 */
struct member {
	struct addr vip; /* network address where the VIP is a prefix */
	__be16 vip_port;
	__u8 protocol;
	__u8 state;	      /* enum member_state */
	__u16 flags;	      /* enum member_flags */
	__u8 vip_prefix_bits; /* of `vip` that count; 128: one address, of either family */
	__u8 egress;	      /* 0: out where it came in; else index into `egress` */
	struct addr real;
	__u8 next_hop[6]; /* destination MAC, then our own: in the order of the frame */
	__u8 source_mac[6];
	__u32 vip_id;
	__u16 outer_sum; /* folded one's complement sum of the outer IPv4 header's fixed words */
	__be16 gue_port;
	__u16 mtu;   /* largest IP packet on the way, outer headers included; 0: no limit known */
	__be16 vlan; /* of the segment that it leaves to: id and MEMBER_VLAN_KNOWN, or 0 */
};
_Static_assert(sizeof(struct member) == 64, "struct member is one cache line");

struct member_stats {
	__u64 packets;
	__u64 bytes; /* of the clients' IP packets, without any outer header */
	__u64 new_flows;
};
_Static_assert(sizeof(struct member_stats) == 24, "struct member_stats");

struct maglev_table {
	__u32 members[MAGLEV_TABLE_SIZE];
};

/*
 * A connection table entry is one u64, so that writing one takes one instruction and no lock:
 *
 *   63      34 33        14 13     2  1         0
 *   tag (30)   member (20)  seen (12) confirmed short-lived
 *
 * seen counts ticks of 2^tick_shift jiffies, about a second. Short-lived entries are UDP flows
 * and TCP flows that saw a FIN or RST; they expire by the UDP idle timeout.
 */
#define FLOW_SHORT_LIVED  (1ULL << 0)
#define FLOW_CONFIRMED	  (1ULL << 1)
#define FLOW_SEEN_SHIFT	  2
#define FLOW_SEEN_MASK	  0xfffULL
#define FLOW_MEMBER_SHIFT 14
#define FLOW_MEMBER_MASK  0xfffffULL
#define FLOW_TAG_SHIFT	  34

#define FLOWS_PER_BUCKET 8
#define FLOWS_PER_PAIR	 (2 * FLOWS_PER_BUCKET)

/*
 * A bucket is one cache line; a map value is two, a bucket and the neighbour that takes what
 * overflows from it.
 */
struct flow_bucket_pair {
	__u64 entries[FLOWS_PER_PAIR];
};
_Static_assert(sizeof(struct flow_bucket_pair) == 128, "struct flow_bucket_pair");

/*
 * Where the first fragment of a packet went, for those that follow it. An entry is one u64 like the
 * connection table's, of the hash of (source, destination, identification, protocol): confirmed
 * means taken, and member 0 that the packet was left to the kernel.
 */
#define FRAGMENT_PAIRS 1024
#define FRAGMENT_TICKS 30 /* that it lasts; Linux waits as long for the rest (ip_frag_time) */

/* Tells how a QUIC connection id names its server. */
enum quic_scheme {
	QUIC_NONE = 0,
	QUIC_LB = 1,	 /* draft-ietf-quic-load-balancers, plaintext */
	QUIC_KATRAN = 2, /* its connection id versions 1 to 3 */
};

#define QUIC_ROTATIONS 7 /* config ids of QUIC-LB; 7 says that there is none */
struct quic_config {
	__u8 scheme;			/* enum quic_scheme */
	__u8 id_length[QUIC_ROTATIONS]; /* bytes of a server id; 0: not in use */
};
_Static_assert(sizeof(struct quic_config) == 8, "struct quic_config");

struct quic_server_key {
	__u32 vip_id;
	__u8 version; /* config id of QUIC-LB; 0 for Katran's ids, the same in all its versions */
	__u8 length;  /* of the id, in bytes */
	__u8 pad[2];
	__u8 id[16]; /* zeroes behind its length */
};
_Static_assert(sizeof(struct quic_server_key) == 24, "struct quic_server_key");

/* Client prefixes with a real server of their own: 32 bits and those of the prefix count. */
struct source_route_key {
	__u32 prefixlen;
	__u32 vip_id;
	struct addr addr;
};
_Static_assert(sizeof(struct source_route_key) == 24, "struct source_route_key");

/* How many ICMP messages of its own a CPU may still send. */
struct icmp_budget {
	__u64 refilled; /* jiffies */
	__u64 tokens;
};
_Static_assert(sizeof(struct icmp_budget) == 16, "struct icmp_budget");

/*
 * Why a packet for a VIP is dropped: X(NAME, what it counts). Each dropped packet has one reason,
 * and is counted for its VIP too where that is known: a later fragment, which has no ports, is
 * known to be for a VIP of any port only.
 */
#define DROP_REASONS(X)                                                                            \
	X(DROP_NO_REAL, "the VIP has no real server to send to")                                   \
	X(DROP_NO_HEADROOM, "no room in front of the packet for the outer header")                 \
	X(DROP_FRAGMENT, "a later fragment for a VIP, and the first one was not seen")             \
	X(DROP_TOO_BIG, "too big for the way to the real server, and the client was not told")     \
	X(DROP_NO_EGRESS, "the interface that the real server is behind is not in the table")

/*
 * Global counters, one name in C, Java, metrics and documents: X(NAME, what it counts).
 * A packet that is sent on (tx) is counted at its member only; the daemon adds those up.
 */
#define COUNTERS(X)                                                                                \
	X(PASS, "packets left to the kernel: not for a VIP")                                       \
	DROP_REASONS(X)                                                                            \
	X(ABORTED, "the program contradicted itself: please report it")                            \
	X(ICMP_ECHO, "echo requests to a VIP that were answered")                                  \
	X(ICMP_ERROR, "ICMP errors about a flow, sent to its real server")                         \
	X(ICMP_TOO_BIG, "packets too big for the way to the real server: the client was told")     \
	X(FLOW_REPICKED, "a flow moved because its member went out of service")                    \
	X(FLOW_UNTRACKED, "packets of flows that found no room in the table")                      \
	X(FLOW_EVICTED_UNCONFIRMED, "an unconfirmed entry made room")                              \
	X(FLOW_EVICTED_IDLE, "an idle confirmed entry made room")                                  \
	X(ROUTE_UNKNOWN_ID, "packets whose QUIC connection id names no real server")               \
	X(ROUTE_DOWN, "packets went by their flow: the real server that they name is down")

enum counter {
#define X(name, text) COUNTER_##name,
	COUNTERS(X)
#undef X
		COUNTER_COUNT
};

/* Values of enum counter that are drop reasons begin with this one, and are so many. */
#define FIRST_DROP_REASON COUNTER_DROP_NO_REAL
enum {
#define X(name, text) +1
	DROP_REASON_COUNT = DROP_REASONS(X)
#undef X
};

struct vip_stats {
	__u64 dropped[DROP_REASON_COUNT]; /* by enum counter - FIRST_DROP_REASON */
};

enum setting_flags {
	SETTING_GUE_CHECKSUM = 1 << 0, /* GUE over IPv6 has a UDP checksum, not zero (RFC 6935) */
};

/* Constants of a loaded program, in .rodata. */
struct settings {
	__u32 abi_version; /* ABI_VERSION: tells a daemon whether it can use the maps that it finds
			    */
	__u32 maglev_seed; /* the same on every load balancer of a fleet */
	/* Secret of the connection table's hash; the multipliers are odd. */
	__u64 flow_seed[2];
	__u64 flow_multiplier[2];
	/* Outer source addresses in network byte order, and their bits of entropy. */
	__u64 source_ipv6[2];
	__u64 source_ipv6_entropy; /* of the low half */
	__be32 source_ipv4;
	__be32 source_ipv4_entropy;
	__u32 flow_pair_mask;	/* bucket pairs - 1; their number is a power of two */
	__u32 tick_shift;	/* a tick is 2^tick_shift jiffies */
	__u32 reclaim_ticks;	/* an entry not seen for longer is idle: it may make room */
	__u32 long_idle_ticks;	/* and for longer than this is expired: TCP flows */
	__u32 short_idle_ticks; /* UDP flows, and TCP flows that ended */
	__u32 flags;		/* enum setting_flags */
};
_Static_assert(sizeof(struct settings) == 96, "struct settings");

/* What the `clock` program answers. */
struct clock_reading {
	__u64 jiffies;
	__u64 boot_ns; /* CLOCK_BOOTTIME */
};

#endif
