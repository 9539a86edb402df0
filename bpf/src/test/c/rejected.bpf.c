// SPDX-License-Identifier: GPL-2.0-only
/* The verifier takes a long way to refuse this: what it says last must reach the user. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int rejected(struct xdp_md *ctx)
{
	__u32 sum = ctx->ingress_ifindex;

#pragma unroll
	for (int i = 0; i < 200; i++)
		sum = (sum ^ i) * 31;
	return *(volatile __u32 *)((long)ctx->data_end + sum);
}

char LICENSE[] SEC("license") = "GPL";
