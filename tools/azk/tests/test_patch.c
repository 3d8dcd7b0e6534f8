// SPDX-License-Identifier: GPL-2.0-only
/* Patch files: header, message, trailers, diff; also cut and mangled ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/patch.h"
#include "lib/problem.h"

#define HEADER \
	"From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n" \
	"From: Jane Doe <jane@example.org>\n" \
	"Date: Sun, 22 Nov 2026 20:00:00 +0000\n" \
	"Subject: [PATCH v2 1/3] vmbus: open channels in parallel and wait for\n" \
	" them once\n" \
	"MIME-Version: 1.0\n" \
	"Content-Transfer-Encoding: 8bit\n" \
	"\n" \
	"First paragraph,\n" \
	"two lines.\n" \
	"\n" \
	"Note: this looks like a tag, but stands in the text.\n" \
	"\n" \
	"Signed-off-by: Jane Doe <jane@example.org>\n" \
	"[jd: fixed the comment]\n" \
	"Upstream-status: Inappropriate a reason that\n" \
	"  goes on\n" \
	"---\n" \
	" a.c | 2 +-\n" \
	"\n"

#define DIFF \
	"diff --git a/d/a.c b/d/a.c\n" \
	"index 1111111..2222222 100644\n" \
	"--- a/d/a.c\n" \
	"+++ b/d/a.c\n" \
	"@@ -1,3 +1,3 @@ int f(void)\n" \
	" x\n" \
	"-y\n" \
	"+z\n" \
	" w\n" \
	"@@ -10 +10,2 @@\n" \
	" q\n" \
	"+r\n"

static void parse(const char *text, struct patch *p, struct problems *out, int want)
{
	*out = (struct problems)PROBLEMS_INIT;
	assert_int_equal(patch_parse("t.patch", text, p, out), want);
}

static void test_header(void **state)
{
	const struct patch_trailer *t;
	struct problems out;
	struct patch p;

	parse(HEADER DIFF, &p, &out, AZK_OK);
	assert_string_equal(p.author, "Jane Doe");
	assert_string_equal(p.email, "jane@example.org");
	assert_int_equal(p.from_line, 2);
	assert_string_equal(p.date, "Sun, 22 Nov 2026 20:00:00 +0000");
	assert_string_equal(p.subject,
		"vmbus: open channels in parallel and wait for them once");
	assert_int_equal(p.subject_line, 4);
	assert_string_equal(p.encoding, "8bit");
	assert_int_equal(p.body_line, 9);
	assert_true(str_starts(p.body, "First paragraph,\n"));
	assert_true(str_ends(p.body, "\n  goes on"));
	assert_int_equal(p.trailers, 2);
	t = patch_trailer(&p, "upstream-STATUS", 0);
	assert_non_null(t);
	assert_string_equal(t->value, "Inappropriate a reason that goes on");
	assert_int_equal(t->line, 16);
	assert_null(patch_trailer(&p, "Note", 0));
	assert_null(patch_trailer(&p, "Signed-off-by", 1));
	problems_free(&out);
	patch_free(&p);
}

static void test_no_header(void **state)
{
	struct problems out;
	struct patch p;

	parse(DIFF, &p, &out, AZK_OK);
	assert_null(p.from);
	assert_null(p.subject);
	assert_string_equal(p.body, "");
	assert_int_equal(p.files, 1);
	patch_free(&p);
	/* quoted name; an address without a name */
	parse("From: \"Doe, Jane\" <j@e.org>\nSubject: [a] [b] c\n\n" DIFF, &p, &out, AZK_OK);
	assert_string_equal(p.author, "Doe, Jane");
	assert_string_equal(p.subject, "c");
	patch_free(&p);
	parse("From: nobody\nSubject:\n\n" DIFF, &p, &out, AZK_OK);
	assert_null(p.author);
	assert_string_equal(p.subject, "");
	patch_free(&p);
	problems_free(&out);
}

