/* SPDX-License-Identifier: GPL-2.0-only */
/* struct addr from and to the two families. */
#ifndef THRESHER_ADDR_H
#define THRESHER_ADDR_H

#include <linux/in6.h>
#include <bpf/bpf_endian.h>
#include "abi.h"

static __always_inline struct addr addr_from_ipv4(__be32 ipv4)
{
	struct addr addr = { .words = { 0, 0, bpf_htonl(0xffff), ipv4 } };

	return addr;
}

static __always_inline struct addr addr_from_ipv6(const struct in6_addr *ipv6)
{
	const __u64 *halves = (const __u64 *)ipv6;
	struct addr addr = { .halves = { halves[0], halves[1] } };

	return addr;
}

static __always_inline int addr_is_ipv4(const struct addr *addr)
{
	return addr->halves[0] == 0 && addr->words[2] == bpf_htonl(0xffff);
}

static __always_inline int addr_equal(const struct addr *a, const struct addr *b)
{
	return a->halves[1] == b->halves[1] && a->halves[0] == b->halves[0];
}

#endif
