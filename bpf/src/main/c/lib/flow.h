/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The connection table. A flow lives in the bucket that its hash names or in that bucket's
 * neighbour (index ^ 1, the adjacent cache line). Every change is one 8-byte compare-and-exchange:
 * of CPUs that race for an entry one wins, and what the others wanted waits for the next packet.
 */
#ifndef THRESHER_FLOW_H
#define THRESHER_FLOW_H

#include "hash.h"
#include "maps.h"
#include "stats.h"

/* Why a living entry may make room for a new flow, better reason higher; below, age and place. */
#define ROOM_IDLE	 (1U << 16)
#define ROOM_UNCONFIRMED (1U << 17)
#define ROOM_AGE_SHIFT	 4
_Static_assert(FLOWS_PER_PAIR == 1 << ROOM_AGE_SHIFT, "a place fits below the age");
_Static_assert(ROOM_IDLE > FLOW_SEEN_MASK << ROOM_AGE_SHIFT, "an age fits below the reasons");

static __always_inline __u32 tick_now(void)
{
	return bpf_jiffies64() >> settings.tick_shift & FLOW_SEEN_MASK;
}

static __always_inline __u32 flow_member(__u64 entry)
{
	return entry >> FLOW_MEMBER_SHIFT & FLOW_MEMBER_MASK;
}

static __always_inline struct flow_bucket_pair *flow_buckets(__u64 hash)
{
	__u32 index = hash / FLOWS_PER_PAIR & settings.flow_pair_mask;

	return bpf_map_lookup_elem(&flows, &index);
}

/* The place that the hash names in its pair: the first to be searched and the first to be taken. */
static __always_inline __u32 flow_home(__u64 hash)
{
	return hash & (FLOWS_PER_PAIR - 1);
}

/* Compares upper halves: half as wide, and no constant that takes a register. */
static __always_inline bool has_tag(const __u64 *entry, __u64 hash)
{
	__u32 upper = ((const __u32 *)entry)[__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__];

	return (upper ^ (__u32)(hash >> 32)) >> (FLOW_TAG_SHIFT - 32) == 0;
}

/* An entry with a flow's tag, as it was when it was read, and its place. */
struct flow_found {
	__u64 *slot; /* NULL: there is none */
	__u64 entry;
};

/*
 * The entry with the flow's tag. Whether it is the flow's is for the member to say.
 *
 * The place that the hash names comes first, because where a search ends is a branch: while the
 * table is not crowded it ends there, and a wrong guess throws away what the processor did ahead
 * while the line came from memory. Then the rest of its bucket, then the neighbour.
 *
 * The place goes through the hash and back, which the compiler and the verifier do not see
 * through: so the verifier walks the rest of the program once and not once a place.
 *
 * Another processor may replace the entry between the search and the reading of it. What was read
 * is compared again, and nothing reads it a second time.
 */
static __always_inline struct flow_found flow_find(__u64 hash)
{
	struct flow_bucket_pair *pair = flow_buckets(hash);
	struct flow_found found = {};
	__u32 place = flow_home(hash);
	__u32 bucket = place & FLOWS_PER_BUCKET;
	__u64 *entries;
	__u32 i;

	if (!pair)
		return found;
	if (has_tag(&pair->entries[place], hash))
		goto found;
	entries = &pair->entries[bucket];
#pragma unroll
	for (i = 0; i < FLOWS_PER_BUCKET; i++) {
		place = bucket + i;
		if (has_tag(&entries[i], hash))
			goto found;
	}
	bucket ^= FLOWS_PER_BUCKET;
	entries = &pair->entries[bucket];
#pragma unroll
	for (i = 0; i < FLOWS_PER_BUCKET; i++) {
		place = bucket + i;
		if (has_tag(&entries[i], hash))
			goto found;
	}
	return found;
found:
	place ^= (__u32)hash;
	asm volatile("" : "+r"(place));
	entries = &pair->entries[(place ^ (__u32)hash) & (FLOWS_PER_PAIR - 1)];
	found.entry = *(volatile __u64 *)entries;
	if ((found.entry ^ hash) >> FLOW_TAG_SHIFT == 0)
		found.slot = entries;
	return found;
}

/*
 * All writes are this one: unless somebody else has written there meanwhile. So a packet that took
 * long undoes neither what a later packet of its flow recorded, nor what the daemon purged, nor
 * another flow's entry. It is a locked instruction, but one a tick and flow, or at a flow's begin.
 */
static __always_inline bool flow_swap(__u64 *slot, __u64 before, __u64 after)
{
	return __sync_val_compare_and_swap(slot, before, after) == before;
}

/* The entry, seen now. */
static __always_inline __u64 flow_seen_now(__u64 entry)
{
	return (entry & ~(FLOW_SEEN_MASK << FLOW_SEEN_SHIFT)) | (__u64)tick_now()
									<< FLOW_SEEN_SHIFT;
}

/* Most packets see their flow in the tick in which the one before saw it, and store nothing. */
static __always_inline void flow_update(__u64 *slot, __u64 entry, __u64 next)
{
	if (next != entry)
		flow_swap(slot, entry, next);
}

