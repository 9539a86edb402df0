// SPDX-License-Identifier: GPL-2.0-only
/* Reads the connection table's clock for the daemon, and lets it find out HZ. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "lib/abi.h"

SEC("syscall")
int clock(struct clock_reading *reading)
{
	reading->jiffies = bpf_jiffies64();
	reading->boot_ns = bpf_ktime_get_boot_ns();
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
