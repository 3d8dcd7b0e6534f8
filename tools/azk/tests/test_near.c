// SPDX-License-Identifier: GPL-2.0-only
/* Edit distance and the names it proposes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/near.h"

static void distance(void **state)
{
	assert_int_equal(near_distance("", "", 3), 0);
	assert_int_equal(near_distance("ABC", "abc", 3), 0);
	assert_int_equal(near_distance("HYPERV_NETVSC", "HYPERV_NET", 5), 3);
	assert_int_equal(near_distance("HYPREV", "HYPERV", 3), 1);
	assert_int_equal(near_distance("kitten", "sitting", 5), 3);
	assert_int_equal(near_distance("", "ab", 3), 2);
	/* more than the limit is all that is said */
	assert_int_equal(near_distance("kitten", "sitting", 2), 3);
	assert_int_equal(near_distance("A", "ABCDEFGH", 2), 3);
}

static void longest(void **state)
{
	char a[400], b[256];

	memset(a, 'A', sizeof(a));
	memset(b, 'A', sizeof(b));
	a[399] = b[255] = '\0';
	assert_int_equal(near_distance(a, b, 9), 10);
	a[255] = '\0';
	assert_int_equal(near_distance(a, b, 9), 0);
	a[100] = 'B';
	assert_int_equal(near_distance(a, b, 9), 1);
}

static void proposals(void **state)
{
	static const char *const names[] = {
		"HYPERV", "HYPERV_TIMER", "HYPERV_NETS", "PCI_HYPERV", "HYPERV_NET",
		"HYPERV_BALLOON", "HYPERV_NETX",
	};
	struct near n = { .want = "HYPERV_NETVSC" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		near_offer(&n, names[i]);
	assert_int_equal(n.n, 3);
	assert_string_equal(n.name[0], "HYPERV_NETS");
	assert_string_equal(n.name[1], "HYPERV_NET");
	assert_string_equal(n.name[2], "HYPERV_NETX");

	/* equal distance: by name; too far: not at all */
	n = (struct near){ .want = "SMB" };
	near_offer(&n, "SMP");
	near_offer(&n, "AMB");
	near_offer(&n, "CIFS");
	assert_int_equal(n.n, 2);
	assert_string_equal(n.name[0], "AMB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distance),
		cmocka_unit_test(longest),
		cmocka_unit_test(proposals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
