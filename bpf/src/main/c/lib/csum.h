/* SPDX-License-Identifier: GPL-2.0-only */
/* The Internet checksum (RFC 1071), on words in the machine's order. */
#ifndef THRESHER_CSUM_H
#define THRESHER_CSUM_H

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

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

/* Carries gather in the upper half: good for 2^31 additions. */
static __always_inline __u64 csum_add64(__u64 sum, __u64 word)
{
	return sum + (__u32)word + (word >> 32);
}

/* A sum of many words, in 16 bits. Its complement is its negative: what cancels it in another sum.
 */
static __always_inline __u16 csum_fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* A word of a packet became another (RFC 1624, equation 3). */
static __always_inline __u16 csum_replace(__u16 check, __u16 before, __u16 after)
{
	return csum_finish((__u16)~check + (__u16)~before + after);
}

/* Mask of offsets for the verifier: a frame of XDP is linear, and far shorter. */
#define SUM_OFFSETS 0x7fff
#define SUM_BLOCK   32 /* bytes */

/* A stretch of a frame. */
struct summing {
	struct xdp_md *ctx;
	__u64 sum;
	__u32 offset;
};

static long sum_block(__u32 index, struct summing *summing)
{
	__u32 offset = summing->offset + index * SUM_BLOCK;
	const __u64 *words = (void *)(long)summing->ctx->data + (offset & SUM_OFFSETS);
	int i;

	if ((void *)words + SUM_BLOCK > (void *)(long)summing->ctx->data_end)
		return 1;
#pragma unroll
	for (i = 0; i < SUM_BLOCK / (int)sizeof(*words); i++)
		summing->sum = csum_add64(summing->sum, words[i]);
	return 0;
}

static long sum_word(__u32 index, struct summing *summing)
{
	__u32 offset = summing->offset + index * sizeof(__u16);
	const __u16 *word = (void *)(long)summing->ctx->data + (offset & SUM_OFFSETS);

	if ((void *)(word + 1) > (void *)(long)summing->ctx->data_end)
		return 1;
	summing->sum += *word;
	return 0;
}

/*
 * The folded sum of `length` bytes of the frame from `offset` on; the caller knows that they are
 * there. For the rare packet whose sum cannot be had from its headers: it costs a nanosecond for
 * some six bytes.
 */
__noinline int sum_bytes(struct xdp_md *ctx, __u32 offset, __u32 length)
{
	struct summing summing = { .ctx = ctx, .offset = offset };
	__u32 blocks = length / SUM_BLOCK & (SUM_OFFSETS / SUM_BLOCK);
	__u32 rest = length % SUM_BLOCK;
	const __u8 *last;

	bpf_loop(blocks, sum_block, &summing, 0);
	summing.offset += blocks * SUM_BLOCK;
	bpf_loop(rest / sizeof(__u16), sum_word, &summing, 0);
	last = (void *)(long)ctx->data + ((offset + length - 1) & SUM_OFFSETS);
	if (length % sizeof(__u16) && (void *)(last + 1) <= (void *)(long)ctx->data_end)
		summing.sum += bpf_htons(*last << 8);
	return csum_fold(summing.sum);
}

#endif
