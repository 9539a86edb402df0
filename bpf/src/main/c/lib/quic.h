/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QUIC packets whose destination connection id names their server: so a connection stays where it
 * is when its client's address changes. The layouts are those of draft-ietf-quic-load-balancers
 * (QUIC-LB, the plaintext algorithm) and of mvfst's connection ids, which Katran reads.
 */
#ifndef THRESHER_QUIC_H
#define THRESHER_QUIC_H

#include "maps.h"
#include "parse.h"
#include "stats.h"

#define QUIC_LONG_HEADER     0x80
#define QUIC_TYPE_SHIFT	     4
#define QUIC_TYPE_MASK	     3
#define QUIC_VERSION_2	     0x6b3343cf /* its packet types are one higher (RFC 9369, section 3.2) */
#define QUIC_LONGEST_CID     20
#define QUIC_ROTATION_SHIFT  5
#define KATRAN_VERSION_SHIFT 6
#define KATRAN_SHORTEST_CID  8

/* Types of long headers in version 1 (RFC 9000, section 17.2); 2 and 3 are Handshake and Retry. */
enum quic_type {
	QUIC_INITIAL = 0,
	QUIC_0RTT = 1,
};

/* What all versions have in common (RFC 8999, section 5.1). The connection id follows. */
struct quic_long_header {
	__u8 first;
	__be32 version;
	__u8 cid_length;
} __attribute__((packed));

/* A destination connection id: where it is in the packet, and how long it may be. */
struct quic_cid {
	__u32 offset;
	__u32 length;
};

/*
 * Finds the connection id, unless the client made it up: those of Initial and 0-RTT packets name
 * nobody, and the flow decides. Answers whether there is one to look at; *strange, whether the
 * packet is too short for QUIC. at: offset of the UDP payload.
 */
static __always_inline bool quic_find_cid(struct xdp_md *ctx, __u32 at, struct quic_cid *cid,
					  bool *strange)
{
	struct quic_long_header header;
	__u32 type;

	*strange = true;
	if (bpf_xdp_load_bytes(ctx, at, &header, sizeof(header.first)))
		return false;
	if (!(header.first & QUIC_LONG_HEADER)) {
		/* A short header does not say how long its connection id is. */
		cid->offset = at + sizeof(header.first);
		cid->length = QUIC_LONGEST_CID;
		return true;
	}
	if (bpf_xdp_load_bytes(ctx, at, &header, sizeof(header)))
		return false;
	*strange = false;
	type = header.first >> QUIC_TYPE_SHIFT;
	if (header.version == bpf_htonl(QUIC_VERSION_2))
		type--;
	type &= QUIC_TYPE_MASK;
	cid->offset = at + sizeof(header);
	cid->length = header.cid_length;
	return type != QUIC_INITIAL && type != QUIC_0RTT;
}

/* The server id is what follows the first byte; that byte tells how long it is. */
static __always_inline bool quic_lb_id(struct xdp_md *ctx, const struct quic_cid *cid,
				       const struct quic_config *config,
				       struct quic_server_key *key)
{
	__u32 rotation, length, rest;
	__u8 first;

	if (bpf_xdp_load_bytes(ctx, cid->offset, &first, sizeof(first)))
		return false;
	rotation = first >> QUIC_ROTATION_SHIFT;
	/* Else the compiler asks whether it is 7, from which older verifiers learn nothing. */
	asm volatile("" : "+r"(rotation));
	if (rotation >= QUIC_ROTATIONS)
		return false;
	length = config->id_length[rotation];
	if (length == 0 || length >= sizeof(key->id) || length >= cid->length)
		return false;
	key->version = rotation;
	key->length = length;
	/* In words that every verifier understands: 1 to 16 bytes. */
	rest = length - 1;
	asm volatile("" : "+r"(rest));
	return !bpf_xdp_load_bytes(ctx, cid->offset + sizeof(first), key->id,
				   1 + (rest & (sizeof(key->id) - 1)));
}

/* 16, 24 or 32 bits; the number means the same server in all three. */
static __always_inline bool quic_katran_id(struct xdp_md *ctx, const struct quic_cid *cid,
					   struct quic_server_key *key)
{
	__u8 bytes[KATRAN_SHORTEST_CID];
	__u32 id;

	if (cid->length < sizeof(bytes) ||
	    bpf_xdp_load_bytes(ctx, cid->offset, bytes, sizeof(bytes)))
		return false;
	switch (bytes[0] >> KATRAN_VERSION_SHIFT) {
	case 1:
		id = (bytes[0] & 0x3f) << 10 | bytes[1] << 2 | bytes[2] >> 6;
		break;
	case 2:
		id = bytes[1] << 16 | bytes[2] << 8 | bytes[3];
		break;
	case 3:
		id = (__u32)bytes[1] << 24 | bytes[2] << 16 | bytes[3] << 8 | bytes[4];
		break;
	default:
		return false;
	}
	key->length = sizeof(id);
	*(__be32 *)key->id = bpf_htonl(id);
	return true;
}

/* The member that the packet's connection id names, or 0. at: offset of the UDP payload. */
static __always_inline __u32 quic_member(struct xdp_md *ctx, __u32 vip_id, __u32 at)
{
	const struct quic_config *config = bpf_map_lookup_elem(&quic_configs, &vip_id);
	struct quic_server_key key = { .vip_id = vip_id };
	struct quic_cid cid;
	const __u32 *member_id = 0;
	bool strange, has_id;

	if (!config || config->scheme == QUIC_NONE)
		return 0;
	if (quic_find_cid(ctx, at, &cid, &strange)) {
		has_id = config->scheme == QUIC_KATRAN ? quic_katran_id(ctx, &cid, &key)
						       : quic_lb_id(ctx, &cid, config, &key);
		if (has_id)
			member_id = bpf_map_lookup_elem(&quic_servers, &key);
		strange = !member_id;
	}
	if (strange)
		count(COUNTER_ROUTE_UNKNOWN_ID);
	return member_id ? *member_id : 0;
}

#endif
