/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings: set by the daemon between open and load, constants to the verifier and the JIT.
 * The values here are what a test that loads the object as it is gets.
 */
#ifndef THRESHER_SETTINGS_H
#define THRESHER_SETTINGS_H

#include "abi.h"

const volatile struct settings settings = {
	.abi_version = ABI_VERSION,
	.flow_seed = { 0x9e3779b97f4a7c15ULL, 0xd6e8feb86659fd93ULL },
	.flow_multiplier = { 0xff51afd7ed558ccdULL, 0xc4ceb9fe1a85ec53ULL },
	.flow_pair_mask = 0,
	.tick_shift = 8,
	.reclaim_ticks = 60,
	.long_idle_ticks = 900,
	.short_idle_ticks = 60,
	.flags = SETTING_GUE_CHECKSUM,
};

#endif
