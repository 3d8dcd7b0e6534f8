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
static void refuse_in(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	struct buf b = BUF_INIT;
	struct plog p;

	assert_non_null(at);
	buf_add(&b, text, (size_t)(at - text));
	buf_adds(&b, to);
	buf_adds(&b, at + strlen(from));
	assert_int_equal(plog_parse("log", buf_str(&b), &p), AZK_EX_INPUT);
	plog_free(&p);
	buf_free(&b);
}

static void refuse(const char *from, const char *to)
{
	refuse_in(good, from, to);
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
	refuse("clock 90 1095", "initcall_end 90 1 ffffffff81000040");	/* it ended already */
	refuse("task 1", "task 7");				/* not the next */
	refuse("ctx 1 initcall", "ctx 1 idle");
	refuse("ctx 1 initcall", "ctx 9 initcall");		/* no such task */
	refuse("ctx 0 task 0 10\n", "");			/* a block of nothing */
	refuse("b 10200 45", "b 10200");
	refuse("b 10200 45", "b 10200 44");			/* the sum is 39 */
	/* two wrong sums that make up for each other */
	refuse("b ffffffff81000040 20\nctx 2 work ffffffff81000100 30\nb ffffffff81000100 30",
	       "b ffffffff81000040 21\nctx 2 work ffffffff81000100 30\nb ffffffff81000100 29");
	refuse("end 100 user", "end 101 user");			/* ... and 100 */
	refuse("end 100 user", "end 100 well");
	refuse("end 100 user\n", "");				/* cut off */
	refuse("end 100 user\n", "end 100 user\nfix 1 1\n");
	refuse("end 100 user\n", "end 100 user\nend 100 user\n");	/* ended once */
	refuse("task 0", "process 0");
}

/* A guest of a host: counts begin with the guest, and the host's are apart. */
static const char hosted[] =
	"insncount 1\n"
	"mark 0 0 kernel\n"
	"leak 20 7\n"
	"leak 30 3\n"
	"astray 40 -12\n"
	"task 0 0 ?\n"
	"ctx 0 phase kernel 100\n"
	"b 1000000 100\n"
	"irq sysvec_two 4\n"
	"irq sysvec_one 5\n"
	"exit 72 40 41\n"
	"exit 7b 0 1\n"
	"call 5c 3 4\n"
	"host 15000 700 900\n"
	"end 100 cut\n";

static void host(void **state)
{
	struct plog p;

	assert_int_equal(plog_parse("log", good, &p), AZK_OK);
	assert_false(p.hosted);
	plog_free(&p);
	assert_int_equal(plog_parse("log", hosted, &p), AZK_OK);
	assert_true(p.hosted);
	assert_int_equal(p.firmware, 15000);
	assert_int_equal(p.setup, 700);
	assert_int_equal(p.host, 900);
	assert_int_equal(p.leaked, 10);
	assert_int_equal(p.astray, 1);
	assert_int_equal(p.irqs, 2);
	assert_string_equal(p.irq[0].name, "sysvec_one");
	assert_int_equal(p.irq[0].n, 5);
	assert_int_equal(p.exits, 2);
	assert_int_equal(p.exit[0].code, 0x72);
	assert_int_equal(p.exit[0].n, 40);
	assert_int_equal(p.exit[0].all, 41);
	assert_int_equal(p.calls, 1);
	assert_int_equal(p.call[0].code, 0x5c);
	plog_free(&p);
}

static void refuses_host(void **state)
{
	refuse_in(hosted, "leak 20 7", "leak 20");
	refuse_in(hosted, "astray 40 -12", "astray 40 x");
	refuse_in(hosted, "irq sysvec_two 4", "irq sysvec_two");
	refuse_in(hosted, "exit 72 40 41", "exit 72 40");
	refuse_in(hosted, "exit 72 40 41", "exit 72 42 41");	/* more before than in all */
	refuse_in(hosted, "call 5c 3 4", "call zz 3 4");
	refuse_in(hosted, "host 15000 700 900", "host 15000 700");
	refuse_in(hosted, "irq sysvec_one 5", "host 1 2 3");	/* twice */
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
		cmocka_unit_test(host),
		cmocka_unit_test(refuses_host),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
