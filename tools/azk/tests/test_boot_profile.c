// SPDX-License-Identifier: GPL-2.0-only
/* lib/boot_profile: phases, initcalls and functions from a log and symbols. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/boot_profile.h"
#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/profile_log.h"

static const char map[] =
	"ffffffff81000000 T startup_64\n"
	"ffffffff81000100 T start_kernel\n"
	"ffffffff81000200 T kernel_init\n"
	"ffffffff81000300 T do_one_initcall\n"
	"ffffffff81000400 T __switch_to_asm\n"
	"ffffffff81000500 t process_one_work\n"
	"ffffffff81000600 t delay_tsc\n"
	"ffffffff81000700 t first_init\n"
	"ffffffff81000800 t last_init\n"
	"ffffffff81000900 t map_work\n"
	"ffffffff81000a00 T memcpy\n"
	"ffffffff81000b00 T asm_sysvec_hyperv_stimer0\n"
	"ffffffff81000c00 T asm_common_interrupt\n"
	"ffffffff81000d00 T asm_exc_page_fault\n"
	"ffffffff83000000 D __initcall_start\n"
	"ffffffff83000004 D __initcall0_start\n"
	"ffffffff83000004 D __initcall1_start\n"
	"ffffffff83000004 D __initcall2_start\n"
	"ffffffff83000004 D __initcall3_start\n"
	"ffffffff83000004 D __initcall4_start\n"
	"ffffffff83000004 D __initcall5_start\n"
	"ffffffff83000004 D __initcallrootfs_start\n"
	"ffffffff83000004 D __initcall6_start\n"
	"ffffffff83000004 D __initcall7_start\n"
	"ffffffff83000008 D __initcall_end\n"
	"ffffffff84000000 B _end\n";

/*
 * 100 firmware, 1000 decompression, then the kernel: 30 at its load address
 * through the identity map, 200 early, an initcall of each of two levels, a
 * worker that ran meanwhile, the end.
 */
static const char log_text[] =
	"insncount 1\n"
	"mark 100 0 kernel\n"
	"mark 1100 0 startup_64\n"
	"mark 1130 0 start_kernel\n"
	"clock 1200 1200\n"
	"mark 1330 1 kernel_init\n"
	"initcall 1340 1 ffffffff81000700\n"
	"initcall_end 1390 1 ffffffff81000700\n"
	"initcall 1400 1 ffffffff81000800\n"
	"initcall_end 1700 1 ffffffff81000800\n"
	"clock 1750 2750\n"
	"mark 1760 1 free_initmem\n"
	"mark 1800 1 user\n"
	"task 0 ffffffff82000000 swapper/0\n"
	"task 1 ffff888003a00000 init\n"
	"task 2 ffff888003a01000 kworker/0:1\n"
	"task 3 ffff888003a02000 kthreadd\n"
	"ctx 0 task 0 100\n"
	"b fffffff0 100\n"
	"ctx 0 phase kernel 1000\n"
	"b 10200 100\n"
	"b 1f00000 900\n"
	"ctx 0 phase startup_64 30\n"
	"b 1000010 30\n"
	"ctx 0 phase start_kernel 190\n"
	"b ffffffff81000100 90\n"
	"b ffffffff81000610 100\n"
	"ctx 1 phase kernel_init 10\n"
	"b ffffffff81000200 10\n"
	"ctx 1 initcall ffffffff81000700 50\n"
	"b ffffffff81000700 20\n"
	"b ffffffff81000a08 30\n"
	"ctx 1 phase initcalls 5\n"
	"b ffffffff81000300 5\n"
	"ctx 1 initcall ffffffff81000800 250\n"
	"b ffffffff81000800 210\n"
	"b ffffffff81000a08 40\n"
	"ctx 2 work ffffffff81000900 100\n"
	"b ffffffff81000900 90\n"
	"b ffffffff81000a00 10\n"
	"ctx 3 task 0 20\n"
	"b ffffffffc0001000 14\n"
	"b 7f0000401000 6\n"
	"ctx 0 phase idle 5\n"
	"b ffffffff81000200 5\n"
	"ctx 1 phase free_initmem 40\n"
	"b ffffffff81000200 40\n"
	"end 1800 user\n";

struct fixture {
	struct plog log;
	struct ksyms sym;
	struct boot_profile prof;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	*state = f;
	return ksyms_parse("map", map, &f->sym) || plog_parse("log", log_text, &f->log) ||
	       boot_profile_make("log", &f->log, &f->sym, NULL, &f->prof);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	boot_profile_free(&f->prof);
	plog_free(&f->log);
	ksyms_free(&f->sym);
	free(f);
	return 0;
}

