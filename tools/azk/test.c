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
#include <pthread.h>
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

/* How a suite is run. */
struct how {
	int limit;		/* seconds, for each program */
	int jobs;		/* programs at a time */
	int within;		/* seconds the suite is to take at the most; 0: any */
};

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

/* A suite while it runs: workers take the next program, and report under the lock. */
struct suite_run {
	const char *name;
	char **paths;
	int n, limit;
	pthread_mutex_t lock;	/* of what follows, and of the terminal */
	int next;
	json_t **done;		/* by place in @paths */
	size_t failed;
	int ret;
};

static json_t *program_json(const char *name, const struct tap *t, int code, double took)
{
	json_t *cases = json_array();

	for (size_t i = 0; i < t->n; i++)
		json_array_append_new(cases, case_json(&t->v[i]));
	return json_pack("{s:s,s:i,s:f,s:o}", "name", name, "exit_code", code, "seconds", took,
			 "cases", cases);
}

/* Run the program that is at @at, and keep what came of it. */
static void run_one(struct suite_run *s, int at)
{
	const char *path = s->paths[at];
	char *seconds = xasprintf("%d", s->limit), *name = label(path);
	char *log = xasprintf(TEST_DIR "/%s/%s.tap", s->name, name);
	const char *const argv[] = {
		"timeout", "--kill-after=10", seconds, path, NULL
	};
	const char *const env[] = { "CMOCKA_MESSAGE_OUTPUT=TAP", "LC_ALL=C.UTF-8", NULL };
	struct buf out = BUF_INIT, tap = BUF_INIT;
	struct run r = { .argv = argv, .env = env, .out = &out, .err = &out };
	double t0 = azk_now(), took;
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
	tap_parse(name, buf_str(&out), code, &t);

	pthread_mutex_lock(&s->lock);
	ret = file_write(log, tap.s, tap.len);
	if (!s->ret)
		s->ret = ret;
	show(name, &t, took);
	s->done[at] = program_json(name, &t, code, took);
	s->failed += t.failed;
	pthread_mutex_unlock(&s->lock);

	tap_free(&t);
	buf_free(&out);
	buf_free(&tap);
	free(log);
	free(name);
	free(seconds);
}

static void *worker(void *arg)
{
	struct suite_run *s = arg;

	for (;;) {
		int at = -1;

		pthread_mutex_lock(&s->lock);
		if (!s->ret && s->next < s->n)
			at = s->next++;
		pthread_mutex_unlock(&s->lock);
		if (at < 0)
			return NULL;
		run_one(s, at);
	}
}

/*
 * All programs, @jobs of them at a time; this thread is the first worker, so one job
 * is one program after the other. Each child dies with the thread that waits for it.
 */
static void run_all(struct suite_run *s, int jobs)
{
	pthread_t *thread = xcalloc((size_t)jobs, sizeof(*thread));
	int more = 0;

	while (more < jobs - 1 && !pthread_create(&thread[more], NULL, worker, s))
		more++;
	worker(s);
	while (more)
		pthread_join(thread[--more], NULL);
	free(thread);
}

static int test_run(const char *suite, char **paths, int n, const struct how *how)
{
	struct suite_run s = {
		.name = suite, .paths = paths, .n = n, .limit = how->limit,
		.lock = PTHREAD_MUTEX_INITIALIZER, .done = xcalloc((size_t)n, sizeof(*s.done)),
	};
	char *to = xasprintf(TEST_DIR "/%s.json", suite), *text;
	json_t *programs = json_array(), *root;
	double t0 = azk_now();

	/* a result of an earlier run must not be taken for this one's */
	remove(to);
	run_all(&s, how->jobs);
	for (int i = 0; i < n; i++)
		if (s.done[i])
			json_array_append_new(programs, s.done[i]);
	root = json_pack("{s:s,s:s,s:f,s:i,s:o}", "schema", SUITE, "suite", suite,
			 "seconds", azk_now() - t0, "within_seconds", how->within,
			 "programs", programs);
	text = json_dumps(root, JSON_INDENT(1));
	if (!s.ret)
		s.ret = file_write(to, text, strlen(text));
	free(text);
	json_decref(root);
	free(to);
	free(s.done);
	return s.ret ? s.ret : s.failed ? AZK_EX_CHECK : AZK_OK;
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

/* How long a suite took, and whether that was too long: a warning, machines differ. */
static void show_time(const char *suite, const json_t *root)
{
	double took = json_real_value(json_object_get(root, "seconds"));
	int within = (int)json_integer_value(json_object_get(root, "within_seconds"));

	printf("%-16s took %.1f s", suite, took);
	if (within)
		printf("%s %d s", took > within ? ", WARNING: more than" : " of", within);
	puts("");
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
	show_time(suite, root);
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
	struct how how = { .limit = 600, .jobs = 1 };
	const struct opt opts[] = {
		{ "suite", "NAME", "run: what to call these (default: all)", OPT_STR, &suite },
		{ "limit", "SECONDS", "run: stop a program after that (default: 600)",
		  OPT_INT, &how.limit },
		{ "jobs", "N", "run: so many programs at a time (default: 1)", OPT_INT, &how.jobs },
		{ "within", "SECONDS", "run: what all of them are to take; sum warns of more",
		  OPT_INT, &how.within },
		{ 0 }
	};
	const struct opt_usage usage = {
		.cmd = "azk test", .args = "run PROGRAM... | sum SUITE...",
		.what = "run: run programs that print TAP, and keep their output and results; each\n"
			"of --jobs takes the next one, so long ones come first. sum: add up what the\n"
			"suites' last runs gave, write out/test/junit.xml, print how long they took\n"
			"and the counts; fails when a test did or none ran.",
		.example = "  azk test run --suite quick out/test/bin/test_* tools/azk/tests/*.sh\n"
			   "  azk test sum quick guest",
		.opts = opts,
	};
	int nargs, rest, ret;

	ret = opt_parse(&usage, argc, argv, &nargs, &rest);
	if (ret)
		return ret == OPT_HELP ? AZK_OK : ret;
	if (how.jobs < 1)
		return opt_bad(&usage, "--jobs wants 1 or more");
	if (nargs >= 1 && !strcmp(argv[1], "run"))
		return nargs > 1 ? test_run(suite, argv + 2, nargs - 1, &how) :
		       opt_bad(&usage, "no program to run");
	if (nargs >= 2 && !strcmp(argv[1], "sum"))
		return test_sum(argv + 2, nargs - 1);
	return opt_bad(&usage, "wants 'run PROGRAM...' or 'sum SUITE...'");
}
