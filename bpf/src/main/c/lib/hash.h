/* SPDX-License-Identifier: GPL-2.0-only */
/* The two hashes of a flow. Java twins: FlowHash and Jhash in dev.thresher.hashing. */
#ifndef THRESHER_HASH_H
#define THRESHER_HASH_H

#include "parse.h"
#include "settings.h"

static __always_inline __u64 fold(__u64 hash, __u64 word, __u64 multiplier)
{
	hash = (hash ^ word) * multiplier;
	return hash ^ hash >> 32;
}

/*
 * Of the 5-tuple, 64 bits, for the connection table. Multiply and fold with secret odd
 * multipliers: three of them for IPv4. It has to keep strangers from filling one bucket on
 * purpose, not to be a MAC.
 */
static __always_inline __u64 flow_hash(const struct packet *packet)
{
	__u64 ports = (__u64)packet->protocol << 32 | packet->ports;
	__u64 hash = settings.flow_seed[0];

	if (packet->ipv6) {
		hash = fold(hash, packet->src.halves[0], settings.flow_multiplier[0]);
		hash = fold(hash, packet->src.halves[1], settings.flow_multiplier[1]);
		hash = fold(hash, packet->dst.halves[0], settings.flow_multiplier[0]);
		hash = fold(hash, packet->dst.halves[1], settings.flow_multiplier[1]);
	} else {
		hash = fold(hash, (__u64)packet->src.words[3] << 32 | packet->dst.words[3],
			    settings.flow_multiplier[0]);
	}
	hash = fold(hash, ports ^ settings.flow_seed[1], settings.flow_multiplier[1]);
	return fold(hash, 0, settings.flow_multiplier[0]);
}

/* Bob Jenkins' lookup3 (public domain, 2006), as the kernel's jhash2 applies it to 32-bit words. */
#define JHASH_INIT 0xdeadbeef

static __always_inline __u32 rotate_left(__u32 word, __u32 by)
{
	return word << by | word >> (32 - by);
}

static __always_inline void jhash_mix(__u32 *a, __u32 *b, __u32 *c)
{
	*a = (*a - *c) ^ rotate_left(*c, 4);
	*c += *b;
	*b = (*b - *a) ^ rotate_left(*a, 6);
	*a += *c;
	*c = (*c - *b) ^ rotate_left(*b, 8);
	*b += *a;
	*a = (*a - *c) ^ rotate_left(*c, 16);
	*c += *b;
	*b = (*b - *a) ^ rotate_left(*a, 19);
	*a += *c;
	*c = (*c - *b) ^ rotate_left(*b, 4);
	*b += *a;
}

static __always_inline __u32 jhash_final(__u32 a, __u32 b, __u32 c)
{
	c = (c ^ b) - rotate_left(b, 14);
	a = (a ^ c) - rotate_left(c, 11);
	b = (b ^ a) - rotate_left(a, 25);
	c = (c ^ b) - rotate_left(b, 16);
	a = (a ^ c) - rotate_left(c, 4);
	b = (b ^ a) - rotate_left(a, 14);
	return (c ^ b) - rotate_left(b, 24);
}

/*
 * Of source address and ports, for the Maglev slot; the masks are the VIP's and leave out what
 * shall not count. The same on every load balancer of a fleet: jhash2({source words, ports}), words
 * as they lie in the packet, read in the machine's order.
 */
static __always_inline __u32 slot_hash(const struct packet *packet, __be32 ports_mask,
				       __u32 source_mask)
{
	const __u32 words = packet->ipv6 ? 5 : 2;
	__u32 a, b, c;

	a = b = c = JHASH_INIT + (words << 2) + settings.maglev_seed;
	if (packet->ipv6) {
		a += packet->src.words[0] & source_mask;
		b += packet->src.words[1] & source_mask;
		c += packet->src.words[2] & source_mask;
		jhash_mix(&a, &b, &c);
	}
	a += packet->src.words[3] & source_mask;
	b += packet->ports & ports_mask;
	return jhash_final(a, b, c);
}

/* hash mod 2^16 + 1, without a division: 2^16 is -1 there. */
static __always_inline __u32 slot_of(__u32 hash)
{
	__s32 slot = (__s32)(hash & 0xffff) - (__s32)(hash >> 16);

	return slot < 0 ? slot + MAGLEV_TABLE_SIZE : slot;
}

#endif