/* Of two headers of one name the first counts. */
static void test_header_twice(void **state)
{
	struct problems out;
	struct patch p;

	parse("From: A <a@e>\nFrom: B <b@e>\nDate: one\nDate: two\n"
	      "Subject: first\nSubject: second\n\n" DIFF, &p, &out, AZK_OK);
	assert_string_equal(p.author, "A");
	assert_int_equal(p.from_line, 1);
	assert_string_equal(p.date, "one");
	assert_int_equal(p.date_line, 3);
	assert_string_equal(p.subject, "first");
	assert_int_equal(p.subject_line, 5);
	problems_free(&out);
	patch_free(&p);
}

static void test_trailers_need_a_block(void **state)
{
	struct problems out;
	struct patch p;

	parse("From: A <a@e>\n\nText.\nSigned-off-by: A <a@e>\n---\n" DIFF, &p, &out, AZK_OK);
	assert_int_equal(p.trailers, 0);
	patch_free(&p);
	parse("From: A <a@e>\n\nSigned-off-by: A <a@e>\n" DIFF, &p, &out, AZK_OK);
	assert_int_equal(p.trailers, 1);
	assert_int_equal(p.trailer[0].line, 3);
	patch_free(&p);
}

static void test_diff(void **state)
{
	struct problems out;
	struct patch p;

	parse(HEADER DIFF
	      "diff --git a/old.h b/new.h\nsimilarity index 90%\nrename from old.h\n"
	      "rename to new.h\nindex 1..2 100644\n--- a/old.h\n+++ b/new.h\n"
	      "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n"
	      "diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n"
	      "diff --git a/g b/g\ndeleted file mode 100644\n--- a/g\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
	      "diff --git a/m b/m\nold mode 100644\nnew mode 100755\n"
	      "diff --git a/bin b/bin\nindex 1..2\nBinary files a/bin and b/bin differ\n"
	      "-- \n2.39.5\n\n", &p, &out, AZK_OK);
	assert_int_equal(p.files, 6);
	assert_int_equal(p.file[0].change, PATCH_MODIFY);
	assert_string_equal(p.file[0].new_path, "d/a.c");
	assert_int_equal(p.file[0].hunks, 2);
	assert_int_equal(p.file[0].line, 21);
	assert_int_equal(p.file[0].hunk[0].line, 25);
	assert_int_equal(p.file[0].hunk[0].old_count, 3);
	assert_int_equal(p.file[0].hunk[1].old_count, 1);
	assert_int_equal(p.file[0].hunk[1].new_count, 2);
	assert_int_equal(p.file[0].hunk[1].len, strlen(" q\n+r\n"));
	assert_memory_equal(p.file[0].hunk[1].text, " q\n+r\n", 6);
	assert_int_equal(p.file[1].change, PATCH_RENAME);
	assert_string_equal(p.file[1].old_path, "old.h");
	assert_string_equal(patch_file_path(&p.file[1]), "new.h");
	assert_int_equal(p.file[2].change, PATCH_NEW);
	assert_null(p.file[2].old_path);
	assert_int_equal(p.file[3].change, PATCH_DELETE);
	assert_null(p.file[3].new_path);
	assert_int_equal(p.file[4].hunks, 0);
	assert_true(p.file[5].binary);
	problems_free(&out);
	patch_free(&p);
}

