/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings: set by the daemon between open and load, constants to the verifier and the JIT.
 * The values here are what a test that loads the object as it is gets.
 */
#ifndef THRESHER_SETTINGS_H
#define THRESHER_SETTINGS_H

#include <linux/types.h>

/* Connection table: bucket pairs - 1; the number of pairs is a power of two. */
const volatile __u32 flow_pair_mask = (1 << 16) - 1;

/* Secret of the connection table's hash; the multipliers are odd. Never shown to anybody. */
const volatile __u64 flow_seed[2] = {0x9e3779b97f4a7c15ULL, 0xd6e8feb86659fd93ULL};
const volatile __u64 flow_multiplier[2] = {0xff51afd7ed558ccdULL, 0xc4ceb9fe1a85ec53ULL};

/* A tick, the connection table's unit of time, is 2^tick_shift jiffies. */
const volatile __u32 tick_shift = 8;
const volatile __u32 reclaim_ticks = 60;
const volatile __u32 long_idle_ticks = 900;
const volatile __u32 short_idle_ticks = 60;

/* The same on every load balancer of a fleet. */
const volatile __u32 maglev_seed;

/* Outer source addresses: prefix, and a mask of the bits that carry the flow's entropy. */
const volatile __be32 source_ipv4;
const volatile __be32 source_ipv4_entropy;
const volatile __u64 source_ipv6[2]; /* network byte order */
const volatile __u64 source_ipv6_entropy; /* in the low half, network byte order */

#endif
