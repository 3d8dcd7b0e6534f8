/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers out of a fuzzer's input: included by fuzz targets. */
#ifndef HVHOST_TESTS_INPUT_H
#define HVHOST_TESTS_INPUT_H

#include <string.h>

#include "types.h"

struct input {
	const uint8_t *data;
	size_t left;
};

static inline u64 take(struct input *in, u32 n)
{
	u64 v = 0;

	n = (u32)MIN(n, in->left);
	memcpy(&v, in->data, n);
	in->data += n;
	in->left -= n;
	return v;
}

/* Mostly small, now and then a number at some edge. */
static inline u32 field(struct input *in, u32 likely)
{
	static const u32 edge[] = { 0, 1, 7, 8, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff };
	u8 how = (u8)take(in, 1);

	if (how < 160)
		return likely;
	if (how < 200)
		return likely + (u32)take(in, 1) - 128;
	if (how < 230)
		return edge[how % ARRAY_SIZE(edge)];
	return (u32)take(in, 4);
}

#endif
