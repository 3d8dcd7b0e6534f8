// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk test: run test programs, count, report. Enters: programs that print TAP
 * (cmocka's are told to). Leaves: a .tap for each in out/test/<suite>/, out/test/<suite>.json,
 * out/test/junit.xml and one last line "N passed, N failed, N skipped". Called
 * by make check and make check-quick.
 *
 * "run" runs one suite, "sum" joins the suites of a whole check: a kernel
 * build lies between the two suites of make check.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/run.h"
#include "lib/tap.h"

#define TEST_DIR	"out/test"
#define SUITE		"kernel-azure/test-1"

static const char *const result_names[] = { "pass", "fail", "skip" };

/* "tools/azk/tests/tree.sh" to "tree", "out/asan/test/bin/test_x" to "asan-test_x". */
static char *label(const char *path)
{
	const char *base = strrchr(path, '/');
	char *s = xasprintf("%s%s", strstr(path, "/asan/") ? "asan-" : "",
			    base ? base + 1 : path);

	if (str_ends(s, ".sh"))
		s[strlen(s) - 3] = '\0';
	return s;
}

static json_t *case_json(const struct tap_case *c)
{
	/* %s wants UTF-8; what tests print may be anything */
	json_t *detail = json_string(c->detail), *name = json_string(c->name);

	return json_pack("{s:o,s:s,s:o}", "name", name ? name : json_string("?"),
			 "result", result_names[c->result], "detail",
			 detail ? detail : json_string("(not text)"));
}

static void show(const char *name, const struct tap *t, double seconds)
{
	printf("%-32s %3zu passed", name, t->passed);
	if (t->failed)
		printf(", %zu FAILED", t->failed);
	if (t->skipped)
		printf(", %zu skipped", t->skipped);
	printf("  (%.1f s)\n", seconds);
	for (size_t i = 0; i < t->n; i++) {
		const struct tap_case *c = &t->v[i];

		if (c->result == TAP_FAIL)
			printf("  FAILED %s\n", c->name);
		else if (c->result == TAP_SKIP)
			printf("  skipped %s: %s\n", c->name, c->detail);
		if (c->result == TAP_FAIL && *c->detail) {
			struct lines l;

			lines_init(&l, name, c->detail);
			while (lines_next(&l))
				printf("    %s\n", l.line);
			lines_done(&l);
		}
	}
	fflush(stdout);
}

/* Run one program; its suite entry is added to @programs. */
static int run_one(const char *suite, const char *path, int limit, json_t *programs,
		   size_t *failed)
{
	char *seconds = xasprintf("%d", limit), *name = label(path);
	char *log = xasprintf(TEST_DIR "/%s/%s.tap", suite, name);
	const char *const argv[] = {
		"timeout", "--kill-after=10", seconds, path, NULL
	};
	const char *const env[] = { "CMOCKA_MESSAGE_OUTPUT=TAP", "LC_ALL=C.UTF-8", NULL };
	struct buf out = BUF_INIT, tap = BUF_INIT;
	struct run r = { .argv = argv, .env = env, .out = &out, .err = &out };
	double t0 = azk_now(), took;
	json_t *cases = json_array();
	struct tap t;
	int code, ret;

	code = file_exists(path) ? run(&r) : 127;
	took = azk_now() - t0;
	if (code == 127 && !out.len)
		buf_addf(&out, "Bail out! %s could not be started\n", path);
	/* cmocka's TAP comes without the version line that KTAP wants */
	if (!str_starts(buf_str(&out), "KTAP version"))
		buf_adds(&tap, "KTAP version 1\n");
	buf_add(&tap, buf_str(&out), out.len);
	ret = file_write(log, tap.s, tap.len);
	tap_parse(name, buf_str(&out), code, &t);
	show(name, &t, took);
	for (size_t i = 0; i < t.n; i++)
		json_array_append_new(cases, case_json(&t.v[i]));
	json_array_append_new(programs, json_pack("{s:s,s:i,s:f,s:o}", "name", name,
						  "exit_code", code, "seconds", took,
						  "cases", cases));
	*failed += t.failed;
	tap_free(&t);
	buf_free(&out);
	buf_free(&tap);
	free(log);
	free(name);
	free(seconds);
	return ret;
}

static int test_run(const char *suite, char **paths, int n, int limit)
{
	char *to = xasprintf(TEST_DIR "/%s.json", suite), *text;
	json_t *programs = json_array(), *root;
	size_t failed = 0;
	int ret = AZK_OK;

	/* a result of an earlier run must not be taken for this one's */
	remove(to);
	for (int i = 0; i < n && !ret; i++)
		ret = run_one(suite, paths[i], limit, programs, &failed);
	root = json_pack("{s:s,s:s,s:o}", "schema", SUITE, "suite", suite, "programs",
			 programs);
	text = json_dumps(root, JSON_INDENT(1));
	if (!ret)
		ret = file_write(to, text, strlen(text));
	free(text);
	json_decref(root);
	free(to);
	return ret ? ret : failed ? AZK_EX_CHECK : AZK_OK;
}

/* Text for XML: what it cannot hold becomes '?'. */
static void xml(struct buf *b, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '<')
			buf_adds(b, "&lt;");
		else if (c == '>')
			buf_adds(b, "&gt;");
		else if (c == '&')
			buf_adds(b, "&amp;");
		else if (c == '"')
			buf_adds(b, "&quot;");
		else if (c == '\n')
			buf_adds(b, "&#10;");
		else if (c < 0x20 && c != '\t')
			buf_adds(b, "?");
		else
			buf_add(b, s, 1);
	}
}

