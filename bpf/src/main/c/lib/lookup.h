/* SPDX-License-Identifier: GPL-2.0-only */
/* From a packet to its VIP, and from the VIP to a member. Blind to the address family. */
#ifndef THRESHER_LOOKUP_H
#define THRESHER_LOOKUP_H

#include "hash.h"
#include "maps.h"

/* Java twin: ForeignAddresses. */
static __always_inline __u32 foreign_bit(const struct addr *addr)
{
	return (addr->halves[0] ^ addr->halves[1]) * 0x9e3779b97f4a7c15ULL >> 48;
}

/* Does certainly no VIP have the address? */
static __always_inline bool is_foreign(const struct addr *addr)
{
	__u32 zero = 0;
	struct foreign *foreign_addresses = bpf_map_lookup_elem(&foreign, &zero);
	__u32 bit = foreign_bit(addr);

	return foreign_addresses && foreign_addresses->words[bit / 64] >> bit % 64 & 1;
}

static __always_inline struct vip *vip_of(const struct packet *packet)
{
	struct vip_key key = {
		.addr = packet->dst,
		.port = packet->port[1],
		.protocol = packet->protocol,
	};
	struct vip *vip;

	/* On the wire a v4-mapped address is nobody's (RFC 4291 has it for sockets only). */
	if (packet->ipv6 && addr_is_ipv4(&packet->dst))
		return 0;
	if (is_foreign(&packet->dst))
		return 0;
	vip = bpf_map_lookup_elem(&vips, &key);
	if (vip)
		return vip;
	key.port = 0;
	return bpf_map_lookup_elem(&vips, &key);
}

/* The member that Maglev gives the packet, or 0. */
static __always_inline __u32 pick_member(__u32 vip_id, const struct packet *packet)
{
	__u32 slot = slot_of(slot_hash(packet));
	struct maglev_table *table;
	__u32 zero = 0;
	void *inner = bpf_map_lookup_elem(&tables, &vip_id);

	if (!inner)
		return 0;
	table = bpf_map_lookup_elem(inner, &zero);
	/* slot is in range by construction; the compiler must not tell the verifier less. */
	asm volatile("" : "+r"(slot));
	if (!table || slot >= MAGLEV_TABLE_SIZE)
		return 0;
	return table->members[slot];
}

/* Is the packet for the VIP that the member belongs to? */
static __always_inline bool is_for(const struct packet *packet, const struct member *member)
{
	return addr_equal(&packet->dst, &member->vip) && packet->protocol == member->protocol &&
	       (packet->port[1] == member->vip_port || member->flags & MEMBER_ANY_PORT);
}

#endif
