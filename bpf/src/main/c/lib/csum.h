/* SPDX-License-Identifier: GPL-2.0-only */
/* The Internet checksum (RFC 1071), on 16-bit words in the machine's order. */
#ifndef THRESHER_CSUM_H
#define THRESHER_CSUM_H

#include <linux/types.h>

static __always_inline __u32 csum_add32(__u32 sum, __u32 word)
{
	return sum + (word & 0xffff) + (word >> 16);
}

/* Exact for sums below 2^32 - 2^16. */
static __always_inline __u16 csum_finish(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

#endif
