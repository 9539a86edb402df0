/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an ICMP message looks like, of either family (RFC 792, RFC 4443). Linux' own header for the
 * older one needs a C library.
 */
#ifndef THRESHER_ICMP_MESSAGE_H
#define THRESHER_ICMP_MESSAGE_H

#include <linux/types.h>

struct icmp_message {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__be32 rest; /* an error's MTU; behind it, the packet that it is about */
};

#define ICMP_ECHO_REPLY	     0
#define ICMP_UNREACHABLE     3
#define ICMP_FRAGMENT_NEEDED 4 /* a code of it */
#define ICMP_ECHO_REQUEST    8
#define ICMP_TIME_EXCEEDED   11
#define ICMP_BAD_PARAMETER   12

#define ICMPV6_UNREACHABLE   1
#define ICMPV6_TOO_BIG	     2
#define ICMPV6_BAD_PARAMETER 4
#define ICMPV6_ECHO_REQUEST  128
#define ICMPV6_ECHO_REPLY    129

#endif
