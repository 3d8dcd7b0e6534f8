// SPDX-License-Identifier: GPL-2.0-only
/* lib/kcmd, lib/strset: what kbuild writes down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/exit.h"
#include "lib/kcmd.h"
#include "lib/strset.h"

static void compiled(void **state)
{
	struct kcmd k;

	assert_int_equal(kcmd_parse(".a.o.cmd",
		"savedcmd_drivers/hv/a.o := gcc -c -o drivers/hv/a.o ../src/a.c  ; ./objtool a.o\n"
		"\n"
		"source_drivers/hv/a.o := ../src/drivers/hv/a.c\n"
		"\n"
		"deps_drivers/hv/a.o := \\\n"
		"    $(wildcard include/config/EFI) \\\n"
		"  ../src/include/linux/a.h \\\n"
		"  include/generated/b.h \\\n"
		"\n"
		"drivers/hv/a.o: $(deps_drivers/hv/a.o)\n"
		"\n"
		"$(deps_drivers/hv/a.o):\n", &k), AZK_OK);
	assert_string_equal(k.source, "../src/drivers/hv/a.c");
	assert_int_equal(k.deps.n, 2);
	assert_string_equal(k.deps.v[0], "../src/include/linux/a.h");
	assert_string_equal(k.deps.v[1], "include/generated/b.h");
	assert_string_equal(k.words.v[3], "drivers/hv/a.o");
	assert_string_equal(k.words.v[k.words.n - 1], "a.o");
	kcmd_free(&k);
}

static void linked(void **state)
{
	struct kcmd k;

	/* before 6.4; and nothing was read */
	assert_int_equal(kcmd_parse("x", "cmd_a.ko := ld -r -o a.ko \"a.o\" (b.o)|c\n", &k),
			 AZK_OK);
	assert_null(k.source);
	assert_int_equal(k.deps.n, 0);
	assert_string_equal(k.words.v[4], "a.o");
	assert_string_equal(k.words.v[5], "b.o");
	kcmd_free(&k);
	assert_int_equal(kcmd_parse("x", "", &k), AZK_EX_INPUT);
	kcmd_free(&k);
	assert_int_equal(kcmd_parse("x", "source_a.o := a.c\n", &k), AZK_EX_INPUT);
	kcmd_free(&k);
	assert_int_equal(kcmd_read("/does/not", "exist.o", &k), AZK_EX_NOFILE);
	kcmd_free(&k);
}

static void paths(void **state)
{
	static const char *const t[][2] = {
		{ "a/b/c.o", "B/a/b/.c.o.cmd" }, { "vmlinux.o", "B/.vmlinux.o.cmd" },
		{ ".module-common.o", "B/..module-common.o.cmd" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		char *s = kcmd_path("B", t[i][0]);

		assert_string_equal(s, t[i][1]);
		free(s);
	}
}

static void header(struct buf *b, const char *name, size_t size)
{
	buf_addf(b, "%-16s%-12s%-6s%-6s%-8s%-10zu`\n", name, "0", "0", "0", "644", size);
}

/* Two members, behind an index and the table of names. */
static void archive(struct buf *b)
{
	static const char names[] = "a_name_that_is_long.o/\nsub/other_long_name.o/\n";

	buf_adds(b, "!<thin>\n");
	header(b, "/", 5);
	buf_add(b, "\0\0\0\0\0\n", 6);	/* odd: padded */
	header(b, "//", strlen(names));
	buf_adds(b, names);
	if (strlen(names) % 2)
		buf_adds(b, "\n");
	header(b, "/0", 1000);		/* of a thin member no bytes follow */
	header(b, "/23", 70);
}

static void members(void **state)
{
	struct strv v = STRV_INIT;
	struct buf b = BUF_INIT;

	archive(&b);
	assert_int_equal(kcmd_members("x.a", b.s, b.len, &v), AZK_OK);
	assert_int_equal(v.n, 2);
	assert_string_equal(v.v[0], "a_name_that_is_long.o");
	assert_string_equal(v.v[1], "sub/other_long_name.o");
	strv_free(&v);
	assert_int_equal(kcmd_members("x.a", "!<thin>\n", 8, &v), AZK_OK);
	assert_int_equal(kcmd_members("x.a", "!<arch>\n", 8, &v), AZK_OK);
	assert_int_equal(v.n, 0);
	/* members that lie inside are not names of files */
	assert_int_equal(kcmd_members("x.a", "!<arch>\nx", 9, &v), AZK_EX_INPUT);
	assert_int_equal(kcmd_members("x.a", "", 0, &v), AZK_EX_INPUT);
	for (size_t len = 0; len < b.len; len++) {
		/* where a member ends, less of it is an archive, too */
		kcmd_members("x.a", b.s, len, &v);
		strv_free(&v);
	}
	for (size_t i = 8; i < b.len; i++) {
		char was = b.s[i];

		b.s[i] = '9';
		kcmd_members("x.a", b.s, b.len, &v);
		strv_free(&v);
		b.s[i] = was;
	}
	b.len--;
	assert_int_equal(kcmd_members("x.a", b.s, b.len, &v), AZK_EX_INPUT);
	strv_free(&v);
	buf_free(&b);
}

static void sets(void **state)
{
	struct strset s = STRSET_INIT;
	char word[16];

	assert_false(strset_has(&s, "w1"));
	for (int i = 0; i < 5000; i++) {
		snprintf(word, sizeof(word), "w%d", i % 2500);
		assert_int_equal(strset_add(&s, word), i < 2500);
	}
	assert_int_equal(s.all.n, 2500);
	assert_true(strset_has(&s, "w2499"));
	assert_false(strset_has(&s, "w2500"));
	assert_string_equal(s.all.v[7], "w7");
	strset_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compiled),
		cmocka_unit_test(linked),
		cmocka_unit_test(paths),
		cmocka_unit_test(members),
		cmocka_unit_test(sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
