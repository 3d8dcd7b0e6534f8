// SPDX-License-Identifier: GPL-2.0-only
/* The fragment parser: what it takes, what it refuses and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/fragment.h"

static void parse(const char *text, struct options *o, struct errs *e)
{
	*o = (struct options)OPTIONS_INIT;
	*e = (struct errs)ERRS_INIT;
	fragment_parse("f.config", text, o, e);
}

static void done(struct options *o, struct errs *e)
{
	options_free(o);
	errs_free(e);
}

static void values(void **state)
{
	struct options o;
	struct errs e;

	parse("# reason: all kinds\nCONFIG_A=y\nCONFIG_B=m\nCONFIG_C=-12\n"
	      "CONFIG_D=0x1F\nCONFIG_E=\"a \\\"b\\\" c\"\n# CONFIG_F is not set\n"
	      "CONFIG_4KSTACKS=n\n", &o, &e);
	assert_int_equal(e.n, 0);
	assert_int_equal(o.n, 7);
	assert_string_equal(o.v[0].name, "A");
	assert_string_equal(o.v[2].value, "-12");
	assert_string_equal(o.v[3].value, "0x1F");
	assert_string_equal(o.v[4].value, "\"a \\\"b\\\" c\"");
	assert_string_equal(o.v[5].name, "F");
	assert_string_equal(o.v[5].value, "n");
	assert_string_equal(o.v[6].name, "4KSTACKS");
	assert_int_equal(o.v[6].line, 8);
	assert_string_equal(o.v[6].file, "f.config");
	done(&o, &e);
}

static void reasons(void **state)
{
	struct options o;
	struct errs e;

	parse("# SPDX-License-Identifier: GPL-2.0-only\n\n"
	      "# reason: first line\n# and its second\nCONFIG_A=y\nCONFIG_B=y\n"
	      "# reason: another, no blank line before\nCONFIG_C=y\n", &o, &e);
	assert_int_equal(e.n, 0);
	assert_string_equal(o.v[0].reason, "first line and its second");
	assert_string_equal(o.v[1].reason, "first line and its second");
	assert_string_equal(o.v[2].reason, "another, no blank line before");
	done(&o, &e);
}

static void reason_missing(void **state)
{
	struct options o;
	struct errs e;

	/* one error for a group, at its first option; a blank line ends it */
	parse("# reason: far away\n\nCONFIG_A=y\nCONFIG_B=y\n\nCONFIG_C=y\n"
	      "\n# reason:\nCONFIG_D=y\n", &o, &e);
	assert_int_equal(o.n, 4);
	assert_int_equal(e.n, 3);
	assert_int_equal(e.v[0].line, 3);
	assert_non_null(strstr(e.v[0].text, "CONFIG_A: no '# reason:"));
	assert_int_equal(e.v[1].line, 6);
	assert_int_equal(e.v[2].line, 9);
	assert_non_null(strstr(e.v[2].text, "is empty"));
	done(&o, &e);
}

static void refused(void **state)
{
	static const char *const bad[] = {
		"CONFIG_A", "CONFIG_A=", "CONFIG_A =y", "CONFIG_A=yes",
		"CONFIG_A=y ", "CONFIG_=y", "CONFIG_A=\"x", "CONFIG_A=\"x\"y",
		"CONFIG_A=0x", "CONFIG_A=0xg", "CONFIG_A=12a", "CONFIG_A=-",
		"A=y", "  CONFIG_A=y", "#CONFIG_A is not set",
		"# CONFIG_A is not set.", "#  CONFIG_A is not set",
		"# CONFIG_A=y", "#CONFIG_A=m", "CONFIG_A:y", "CONFIG_A y", "CONFIG_A-B=y",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char *text = xasprintf("# reason: r\n%s\n", bad[i]);
		struct options o;
		struct errs e;

		parse(text, &o, &e);
		if (o.n || e.n != 1 || e.v[0].line != 2)
			fail_msg("'%s': %zu options, %zu errors", bad[i], o.n, e.n);
		done(&o, &e);
		free(text);
	}
}

static void comments(void **state)
{
	struct options o;
	struct errs e;

	/* words about an option are no option */
	parse("# reason: CONFIG_A=y alone is not enough\n"
	      "# CONFIG_B is no longer needed here\nCONFIG_C=y\n", &o, &e);
	assert_int_equal(e.n, 0);
	assert_int_equal(o.n, 1);
	done(&o, &e);
}

static void unique(void **state)
{
	struct options o;
	struct errs e;

	parse("# reason: r\nCONFIG_A=y\nCONFIG_B=m\nCONFIG_A=y\n"
	      "# CONFIG_B is not set\nCONFIG_A=m\n", &o, &e);
	options_unique(&o, &e);
	assert_int_equal(o.n, 2);
	assert_int_equal(e.n, 3);
	assert_non_null(strstr(e.v[0].text, "duplicate of f.config:2"));
	assert_non_null(strstr(e.v[1].text, "conflicts with f.config:3, which says m"));
	assert_non_null(strstr(e.v[2].text, "conflicts with f.config:2, which says y"));
	assert_non_null(options_find(&o, "A"));
	assert_null(options_find(&o, "C"));
	done(&o, &e);
}

static void errors_in_order(void **state)
{
	struct errs e = ERRS_INIT;
	char *s;
	size_t n;
	FILE *f = open_memstream(&s, &n);

	errs_add(&e, NULL, 0, "no file");
	errs_add(&e, "b", 2, "two");
	errs_more(&e, "more");
	errs_add(&e, "b", 1, "one");
	errs_add(&e, "a", 9, "nine");
	errs_sort(&e);
	errs_print(&e, f);
	fclose(f);
	assert_string_equal(s, "azk: a:9: nine\nazk: b:1: one\nazk: b:2: two\n"
			    "    more\nazk: no file\n");
	free(s);
	errs_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(reasons),
		cmocka_unit_test(reason_missing),
		cmocka_unit_test(refused),
		cmocka_unit_test(comments),
		cmocka_unit_test(unique),
		cmocka_unit_test(errors_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