static void phases(void **state)
{
	const struct boot_profile *b = &((struct fixture *)*state)->prof;
	int64_t sum = 0;

	assert_int_equal(b->firmware, 100);
	assert_int_equal(b->total, 1700);
	assert_int_equal(b->idle_ns, 1000);
	assert_int_equal(b->phase[PHASE_DECOMPRESSION], 1000);
	assert_int_equal(b->phase[PHASE_EARLY], 230);
	assert_int_equal(b->phase[PHASE_INITCALL + LEVEL_EARLY], 50);
	assert_int_equal(b->phase[PHASE_INITCALL + LEVEL_LATE], 250);
	assert_int_equal(b->phase[PHASE_INITCALL + LEVEL_FS], 0);
	assert_int_equal(b->phase[PHASE_BETWEEN], 5);
	assert_int_equal(b->phase[PHASE_AFTER], 40);
	assert_int_equal(b->phase[PHASE_BACKGROUND], 125);
	for (int i = 0; i < NR_PHASES; i++)
		sum += b->phase[i];
	assert_int_equal(sum, b->total);
}

static const struct boot_row *find(const struct boot_rows *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(r->v[i].name, name))
			return &r->v[i];
	return NULL;
}

/* A worker that runs during an initcall is not charged to it. */
static void tables(void **state)
{
	const struct boot_profile *b = &((struct fixture *)*state)->prof;

	assert_int_equal(b->initcalls.n, 2);
	assert_string_equal(b->initcalls.v[0].name, "last_init");
	assert_int_equal(b->initcalls.v[0].insns, 250);
	assert_string_equal(b->initcalls.v[0].level, "late");
	assert_string_equal(b->initcalls.v[1].level, "early");
	assert_int_equal(b->background.n, 3);
	assert_string_equal(b->background.v[0].name, "work map_work");
	assert_int_equal(find(&b->background, "task kthreadd")->insns, 20);
	assert_int_equal(find(&b->background, "idle task")->insns, 5);
}

static void functions(void **state)
{
	const struct boot_profile *b = &((struct fixture *)*state)->prof;
	int64_t sum = 0;

	/* 80 in three places, most of it in the late initcall */
	assert_int_equal(find(&b->functions, "memcpy")->insns, 80);
	assert_string_equal(find(&b->functions, "memcpy")->where, "initcall last_init");
	assert_int_equal(find(&b->functions, "startup_64")->insns, 30);
	assert_int_equal(find(&b->functions, "(decompressor)")->insns, 900);
	assert_int_equal(find(&b->functions, "(real-mode setup)")->insns, 100);
	assert_int_equal(find(&b->functions, "(modules and generated code)")->insns, 14);
	assert_int_equal(find(&b->functions, "(user mode)")->insns, 6);
	assert_true(find(&b->functions, "delay_tsc")->waiting);
	assert_false(find(&b->functions, "memcpy")->waiting);
	assert_int_equal(b->waiting, 100);
	for (size_t i = 0; i < b->functions.n; i++)
		sum += b->functions.v[i].insns;
	assert_int_equal(sum, b->total);
}

static void waiting(void **state)
{
	assert_true(boot_profile_waits("delay_tsc"));
	assert_true(boot_profile_waits("pit_expect_msb.constprop.0"));
	assert_false(boot_profile_waits("delay"));
	assert_false(boot_profile_waits("delay_tsc_setup"));
	assert_false(boot_profile_waits(""));
}

static void marks(void **state)
{
	const struct ksyms *k = &((struct fixture *)*state)->sym;
	struct buf b = BUF_INIT;
	struct ksyms less;

	assert_int_equal(boot_profile_marks(k, 0x10200, true, "map", &b), AZK_OK);
	assert_string_equal(buf_str(&b),
			    "boot kernel 10200\n"
			    "phase startup_64 1000000\n"
			    "phase start_kernel ffffffff81000100\n"
			    "boot kernel_init ffffffff81000200\n"
			    "initcall initcalls ffffffff81000300\n"
			    "switch switch ffffffff81000400\n"
			    "work work ffffffff81000500\n"
			    "irq sysvec_hyperv_stimer0 ffffffff81000b00\n"
			    "irq common_interrupt ffffffff81000c00\n");
	buf_reset(&b);
	assert_int_equal(ksyms_parse("map", "ffffffff81000000 T startup_64\n", &less), AZK_OK);
	assert_int_equal(boot_profile_marks(&less, 0x10200, true, "map", &b), AZK_EX_INPUT);
	ksyms_free(&less);
	buf_free(&b);
}

/* A boot that never reached init has no profile. */
static void incomplete(void **state)
{
	const struct ksyms *k = &((struct fixture *)*state)->sym;
	struct boot_profile b;
	struct plog p;

	assert_int_equal(plog_parse("log", "insncount 1\nend 0 cut\n", &p), AZK_OK);
	assert_int_equal(boot_profile_make("log", &p, k, NULL, &b), AZK_EX_INPUT);
	boot_profile_free(&b);
	plog_free(&p);
	assert_int_equal(plog_parse("log", "insncount 1\nmark 0 0 kernel\nend 0 cut\n", &p),
			 AZK_OK);
	assert_int_equal(boot_profile_make("log", &p, k, NULL, &b), AZK_EX_INPUT);
	boot_profile_free(&b);
	plog_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases),
		cmocka_unit_test(tables),
		cmocka_unit_test(functions),
		cmocka_unit_test(waiting),
		cmocka_unit_test(marks),
		cmocka_unit_test(incomplete),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
