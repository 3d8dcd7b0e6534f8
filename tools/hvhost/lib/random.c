// SPDX-License-Identifier: GPL-2.0-only
/* Numbers from a seed: xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators"). */
#include "lib.h"

u64 hv_random(u64 *state)
{
	u64 x = *state ? *state : 1;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1dull;
}
