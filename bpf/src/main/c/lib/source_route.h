/* SPDX-License-Identifier: GPL-2.0-only */
/* Clients that have a real server of their own: the longest prefix that holds an address decides.
 */
#ifndef THRESHER_SOURCE_ROUTE_H
#define THRESHER_SOURCE_ROUTE_H

#include "maps.h"

/* The member that the client's address names, or 0. */
static __always_inline __u32 source_route(__u32 vip_id, const struct addr *client)
{
	struct source_route_key key = {
		.prefixlen = 8 * (sizeof(key) - sizeof(key.prefixlen)),
		.vip_id = vip_id,
		.addr = *client,
	};
	const __u32 *member_id = bpf_map_lookup_elem(&source_routes, &key);

	return member_id ? *member_id : 0;
}

#endif