struct sum {
	size_t passed, failed, skipped;
};

static void junit_case(struct buf *b, const char *class, const json_t *c, struct sum *sum)
{
	const char *name = json_string_value(json_object_get(c, "name"));
	const char *result = json_string_value(json_object_get(c, "result"));
	const char *detail = json_string_value(json_object_get(c, "detail"));
	bool fail = result && !strcmp(result, "fail"), skip = result && !strcmp(result, "skip");

	sum->failed += fail;
	sum->skipped += skip;
	sum->passed += !fail && !skip;
	buf_adds(b, "    <testcase classname=\"");
	xml(b, class);
	buf_adds(b, "\" name=\"");
	xml(b, name ? name : "?");
	buf_adds(b, "\"");
	if (!fail && !skip) {
		buf_adds(b, "/>\n");
		return;
	}
	buf_addf(b, "><%s message=\"", fail ? "failure" : "skipped");
	xml(b, detail ? detail : "");
	buf_adds(b, "\"/></testcase>\n");
}

static int junit_suite(struct buf *b, const char *suite, struct sum *sum)
{
	char *from = xasprintf(TEST_DIR "/%s.json", suite);
	struct buf text = BUF_INIT;
	json_error_t e;
	json_t *root, *p, *c;
	size_t i, j;
	int ret = file_read(from, &text);

	if (ret)
		goto done;
	root = json_loads(buf_str(&text), 0, &e);
	if (!root) {
		ret = azk_err(AZK_EX_INPUT, from, "run the tests again", "%s", e.text);
		goto done;
	}
	json_array_foreach(json_object_get(root, "programs"), i, p) {
		const char *name = json_string_value(json_object_get(p, "name"));
		struct buf cases = BUF_INIT;
		struct sum s = { 0 };

		json_array_foreach(json_object_get(p, "cases"), j, c)
			junit_case(&cases, name, c, &s);
		buf_adds(b, "  <testsuite name=\"");
		xml(b, suite);
		buf_adds(b, ".");
		xml(b, name);
		buf_addf(b, "\" tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\" time=\"%.1f\">\n",
			 s.passed + s.failed + s.skipped, s.failed, s.skipped,
			 json_real_value(json_object_get(p, "seconds")));
		buf_add(b, cases.s, cases.len);
		buf_adds(b, "  </testsuite>\n");
		sum->passed += s.passed;
		sum->failed += s.failed;
		sum->skipped += s.skipped;
		buf_free(&cases);
	}
	json_decref(root);
done:
	buf_free(&text);
	free(from);
	return ret;
}

static int test_sum(char **suites, int n)
{
	struct buf body = BUF_INIT, all = BUF_INIT;
	struct sum sum = { 0 };
	int ret = AZK_OK;

	for (int i = 0; i < n && !ret; i++)
		ret = junit_suite(&body, suites[i], &sum);
	if (ret)
		goto done;
	buf_addf(&all, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		 "<testsuites tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\">\n",
		 sum.passed + sum.failed + sum.skipped, sum.failed, sum.skipped);
	buf_add(&all, buf_str(&body), body.len);
	buf_adds(&all, "</testsuites>\n");
	ret = file_write(TEST_DIR "/junit.xml", all.s, all.len);
	printf("%zu passed, %zu failed, %zu skipped\n", sum.passed, sum.failed,
	       sum.skipped);
	if (!ret && (sum.failed || !sum.passed))
		ret = AZK_EX_CHECK;
done:
	buf_free(&body);
	buf_free(&all);
	return ret;
}

int cmd_test(int argc, char **argv)
{
	const char *suite = "all";
	int limit = 600;
	const struct opt opts[] = {
		{ "suite", "NAME", "run: what to call these (default: all)", OPT_STR, &suite },
		{ "limit", "SECONDS", "run: stop a program after that (default: 600)",
		  OPT_INT, &limit },
		{ 0 }
	};
	const struct opt_usage usage = {
		.cmd = "azk test", .args = "run PROGRAM... | sum SUITE...",
		.what = "run: run programs that print TAP, one after the other, and keep their\n"
			"output and results. sum: add up what the suites' last runs gave, write\n"
			"out/test/junit.xml, print the counts; fails when a test did or none ran.",
		.example = "  azk test run --suite quick out/test/bin/test_* tools/azk/tests/*.sh\n"
			   "  azk test sum quick guest",
		.opts = opts,
	};
	int nargs, rest, ret;

	ret = opt_parse(&usage, argc, argv, &nargs, &rest);
	if (ret)
		return ret == OPT_HELP ? AZK_OK : ret;
	if (nargs >= 1 && !strcmp(argv[1], "run"))
		return nargs > 1 ? test_run(suite, argv + 2, nargs - 1, limit) :
		       opt_bad(&usage, "no program to run");
	if (nargs >= 2 && !strcmp(argv[1], "sum"))
		return test_sum(argv + 2, nargs - 1);
	return opt_bad(&usage, "wants 'run PROGRAM...' or 'sum SUITE...'");
}
