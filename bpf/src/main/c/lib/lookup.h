/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a packet to its VIP, and from the VIP to a member. Blind to the address family.
 * Java twins: VipTable and ForeignAddresses in dev.thresher.bpf.layout.
 */
#ifndef THRESHER_LOOKUP_H
#define THRESHER_LOOKUP_H

#include "hash.h"
#include "maps.h"

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

static __always_inline const struct vip_table *vip_table(void)
{
	__u32 zero = 0;
	void *inner = bpf_map_lookup_elem(&vips, &zero);

	return inner ? bpf_map_lookup_elem(inner, &zero) : 0;
}

/* Port and protocol as they lie in a struct vip, in the lower three bytes. */
static __always_inline __u32 vip_service(__be16 port, __u8 protocol)
{
	return (__u32)protocol << 16 | port;
}

static __always_inline __u32 vip_bucket_of(const struct addr *addr, __u32 service, __u64 multiplier)
{
	__u64 hash = fold(0, addr->halves[0], multiplier);

	return ((hash ^ addr->halves[1] ^ service) * multiplier) >> VIP_BUCKET_SHIFT;
}

static __always_inline bool vip_is(const struct vip *vip, const struct addr *addr, __u32 service)
{
	__u32 difference = (*(const __u32 *)&vip->port ^ service) << 8; /* without the flags */

	return ((vip->addr.halves[0] ^ addr->halves[0]) | (vip->addr.halves[1] ^ addr->halves[1]) |
		difference) == 0;
}

/*
 * The entry with that key, or NULL. Its place is hidden from the verifier, which then walks the
 * rest of the program once and not once a place.
 */
static __always_inline const struct vip *vip_exact(const struct vip_table *table,
						   const struct addr *addr, __u32 service)
{
	const struct vip *places =
		table->buckets[vip_bucket_of(addr, service, table->multiplier)].vips;
	__u32 place;

#pragma unroll
	for (place = 0; place < VIPS_PER_BUCKET; place++) {
		if (vip_is(&places[place], addr, service))
			goto found;
	}
	return 0;
found:
	asm volatile("" : "+r"(place));
	return &places[place & (VIPS_PER_BUCKET - 1)];
}

/*
 * Here and below an address is passed in halves: a packet that something points into could not live
 * in registers.
 */
static __noinline const struct vip *vip_of_prefix(__u64 high, __u64 low, __be16 port, __u8 protocol)
{
	struct vip_prefix_key key = {
		.prefixlen = 8 * (sizeof(key) - sizeof(key.prefixlen)),
		.protocol = protocol,
		.port = port,
		.addr = { .halves = { high, low } },
	};

	return bpf_map_lookup_elem(&vip_prefixes, &key);
}

/* The VIP of the longest prefix that has the address, or NULL. */
static __always_inline const struct vip *vip_prefix(const struct addr *addr, __be16 port,
						    __u8 protocol)
{
	return vip_of_prefix(addr->halves[0], addr->halves[1], port, protocol);
}

/* The VIP that a packet is for, or NULL. Its own port goes before any port, an address before a
 * prefix. */
static __always_inline const struct vip *vip_of(const struct packet *packet)
{
	const struct vip_table *table;
	const struct vip *vip;

	/* On the wire a v4-mapped address is nobody's (RFC 4291 has it for sockets only). */
	if (packet->ipv6 && addr_is_ipv4(&packet->dst))
		return 0;
	if (is_foreign(&packet->dst))
		return 0;
	table = vip_table();
	if (!table)
		return 0;
	vip = vip_exact(table, &packet->dst, vip_service(packet->port[1], packet->protocol));
	if (vip)
		return vip;
	if (table->flags & VIP_TABLE_PREFIXES) {
		vip = vip_prefix(&packet->dst, packet->port[1], packet->protocol);
		if (vip)
			return vip;
	}
	if (table->flags & VIP_TABLE_ANY_PORT) {
		vip = vip_exact(table, &packet->dst, vip_service(0, packet->protocol));
		if (vip)
			return vip;
		if (table->flags & VIP_TABLE_PREFIXES)
			return vip_prefix(&packet->dst, 0, packet->protocol);
	}
	return 0;
}