/*
 * A packet of a known flow: confirms it, or with FIN or RST shortens its life. A TCP flow that goes
 * on after an RST never had it from its own client: it gets back what that took.
 */
static __always_inline void flow_touch(__u64 *slot, __u64 entry, const struct packet *packet)
{
	__u64 next = flow_seen_now(entry);

	if (!(packet->tcp_flags & (TCP_FIN | TCP_SYN | TCP_RST))) {
		if (packet->protocol == IPPROTO_TCP && !(entry & FLOW_CONFIRMED))
			next &= ~FLOW_SHORT_LIVED;
		next |= FLOW_CONFIRMED;
	} else if (packet->tcp_flags & TCP_RST) {
		next = (next | FLOW_SHORT_LIVED) & ~FLOW_CONFIRMED;
	} else if (packet->tcp_flags & TCP_FIN) {
		next |= FLOW_SHORT_LIVED;
	}
	flow_update(slot, entry, next);
}

static __always_inline __u64 flow_entry(__u64 hash, __u32 member_id, const struct packet *packet)
{
	__u64 entry = hash >> FLOW_TAG_SHIFT << FLOW_TAG_SHIFT;

	entry |= (__u64)member_id << FLOW_MEMBER_SHIFT;
	entry |= (__u64)tick_now() << FLOW_SEEN_SHIFT;
	if (packet->protocol == IPPROTO_UDP)
		entry |= FLOW_SHORT_LIVED;
	return entry;
}

static __always_inline __u32 flow_seen(__u64 entry)
{
	return entry >> FLOW_SEEN_SHIFT & FLOW_SEEN_MASK;
}

static __always_inline __u32 flow_age(__u64 entry, __u32 now)
{
	return (now - (entry >> FLOW_SEEN_SHIFT)) & FLOW_SEEN_MASK;
}

/* One branch: which timeout an entry has is hard to guess, for a processor too. */
static __always_inline bool flow_is_free(__u64 entry, __u32 now)
{
	__u32 long_lived = ~entry & FLOW_SHORT_LIVED;
	__u32 timeout;

	asm volatile("" : "+r"(long_lived));
	timeout = settings.short_idle_ticks +
		  long_lived * (settings.long_idle_ticks - settings.short_idle_ticks);
	return !entry || flow_age(entry, now) > timeout;
}

/* Without a branch: sixteen of these in a row are one path to the verifier, not 3^16. */
static __always_inline __u32 flow_room(__u64 entry, __u32 now)
{
	__u32 age = flow_age(entry, now);
	__u32 idle = (settings.reclaim_ticks - age) >> 31;

	return (~entry & FLOW_CONFIRMED) * (ROOM_UNCONFIRMED / FLOW_CONFIRMED) | idle * ROOM_IDLE |
	       age << ROOM_AGE_SHIFT;
}

static __always_inline __u32 larger(__u32 a, __u32 b)
{
	__u32 difference = b - a;
	__s32 negative = (__s32)difference >> 31;

	/* The compiler would see the comparison behind this and branch after all. */
	asm volatile("" : "+r"(negative));
	return a + (difference & ~negative);
}

/* Puts the entry in place of one that is not free, unless that is fresh and confirmed. */
static __always_inline bool flow_evict(__u64 *slot, __u64 before, __u64 entry)
{
	__u32 room = flow_room(before, flow_seen(entry));

	if (room < ROOM_IDLE) {
		count(COUNTER_FLOW_UNTRACKED);
		return false;
	}
	count(room < ROOM_UNCONFIRMED ? COUNTER_FLOW_EVICTED_IDLE
				      : COUNTER_FLOW_EVICTED_UNCONFIRMED);
	return flow_swap(slot, before, entry);
}

/* In the order of the distance from home. Verifiers before 6.6 do not bound an exclusive or. */
static __always_inline __u32 flow_place(__u32 home, __u32 distance)
{
	__u32 place = home ^ distance;

	asm volatile("" : "+r"(place));
	return place & (FLOWS_PER_PAIR - 1);
}

/*
 * Records a flow that has no entry yet: in a free place, else in place of the oldest unconfirmed
 * entry, else of the oldest idle one. A fresh confirmed entry stays: then the flow goes untracked.
 * Answers whether it is recorded.
 */
static __always_inline bool flow_insert(__u64 hash, __u64 entry)
{
	struct flow_bucket_pair *pair = flow_buckets(hash);
	__u32 home = flow_home(hash);
	__u32 now = flow_seen(entry);
	__u32 place, room = 0;
	__u64 *slot, there;

	if (!pair)
		return false;
	for (place = 0; place < FLOWS_PER_PAIR; place++) {
		slot = &pair->entries[flow_place(home, place)];
		there = *(volatile __u64 *)slot;
		if (flow_is_free(there, now))
			return flow_swap(slot, there, entry);
	}
	for (place = 0; place < FLOWS_PER_PAIR; place++)
		room = larger(room, flow_room(pair->entries[place], now) | place);
	slot = &pair->entries[room & (FLOWS_PER_PAIR - 1)];
	return flow_evict(slot, *(volatile __u64 *)slot, entry);
}

#endif
