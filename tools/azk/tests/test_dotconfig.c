// SPDX-License-Identifier: GPL-2.0-only
/* Complete .config files: parsing, merging a set over one, comparing two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/dotconfig.h"

static void parse(void **state)
{
	struct options o = OPTIONS_INIT;

	dotconfig_parse("c", "#\n# Automatically generated\n#\nCONFIG_Z=m\r\n"
			"junk\nCONFIG_A=\"x\"\n# CONFIG_M is not set\nCONFIG_Z=y\n", &o);
	assert_int_equal(o.n, 3);
	assert_string_equal(o.v[0].name, "A");
	assert_string_equal(dotconfig_get(&o, "Z"), "y");	/* the last counts */
	assert_string_equal(dotconfig_get(&o, "M"), "n");
	assert_null(dotconfig_get(&o, "B"));
	options_free(&o);
}

static void merge(void **state)
{
	struct options set = OPTIONS_INIT;
	struct errs e = ERRS_INIT;
	struct buf out = BUF_INIT;

	fragment_parse("f", "# reason: r\nCONFIG_B=y\n# CONFIG_A is not set\n"
		       "CONFIG_NEW=\"s\"\n", &set, &e);
	dotconfig_merge("# head\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=3\n",
			&set, &out);
	assert_string_equal(buf_str(&out), "# head\nCONFIG_C=3\nCONFIG_B=y\n"
			    "# CONFIG_A is not set\nCONFIG_NEW=\"s\"\n");
	buf_free(&out);
	options_free(&set);
	errs_free(&e);
}

static void diff(void **state)
{
	struct options a = OPTIONS_INIT, b = OPTIONS_INIT;
	struct config_change *v;

	dotconfig_parse("a", "CONFIG_A=y\nCONFIG_B=y\n# CONFIG_C is not set\nCONFIG_E=1\n", &a);
	dotconfig_parse("b", "CONFIG_A=y\nCONFIG_B=m\nCONFIG_D=y\nCONFIG_E=1\n", &b);
	assert_int_equal(dotconfig_diff(&a, &b, true, &v), 2);
	assert_string_equal(v[0].name, "B");
	assert_string_equal(v[0].a, "y");
	assert_string_equal(v[0].b, "m");
	assert_string_equal(v[1].name, "D");
	assert_null(v[1].a);
	free(v);
	assert_int_equal(dotconfig_diff(&a, &b, false, &v), 3);
	assert_string_equal(v[1].name, "C");
	assert_null(v[1].b);
	free(v);
	assert_int_equal(dotconfig_diff(&a, &a, false, &v), 0);
	free(v);
	options_free(&a);
	options_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse),
		cmocka_unit_test(merge),
		cmocka_unit_test(diff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
