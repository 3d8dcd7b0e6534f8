// SPDX-License-Identifier: GPL-2.0-only
/* The series file: what is read, what is refused, how it is written anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/problem.h"
#include "lib/series.h"

static void test_good(void **state)
{
	struct problems p = PROBLEMS_INIT;
	struct series s;

	assert_int_equal(series_parse("patches",
		"# head\n\n  vmbus/a.patch  \nboot/b.patch\t# why\n\n#boot/c.patch\nd#e.patch",
		&s, &p), AZK_OK);
	assert_int_equal(p.n, 0);
	assert_int_equal(s.n, 3);
	assert_string_equal(s.v[0].path, "vmbus/a.patch");
	assert_int_equal(s.v[0].line, 3);
	assert_string_equal(s.v[1].path, "boot/b.patch");
	/* '#' begins a comment only at the start or after a blank */
	assert_string_equal(s.v[2].path, "d#e.patch");
	assert_int_equal(series_find(&s, "boot/b.patch"), 1);
	assert_int_equal(series_find(&s, "boot/c.patch"), -1);
	series_free(&s);
}

static void test_empty(void **state)
{
	static const char *const texts[] = { "", "\n", "# only this", "\n\n \t\n#\n" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct series s;

		assert_int_equal(series_parse("p", texts[i], &s, NULL), AZK_OK);
		assert_int_equal(s.n, 0);
		series_free(&s);
	}
}

/* One bad line between two good ones: named with its line, the rest is read. */
static void test_bad_lines(void **state)
{
	static const struct {
		const char *line, *words;
	} bad[] = {
		{ "/abs/x.patch", "is absolute" },
		{ "../x.patch", "'.', '..'" },
		{ "a/../x.patch", "'.', '..'" },
		{ "./x.patch", "'.', '..'" },
		{ "a//x.patch", "'.', '..'" },
		{ "a/x.patch -p1", "has a blank" },
		{ "a/x.diff", "does not end in" },
		{ "a/.patch", "does not end in" },
		{ ".patch", "does not end in" },
		{ "a\\b.patch", "quote or backslash" },
		{ "a/first.patch", "second time, first in line 1" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char *text = xasprintf("a/first.patch\n%s\na/last.patch\n", bad[i].line);
		struct problems p = PROBLEMS_INIT;
		struct series s;

		assert_int_equal(series_parse("patches", text, &s, &p), AZK_EX_INPUT);
		assert_int_equal(p.errors, 1);
		assert_string_equal(p.v[0].file, "patches/series");
		assert_int_equal(p.v[0].line, 2);
		assert_non_null(strstr(p.v[0].what, bad[i].words));
		assert_int_equal(s.n, 2);
		series_free(&s);
		problems_free(&p);
		free(text);
	}
}

static char *rewrite(const char *text, const char *paths)
{
	struct strv want = STRV_INIT;
	struct series s;
	char *out;

	assert_int_equal(series_parse("p", text, &s, NULL), AZK_OK);
	strv_split(&want, paths, " ");
	out = series_rewrite(&s, &want);
	strv_free(&want);
	series_free(&s);
	return out;
}

static void test_rewrite(void **state)
{
	static const char text[] =
		"# The series.\n\n# about a\na/a.patch\t# note\na/b.patch\n\n# about c\nc/c.patch\n";
	char *out;

	out = rewrite(text, "a/a.patch a/b.patch c/c.patch");
	assert_string_equal(out, text);
	free(out);
	/* a comment goes and moves with its patch */
	out = rewrite(text, "c/c.patch a/b.patch");
	assert_string_equal(out, "# The series.\n\n# about c\nc/c.patch\n\na/b.patch\n");
	free(out);
	out = rewrite(text, "a/a.patch a/new.patch");
	assert_string_equal(out, "# The series.\n\n# about a\na/a.patch\t# note\na/new.patch\n");
	free(out);
	out = rewrite(text, "");
	assert_string_equal(out, "# The series.\n\n");
	free(out);
	out = rewrite("", "x.patch");
	assert_string_equal(out, "x.patch\n");
	free(out);
	/* what stands at the end belongs to nobody and is kept */
	out = rewrite("a/a.patch\n# end\n", "a/a.patch");
	assert_string_equal(out, "# end\n\na/a.patch\n");
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_rewrite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
