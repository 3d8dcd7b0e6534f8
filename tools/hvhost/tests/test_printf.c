// SPDX-License-Identifier: GPL-2.0-only
/* hvhost's formats against the C library's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib.h"

#define SAME(...) do {							\
		char ours[128], theirs[128];				\
		int n = hv_snprintf(ours, sizeof(ours), __VA_ARGS__);	\
									\
		assert_int_equal(n, snprintf(theirs, sizeof(theirs), __VA_ARGS__)); \
		assert_string_equal(ours, theirs);			\
	} while (0)

static void formats(void **state)
{
	SAME("%d %i %5d %05d|%u", -7, 0, -42, -42, 3000000000u);
	SAME("%x %08x %4x %#x %#010x %#6x %#x", 0xbeef, 0xbeef, 0xbeef, 0xbeef, 0xbeef, 0xbe, 0);
	SAME("%lx %#llx %lu %lld %zu", ~0ul, 1ull << 63, ~0ul, -1ll - (1ll << 62), sizeof(int));
	SAME("%s|%8s|%.3s|%.*s|%c%c", "text", "right", "truncated", 2, "given", 'x', '%');
	SAME("%02x:%02x.%u %d", 0, 0x1f, 7u, INT32_MIN);
}

static void short_of_room(void **state)
{
	char to[5] = "zzzz";

	assert_int_equal(hv_snprintf(to, sizeof(to), "%s", "longer"), 6);
	assert_string_equal(to, "long");
	assert_int_equal(hv_snprintf(NULL, 0, "%#x", 16), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(formats),
					    cmocka_unit_test(short_of_room) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