/* The entry of the destination itself, or of its prefix, if it has VIPs; else NULL. */
static __always_inline const struct vip *vip_of_address(const struct packet *packet)
{
	struct packet address = *packet;
	const struct vip *vip;

	address.ports = 0;
	address.protocol = 0;
	vip = vip_of(&address);
	/* An empty place looks like the address :: */
	return vip && vip->flags & (VIP_ADDRESS_TCP | VIP_ADDRESS_UDP) ? vip : 0;
}

/* By value: what a helper points to could not live in a register. */
static __always_inline const struct member *member_of(__u32 member_id)
{
	return bpf_map_lookup_elem(&members, &member_id);
}

static __always_inline const struct maglev_table *table_of(__u32 vip_id)
{
	__u32 zero = 0;
	void *inner = bpf_map_lookup_elem(&tables, &vip_id);

	return inner ? bpf_map_lookup_elem(inner, &zero) : 0;
}

static __always_inline __u32 member_at(const struct maglev_table *table, __u32 slot)
{
	/* slot is in range by construction; the compiler must not tell the verifier less. */
	asm volatile("" : "+r"(slot));
	return slot < MAGLEV_TABLE_SIZE ? table->members[slot] : 0;
}

/* One that is in a table all the same: until that is rebuilt. */
static __always_inline bool is_out_of_service(__u32 member_id)
{
	const struct member *member = member_of(member_id);

	return member && member->state != MEMBER_UP;
}

static __always_inline bool is_drained(__u32 member_id)
{
	const struct member *member = member_of(member_id);

	return member && member->state == MEMBER_DRAIN;
}

/*
 * A table is rebuilt a moment after a member went out of service, and many tables take a while.
 * Until then the slots behind the member's own stand in for it: whose they are is as good as
 * random. A global function, which the verifier walks once. Answers 0 if all of them are out of
 * service.
 */
__noinline __u32 stand_in(__u32 vip_id, __u32 slot)
{
	const struct maglev_table *table = table_of(vip_id);
	__u32 i, member_id;

	if (!table)
		return 0;
#pragma unroll
	for (i = 0; i < STAND_INS; i++) {
		slot = slot + 1 < MAGLEV_TABLE_SIZE ? slot + 1 : 0;
		member_id = member_at(table, slot);
		if (!is_out_of_service(member_id))
			return member_id;
	}
	return 0;
}

/* The member that Maglev gives the packet, or 0. Java twin: Explainer. */
static __always_inline __u32 pick_member(const struct vip *vip, const struct packet *packet)
{
	__u32 slot = slot_of(slot_hash(packet, vip->hash_ports, vip->hash_source));
	const struct maglev_table *table = table_of(vip->id);
	__u32 member_id = table ? member_at(table, slot) : 0;

	if (is_out_of_service(member_id)) {
		__u32 other = stand_in(vip->id, slot);

		/* Perhaps there is nobody else yet, as when a fallback pool gives its VIP back. */
		return other || !is_drained(member_id) ? other : member_id;
	}
	return member_id;
}

/* Are the first `bits` of two addresses the same? The arguments are their differing bits. */
__noinline int same_prefix(__u64 high, __u64 low, __u32 bits)
{
	high = bpf_be64_to_cpu(high);
	low = bpf_be64_to_cpu(low);
	if (bits <= 64)
		return bits == 0 || high >> (64 - bits) == 0;
	return high == 0 && (bits >= 128 ? low : low >> (128 - bits)) == 0;
}

static __always_inline bool has_address(const struct member *member, const struct addr *addr)
{
	return addr_equal(addr, &member->vip) ||
	       (member->flags & MEMBER_PREFIX &&
		same_prefix(addr->halves[0] ^ member->vip.halves[0],
			    addr->halves[1] ^ member->vip.halves[1], member->vip_prefix_bits));
}

/* Is the packet for the VIP that the member belongs to? */
static __always_inline bool is_for(const struct packet *packet, const struct member *member)
{
	return has_address(member, &packet->dst) && packet->protocol == member->protocol &&
	       (packet->port[1] == member->vip_port || member->flags & MEMBER_ANY_PORT);
}

#endif
