// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver for the fuzz targets where libFuzzer is not at hand: inputs from a
 * seed, and small changes of inputs that came before.
 *	fuzz_X [RUNS [SEED]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib.h"

#define INPUT	2048
#define KEPT	64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	unsigned long runs = argc > 1 ? strtoul(argv[1], NULL, 0) : 20000;
	u64 seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	static struct {
		u32 len;
		u8 data[INPUT];
	} kept[KEPT];

	if (!runs || !seed) {
		fprintf(stderr, "usage: %s [RUNS [SEED]], both above 0\n", argv[0]);
		return 2;
	}
	for (unsigned long i = 0; i < runs; i++) {
		u32 slot = (u32)(hv_random(&seed) % KEPT), changes;
		u8 *exact;

		if (i < KEPT || !(hv_random(&seed) & 7)) {
			kept[slot].len = (u32)(hv_random(&seed) % INPUT);
			for (u32 k = 0; k < kept[slot].len; k++)
				kept[slot].data[k] = (u8)(hv_random(&seed) >> 20);
		}
		changes = (u32)(hv_random(&seed) % 8);
		while (kept[slot].len && changes--)
			kept[slot].data[hv_random(&seed) % kept[slot].len] = (u8)hv_random(&seed);
		/* a copy of just that size, so that AddressSanitizer sees one byte too many */
		exact = malloc(kept[slot].len + 1);
		memcpy(exact, kept[slot].data, kept[slot].len);
		LLVMFuzzerTestOneInput(exact, kept[slot].len);
		free(exact);
	}
	printf("%s: %lu inputs, none brought it down\n", argv[0], runs);
	return 0;
}
