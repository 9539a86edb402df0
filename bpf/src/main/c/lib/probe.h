/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the probe program and the daemon both know. Its maps are never pinned, so that nothing here
 * counts for ABI_VERSION.
 */
#ifndef THRESHER_PROBE_H
#define THRESHER_PROBE_H

#include "abi.h"

/*
 * The mark (SO_MARK) of a probe's socket: the upper bits say that it is one, the lower ones name an
 * entry of `probe_routes`. The upper bits spell "TP".
 */
#define PROBE_MARK	 0x54500000
#define PROBE_MARK_MASK	 0xfff00000
#define PROBE_ROUTES_MAX (1 << 20)

/* Where the packets of one mark go: the member record that clients' packets are wrapped by. */
struct mark_route {
	struct member member;
	__u32 ifindex; /* of the interface that they leave by */
	__u32 pad;
};
_Static_assert(sizeof(struct mark_route) == 72, "struct mark_route");

/* What became of packets that carry a probe's mark: X(NAME, what it counts). */
#define PROBE_COUNTERS(X)                                                                          \
	X(SENT, "wrapped and sent to the real server that the mark names")                         \
	X(NO_ROUTE, "dropped: nothing is known of the mark")                                       \
	X(WRONG_VIP, "dropped: not for the VIP that the mark is for")                              \
	X(NO_ROOM, "dropped: the outer header could not be put before the packet")

enum probe_counter {
#define X(name, text) PROBE_##name,
	PROBE_COUNTERS(X)
#undef X
		PROBE_COUNTER_COUNT
};

#endif
