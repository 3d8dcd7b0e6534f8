// SPDX-License-Identifier: GPL-2.0-only
/* lib/licence: tags and expressions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/exit.h"
#include "lib/licence.h"

/* Split, because a reader of tags would take it for this file's own. */
#define TAG	"SPDX-License" "-Identifier:"

static struct licences l;

static int fill(void **state)
{
	static const char *const ids[] = { "GPL-2.0", "GPL-2.0-only", "GPL-2.0+", "LGPL-2.1+",
					   "GPL-2.0-or-later", "MIT", "BSD-3-Clause" };

	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
		strset_add(&l.ids, ids[i]);
	strset_add(&l.exceptions, "Linux-syscall-note");
	return 0;
}

static int empty(void **state)
{
	licences_free(&l);
	return 0;
}

static void expressions(void **state)
{
	static const char *const t[][2] = {
		{ "MIT", "MIT" },
		{ "GPL-2.0", "GPL-2.0-only" },
		{ "GPL-2.0+", "GPL-2.0-or-later" },
		{ "GPL-2.0-or-later", "GPL-2.0-or-later" },
		{ "LGPL-2.1+ WITH Linux-syscall-note",
		  "LGPL-2.1-or-later WITH Linux-syscall-note" },
		{ "GPL-2.0 or MIT", "GPL-2.0-only OR MIT" },
		{ " ( GPL-2.0   OR MIT )\r", "GPL-2.0-only OR MIT" },
		{ "((GPL-2.0 WITH Linux-syscall-note) OR MIT)",
		  "(GPL-2.0-only WITH Linux-syscall-note) OR MIT" },
		{ "(MIT OR GPL-2.0) AND (MIT)", "(MIT OR GPL-2.0-only) AND (MIT)" },
	};
	struct strset ids = STRSET_INIT;
	char *got, *fault;

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		got = licence_read(&l, t[i][0], NULL, &fault);
		assert_null(fault);
		assert_string_equal(got, t[i][1]);
		free(got);
	}
	got = licence_read(&l, "(GPL-2.0 WITH Linux-syscall-note) OR MIT", &ids, &fault);
	assert_int_equal(ids.all.n, 2);
	assert_true(strset_has(&ids, "GPL-2.0") && strset_has(&ids, "MIT"));
	strset_free(&ids);
	free(got);
}

static void wrong(void **state)
{
	static const char *const t[][2] = {
		{ "", "ends" },
		{ "GPL", "'GPL' is no licence" },
		{ "GPL-2.0 MIT", "'MIT' stands" },
		{ "GPL-2.0 OR", "ends" },
		{ "OR MIT", "'OR' is no licence" },
		{ "(MIT", "ends" },
		{ "MIT)", "')' stands" },
		{ "()", "')' is no licence" },
		{ "MIT WITH GPL-2.0", "'GPL-2.0' is no exception" },
		{ "MIT WITH", "ends" },
		{ "MIT WITH Linux-syscall-note WITH Linux-syscall-note", "'WITH' stands" },
		{ "((((((((((((((((((((((((((((((((((((((((MIT", "too many brackets" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		char *fault, *got = licence_read(&l, t[i][0], NULL, &fault);

		assert_null(got);
		assert_non_null(strstr(fault, t[i][1]));
		free(fault);
	}
}

static void tag_is(const char *text, const char *want, int want_line)
{
	int line;
	char *got = licence_tag(text, strlen(text), &line);

	assert_int_equal(line, want_line);
	if (want)
		assert_string_equal(got, want);
	else
		assert_null(got);
	free(got);
}

static void tags(void **state)
{
	struct buf late = BUF_INIT;

	tag_is("// " TAG " GPL-2.0\nint x;\n", "GPL-2.0", 1);
	tag_is("/* " TAG " (GPL-2.0 OR MIT) */\n", "(GPL-2.0 OR MIT)", 1);
	tag_is("#!/bin/sh\n# " TAG " MIT\n# " TAG " Other\n", "MIT", 2);
	tag_is("<!-- " TAG " MIT -->", "MIT", 1);
	tag_is("int x;\n", NULL, 0);
	tag_is("", NULL, 0);
	tag_is("/* " TAG, "", 1);
	/* what stands far below belongs to something else */
	for (int i = 0; i < 5000; i++)
		buf_adds(&late, "\n");
	buf_adds(&late, "/* " TAG " MIT */\n");
	tag_is(late.s, NULL, 0);
	buf_free(&late);
}

static void joined(void **state)
{
	struct strset s = STRSET_INIT;
	char *got = licence_join(&s);

	assert_string_equal(got, "NOASSERTION");
	free(got);
	strset_add(&s, "MIT OR GPL-2.0-only");
	got = licence_join(&s);
	assert_string_equal(got, "MIT OR GPL-2.0-only");
	free(got);
	strset_add(&s, "GPL-2.0-only");
	strset_add(&s, "GPL-2.0-only");
	got = licence_join(&s);
	assert_string_equal(got, "GPL-2.0-only AND (MIT OR GPL-2.0-only)");
	free(got);
	strset_free(&s);
}

static void folder(void **state)
{
	struct licences none;

	assert_int_equal(licences_read("/does/not/exist", &none), AZK_EX_NOFILE);
	licences_free(&none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expressions),
		cmocka_unit_test(wrong),
		cmocka_unit_test(tags),
		cmocka_unit_test(joined),
		cmocka_unit_test(folder),
	};

	return cmocka_run_group_tests(tests, fill, empty);
}
