/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fragments. Only the first one has ports: it goes by its flow, and where it went is remembered
 * for the others. Entries are like the connection table's, in a small table of their own; they
 * need not last longer than hosts wait for the rest of a packet.
 */
#ifndef THRESHER_FRAGMENT_H
#define THRESHER_FRAGMENT_H

#include "choose.h"
#include "parse_rare.h"

static __always_inline __u64 fragment_hash(const struct packet *packet,
					   const struct fragment *fragment)
{
	__u64 rest = (__u64)fragment->protocol << 32 | fragment->id;
	__u64 hash = settings.flow_seed[1];

	hash = fold(hash, packet->src.halves[0], settings.flow_multiplier[0]);
	hash = fold(hash, packet->src.halves[1], settings.flow_multiplier[1]);
	hash = fold(hash, packet->dst.halves[0], settings.flow_multiplier[0]);
	hash = fold(hash, packet->dst.halves[1], settings.flow_multiplier[1]);
	hash = fold(hash, rest ^ settings.flow_seed[0], settings.flow_multiplier[0]);
	return fold(hash, 0, settings.flow_multiplier[1]);
}

static __always_inline struct flow_bucket_pair *fragment_buckets(__u64 hash)
{
	__u32 index = hash / FLOWS_PER_PAIR & (FRAGMENT_PAIRS - 1);

	return bpf_map_lookup_elem(&fragments, &index);
}

static __always_inline bool fragment_lives(__u64 entry, __u32 now)
{
	return entry & FLOW_CONFIRMED && flow_age(entry, now) <= FRAGMENT_TICKS;
}

/* The living entry of the packet that the fragment is of, or 0. */
static __always_inline __u64 find_first(__u64 hash)
{
	struct flow_bucket_pair *pair = fragment_buckets(hash);
	__u32 now = tick_now();
	__u32 place;

	if (!pair)
		return 0;
	for (place = 0; place < FLOWS_PER_PAIR; place++) {
		__u64 entry = *(volatile __u64 *)&pair->entries[place];

		if ((entry ^ hash) >> FLOW_TAG_SHIFT == 0 && fragment_lives(entry, now))
			return entry;
	}
	return 0;
}

/*
 * Takes the place of an older fragment with the tag, wherever that is: there may be no second
 * entry. Else one that is free, or else the one that the hash names: whatever the packets that are
 * underway at once, the last ones are remembered.
 */
static __always_inline void remember_at(struct flow_bucket_pair *pair, __u64 hash, __u32 member_id)
{
	__u32 home = flow_home(hash);
	__u32 now = tick_now();
	__u32 distance, chosen = 0;
	__u64 entry;

	/* From afar, so that of the free places the nearest one is left. */
	for (distance = FLOWS_PER_PAIR; distance-- > 0;) {
		entry = *(volatile __u64 *)&pair->entries[flow_place(home, distance)];
		if ((entry ^ hash) >> FLOW_TAG_SHIFT == 0) {
			chosen = distance;
			break;
		}
		if (!fragment_lives(entry, now))
			chosen = distance;
	}
	entry = hash >> FLOW_TAG_SHIFT << FLOW_TAG_SHIFT;
	entry |= (__u64)member_id << FLOW_MEMBER_SHIFT;
	entry |= (__u64)now << FLOW_SEEN_SHIFT;
	*(volatile __u64 *)&pair->entries[flow_place(home, chosen)] = entry | FLOW_CONFIRMED;
}

/*
 * Remembers where the first fragment went: to a member or, 0, to the kernel. Packets to an address
 * without VIPs are none of our business, all fragments of theirs go to the kernel anyhow.
 */
static __always_inline void remember_first(const struct packet *packet,
					   const struct fragment *fragment, __u32 member_id)
{
	__u64 hash = fragment_hash(packet, fragment);
	struct flow_bucket_pair *pair = fragment_buckets(hash);

	if (pair && (member_id || vip_of_address(packet)))
		remember_at(pair, hash, member_id);
}

/*
 * The member of a packet whose ports are not known, if the VIP can do without them: the client has
 * a source route, or the slots need no ports. What a connection id names comes before both, and
 * that is in the first fragment. Answers 0 and a verdict if there is none.
 */
static __always_inline __u32 member_without_ports(struct xdp_md *ctx, const struct packet *packet,
						  const struct vip *vip, struct choice *choice)
{
	__u32 member_id = 0;

	if (vip->flags & VIP_SOURCE_ROUTES && !(vip->flags & VIP_QUIC))
		member_id =
			named_member(ctx, vip->id, packet->src.halves[0], packet->src.halves[1], 0);
	if (member_id)
		return member_id;
	if (vip->flags & VIP_QUIC || !(vip->flags & VIP_HASH_ADDRESS_ONLY)) {
		choice->verdict = drop_of_vip(COUNTER_DROP_FRAGMENT, vip->id);
		return 0;
	}
	member_id = pick_member(vip, packet);
	if (!member_id)
		choice->verdict = drop_of_vip(COUNTER_DROP_NO_REAL, vip->id);
	return member_id;
}

/*
 * Nothing is known of the first fragment. A VIP of any port may have a member for it nevertheless;
 * otherwise, where the address has VIPs of the protocol, the fragment may be for one of them: the
 * kernel must not answer for it.
 */
static __always_inline const struct member *choose_without_first(struct xdp_md *ctx,
								 const struct packet *packet,
								 const struct vip *address,
								 struct choice *choice)
{
	const __u8 has_vips = packet->protocol == IPPROTO_TCP	? VIP_ADDRESS_TCP
			      : packet->protocol == IPPROTO_UDP ? VIP_ADDRESS_UDP
								: 0;
	const struct member *member;
	const struct vip *vip;

	if (!(address->flags & has_vips)) {
		choice->verdict = pass();
		return 0;
	}
	vip = vip_of(packet);
	if (!vip) {
		choice->verdict = drop(COUNTER_DROP_FRAGMENT);
		return 0;
	}
	choice->member_id = member_without_ports(ctx, packet, vip, choice);
	if (!choice->member_id)
		return 0;
	member = member_of(choice->member_id);
	if (!member)
		choice->verdict = aborted();
	return member;
}

/* The member for a fragment without ports; NULL when choice->verdict is all that there is. */
static __always_inline const struct member *choose_for_later(struct xdp_md *ctx,
							     const struct packet *packet,
							     const struct fragment *fragment,
							     struct choice *choice)
{
	const struct vip *address = vip_of_address(packet);
	const struct member *member;
	__u64 entry;

	if (!address) {
		choice->verdict = pass();
		return 0;
	}
	choice->hash = flow_hash(packet);
	entry = find_first(fragment_hash(packet, fragment));
	if (!entry)
		return choose_without_first(ctx, packet, address, choice);
	choice->member_id = flow_member(entry);
	if (!choice->member_id) {
		choice->verdict = pass();
		return 0;
	}
	member = member_of(choice->member_id);
	/* Freed since, or the tag is another packet's by chance. */
	if (!member || member->state == MEMBER_FREE || !has_address(member, &packet->dst))
		return choose_without_first(ctx, packet, address, choice);
	return member;
}

#endif
