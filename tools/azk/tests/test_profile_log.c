// SPDX-License-Identifier: GPL-2.0-only
/* lib/profile_log: the insncount log, good and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/profile_log.h"

static const char good[] =
	"insncount 1\n"
	"mark 10 0 kernel\n"
	"clock 40 45\n"
	"fix 44 1\n"
	"mark 50 1 kernel_init\n"
	"initcall 60 1 ffffffff81000040\n"
	"initcall 62 2 ffffffff81000080\n"
	"initcall_end 80 1 ffffffff81000040\n"
	"clock 90 1095\n"
	"task 0 ffffffff82000000 swapper/0\n"
	"task 1 ffff888003a00000 swapper/0\n"
	"task 2 ffff888003a01000 kworker/0:1\n"
	"ctx 0 task 0 10\n"
	"b fffffff0 10\n"
	"ctx 0 phase kernel 40\n"
	"b 10200 45\n"
	"b 10204 -5\n"
	"ctx 1 initcall ffffffff81000040 20\n"
	"b ffffffff81000040 20\n"
	"ctx 2 work ffffffff81000100 30\n"
	"b ffffffff81000100 30\n"
	"end 100 user\n";

static void reads(void **state)
{
	struct plog p;

	assert_int_equal(plog_parse("log", good, &p), AZK_OK);
	assert_int_equal(p.marks, 2);
	assert_int_equal(plog_mark(&p, "kernel_init")->at, 50);
	assert_int_equal(plog_mark(&p, "kernel_init")->task, 1);
	assert_null(plog_mark(&p, "user"));
	assert_int_equal(p.initcalls, 2);
	assert_int_equal(p.initcall[0].end, 80);
	assert_int_equal(p.initcall[1].end, 0);
	assert_int_equal(p.tasks, 3);
	assert_string_equal(p.task[2].name, "kworker/0:1");
	assert_int_equal(p.ctxs, 4);
	assert_int_equal(p.ctx[1].doing, PLOG_PHASE);
	assert_string_equal(p.ctx[1].phase, "kernel");
	assert_int_equal(p.ctx[1].n, 2);
	assert_int_equal(p.block[p.ctx[1].first + 1].insns, -5);
	assert_int_equal(p.ctx[3].doing, PLOG_WORK);
	assert_true(p.ctx[3].fn == 0xffffffff81000100);
	assert_int_equal(p.fixed, 1);
	assert_int_equal(p.end, 100);
	assert_true(p.complete);
	/* time without instructions: none, 5 ns, 1005 ns */
	assert_int_equal(plog_idle(&p, 39), 0);
	assert_int_equal(plog_idle(&p, 40), 5);
	assert_int_equal(plog_idle(&p, 100), 1005);
	plog_free(&p);
}

/* @from replaced by @to once must be refused. */
static void refuse(const char *from, const char *to)
{
	const char *at = strstr(good, from);
	struct buf b = BUF_INIT;
	struct plog p;

	assert_non_null(at);
	buf_add(&b, good, (size_t)(at - good));
	buf_adds(&b, to);
	buf_adds(&b, at + strlen(from));
	assert_int_equal(plog_parse("log", buf_str(&b), &p), AZK_EX_INPUT);
	plog_free(&p);
	buf_free(&b);
}

static void refuses(void **state)
{
	refuse("insncount 1", "insncount 2");
	refuse("mark 10 0 kernel", "mark 10 0");
	refuse("mark 10", "mark ten");
	refuse("clock 40 45", "clock 40");
	refuse("fix 44 1", "fix 44");
	refuse("initcall 60 1 ffffffff81000040", "initcall 60 1");
	refuse("initcall_end 80 1", "initcall_end 80 0");	/* it never began */
	refuse("task 1", "task 7");				/* not the next */
	refuse("ctx 1 initcall", "ctx 1 idle");
	refuse("ctx 1 initcall", "ctx 9 initcall");		/* no such task */
	refuse("ctx 0 task 0 10\n", "");			/* a block of nothing */
	refuse("b 10200 45", "b 10200");
	refuse("b 10200 45", "b 10200 44");			/* the sum is 39 */
	refuse("end 100 user", "end 101 user");			/* ... and 100 */
	refuse("end 100 user", "end 100 well");
	refuse("end 100 user\n", "");				/* cut off */
	refuse("end 100 user\n", "end 100 user\nfix 1 1\n");
	refuse("task 0", "process 0");
}

static void files(void **state)
{
	struct plog p;

	assert_int_equal(plog_parse("log", "", &p), AZK_EX_INPUT);
	plog_free(&p);
	assert_int_equal(plog_read("/does/not/exist", &p), AZK_EX_NOFILE);
	plog_free(&p);
	assert_int_equal(plog_parse("log", "insncount 1\nend 0 cut\n", &p), AZK_OK);
	assert_false(p.complete);
	plog_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