static void test_bad_diff(void **state)
{
	static const char head[] = "diff --git a/f b/f\n--- a/f\n+++ b/f\n";
	static const struct {
		const char *text, *words;
		int line;
	} bad[] = {
		{ "", "no diff in this file", 0 },
		{ "From: A <a@e>\nSubject: s: t\n\nbody\n---\n", "no diff", 0 },
		{ "From: A <a@e>\n\nbody\n---\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n",
		  "no 'diff --git'", 7 },
		{ "H@@ -1,2 +1,2 @@\n a\n-b\n", "fewer lines", 4 },
		{ "H@@ -1,2 +1,2 @@\n", "fewer lines", 4 },
		{ "H@@ -1,2 +1,2 @@", "fewer lines", 4 },
		{ "H@@ -1 +1 @@\n-a\n+b\n+c\n", "more lines", 4 },
		{ "H@@ -1 +1 @@\n-a\n+b\n c\n", "more lines", 4 },
		{ "H@@ -1 +1 @@\n a\n-b\n", "more lines", 4 },
		{ "H@@ -1,2 +1 @@\n a\n b\n", "fewer lines", 4 },
		{ "H@@ 1 1 @@\n a\n", "broken hunk header", 4 },
		{ "H@@ -1,x +1 @@\n a\n", "broken hunk header", 4 },
		{ "H@@ -1 +1\n a\n", "broken hunk header", 4 },
		{ "H@@ -99999999999 +1 @@\n a\n", "broken hunk header", 4 },
		{ "diff --git a/f b/g\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n", "", 1 },
		{ "diff --git a/f b/f\n--- a/other\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n",
		  "another file", 2 },
		{ "diff --git \"a/f\" \"b/f\"\n", "cannot tell the file", 1 },
		{ "diff --git a b\n", "cannot tell the file", 1 },
		{ "diff --git \n", "cannot tell the file", 1 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		bool with = bad[i].text[0] == 'H';
		char *text = xasprintf("%s%s", with ? head : "", bad[i].text + with);
		struct problems out;
		struct patch p;
		bool found = false;

		parse(text, &p, &out, AZK_EX_INPUT);
		for (size_t k = 0; k < out.n; k++)
			found |= strstr(out.v[k].what, bad[i].words) &&
				 out.v[k].line == bad[i].line;
		if (!found)
			fail_msg("case %zu: %s:%d: %s", i, out.v[0].file,
				 out.v[0].line, out.v[0].what);
		problems_free(&out);
		patch_free(&p);
		free(text);
	}
}

/* Cut at every byte, and with every byte changed: no fault of memory. */
static void test_mangled(void **state)
{
	static const char whole[] = HEADER DIFF;
	static const char with[] = { '\n', '@', '+', ' ', '<', '\xff' };

	for (size_t i = 0; i < sizeof(whole); i++) {
		char *cut = xstrndup(whole, i);
		struct problems out = PROBLEMS_INIT;
		struct patch p;

		patch_parse("cut", cut, &p, &out);
		patch_free(&p);
		problems_free(&out);
		free(cut);
	}
	for (size_t i = 0; i + 1 < sizeof(whole); i++) {
		for (size_t k = 0; k < sizeof(with); k++) {
			char *text = xstrdup(whole);
			struct problems out = PROBLEMS_INIT;
			struct patch p;

			text[i] = with[k];
			patch_parse("changed", text, &p, &out);
			patch_free(&p);
			problems_free(&out);
			free(text);
		}
	}
}

static void test_slug(void **state)
{
	static const char *const pairs[][2] = {
		{ "boot: trace: skip the Enum map", "boot-trace-skip-the-enum-map" },
		{ "  PCI: hv: a_b / c...", "pci-hv-a_b-c" },
		{ "", "patch" },
		{ "../../etc", "etc" },
		{ "\xc3\xa4", "patch" },
		{ "a234567890123456789012345678901234567890123456789012345678 0 2 4",
		  "a234567890123456789012345678901234567890123456789012345678-0" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		char *s = patch_slug(pairs[i][0]);

		assert_string_equal(s, pairs[i][1]);
		free(s);
	}
}

static void test_paths(void **state)
{
	struct strv paths = STRV_INIT;
	struct problems out;
	struct patch p;

	parse(DIFF DIFF "diff --git a/x b/y\nrename from x\nrename to y\n", &p, &out, AZK_OK);
	patch_paths(&p, &paths);
	assert_int_equal(paths.n, 3);
	assert_string_equal(paths.v[0], "d/a.c");
	assert_string_equal(paths.v[1], "x");
	assert_string_equal(paths.v[2], "y");
	strv_free(&paths);
	patch_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_no_header),
		cmocka_unit_test(test_header_twice),
		cmocka_unit_test(test_trailers_need_a_block),
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_bad_diff),
		cmocka_unit_test(test_mangled),
		cmocka_unit_test(test_slug),
		cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
