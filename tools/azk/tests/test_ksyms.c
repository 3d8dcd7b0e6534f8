// SPDX-License-Identifier: GPL-2.0-only
/* lib/ksyms: System.map and /proc/kallsyms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/exit.h"
#include "lib/ksyms.h"

static const char map[] =
	"0000000000000000 D __per_cpu_start\n"
	"ffffffff81000000 T _stext\n"
	"ffffffff81000000 T startup_64\n"
	"ffffffff81000100 t early_helper\n"
	"ffffffff82000000 T start_kernel\n"
	"ffffffff83000000 D __initcall_start\n"
	"ffffffff83000008 D __initcall0_start\n"
	"ffffffff8300000c D __initcall1_start\n"
	"ffffffff8300000c D __initcall2_start\n"
	"ffffffff83000010 D __initcall3_start\n"
	"ffffffff83000010 D __initcall4_start\n"
	"ffffffff83000010 D __initcall5_start\n"
	"ffffffff83000010 D __initcallrootfs_start\n"
	"ffffffff83000014 D __initcall6_start\n"
	"ffffffff83000018 D __initcall7_start\n"
	"ffffffff8300001c D __initcall_end\n"
	"ffffffff84000000 B _end\n"
	"ffffffffc0000000 t of_a_module\t[nvme]\n";

static void names(void **state)
{
	struct ksyms k;

	assert_int_equal(ksyms_parse("map", map, &k), AZK_OK);
	assert_int_equal(k.texts, 4);
	assert_null(ksyms_at(&k, 0xffffffff80ffffff));
	/* of two names for one address, the plain one */
	assert_string_equal(ksyms_at(&k, 0xffffffff81000000)->name, "startup_64");
	assert_string_equal(ksyms_at(&k, 0xffffffff810000ff)->name, "startup_64");
	assert_string_equal(ksyms_at(&k, 0xffffffff81000100)->name, "early_helper");
	assert_string_equal(ksyms_at(&k, 0xffffffffffffffff)->name, "start_kernel");
	assert_true(ksyms_addr(&k, "start_kernel") == 0xffffffff82000000);
	assert_true(ksyms_addr(&k, "__initcall6_start") == 0xffffffff83000014);
	assert_true(ksyms_addr(&k, "of_a_module") == 0);
	assert_true(k.end == 0xffffffff84000000);
	ksyms_free(&k);
}

static void levels(void **state)
{
	static const int want[] = {
		LEVEL_EARLY, LEVEL_EARLY, LEVEL_PURE, LEVEL_POSTCORE, LEVEL_ROOTFS,
		LEVEL_DEVICE, LEVEL_LATE, -1,
	};
	struct ksyms k;

	assert_int_equal(ksyms_parse("map", map, &k), AZK_OK);
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		assert_int_equal(ksyms_level(&k, i), want[i]);
	ksyms_free(&k);

	/* kernels that hide data symbols have no levels, and say so */
	assert_int_equal(ksyms_parse("map", "ffffffff81000000 T a\n", &k), AZK_OK);
	assert_int_equal(ksyms_level(&k, 0), -1);
	assert_true(k.end == UINT64_MAX);
	ksyms_free(&k);
}

static void bad(void **state)
{
	static const char *const texts[] = {
		"",
		"no symbols here\n",
		"ffffffff81000000 T\n",
		"ffffffff81000000 T a\nffffffff8100000g T b\n",
		/* what /proc/kallsyms shows to those who may not see it */
		"0000000000000000 T startup_64\n0000000000000000 T b\n",
		/* the whole file that some distributors ship */
		"ffffffffffffffff B The real System.map is in another package\n",
	};
	struct ksyms k;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(ksyms_parse("map", texts[i], &k), AZK_EX_INPUT);
		ksyms_free(&k);
	}
	assert_int_equal(ksyms_read("/does/not/exist", &k), AZK_EX_NOFILE);
	ksyms_free(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(levels),
		cmocka_unit_test(bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
