// SPDX-License-Identifier: GPL-2.0-only
/* lib/symvers: Module.symvers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/exit.h"
#include "lib/symvers.h"

static void good(void **state)
{
	struct symvers s;
	const struct symver *v;

	assert_int_equal(symvers_parse("Module.symvers",
		"0x5e2d7875\tvmbus_open\tdrivers/hv/hv_vmbus\tEXPORT_SYMBOL_GPL\t\n"
		"0x00000000\tmemcpy\tvmlinux\tEXPORT_SYMBOL\t\n"
		"0xffffffff\tdma_buf_get\tvmlinux\tEXPORT_SYMBOL_GPL\tDMA_BUF\n"
		/* before 5.4 */
		"0x00000001\told\tvmlinux\tEXPORT_SYMBOL\n", &s), AZK_OK);
	assert_int_equal(s.n, 4);
	assert_true(s.versions);
	for (size_t i = 1; i < s.n; i++)
		assert_true(strcmp(s.v[i - 1].name, s.v[i].name) < 0);
	v = symvers_find(&s, "vmbus_open");
	assert_non_null(v);
	assert_true(v->crc == 0x5e2d7875 && v->gpl && v->line == 1);
	assert_string_equal(v->module, "drivers/hv/hv_vmbus");
	v = symvers_find(&s, "dma_buf_get");
	assert_true(v->crc == UINT32_MAX);
	assert_string_equal(v->ns, "DMA_BUF");
	assert_false(symvers_find(&s, "memcpy")->gpl);
	assert_string_equal(symvers_find(&s, "old")->ns, "");
	assert_null(symvers_find(&s, "memcp"));
	symvers_free(&s);

	assert_int_equal(symvers_parse("s", "0x00000000\ta\tvmlinux\tEXPORT_SYMBOL\t\n", &s),
			 AZK_OK);
	assert_false(s.versions);
	symvers_free(&s);
}

static void bad(void **state)
{
	static const char *const texts[] = {
		"",
		"\n\n",
		"ffffffff81000000 T startup_64\n",
		"0x1\ta\tvmlinux\n",
		"0x1\ta\tvmlinux\tEXPORT_SYMBOL\t\tx\n",
		"1\ta\tvmlinux\tEXPORT_SYMBOL\t\n",
		"0x1g\ta\tvmlinux\tEXPORT_SYMBOL\t\n",
		"0x100000000\ta\tvmlinux\tEXPORT_SYMBOL\t\n",
		"0x\t\tvmlinux\tEXPORT_SYMBOL\t\n",
		"0x1\ta\t\tEXPORT_SYMBOL\t\n",
		"0x1\ta\tvmlinux\tEXPORT_SYMBOL_FUTURE\t\n",
		"0x1\ta\tvmlinux\tEXPORT_SYMBOL\t\n0x1\ta\tb\tEXPORT_SYMBOL\t\n",
	};
	struct symvers s;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(symvers_parse("s", texts[i], &s), AZK_EX_INPUT);
		symvers_free(&s);
	}
	assert_int_equal(symvers_read("/does/not/exist", &s), AZK_EX_NOFILE);
	symvers_free(&s);
}

static void namespaces(void **state)
{
	char *imports[] = { "DMA_BUF", "CXL", NULL };

	assert_true(symvers_ns_open("", "m", NULL));
	assert_true(symvers_ns_open("CXL", "m", imports));
	assert_false(symvers_ns_open("CX", "m", imports));
	assert_false(symvers_ns_open("CXL", "m", NULL));
	/* a list of modules, which no import opens */
	assert_true(symvers_ns_open("module:kvm-*,other", "kvm_intel", NULL));
	assert_true(symvers_ns_open("module:a,kvm-intel", "kvm_intel", NULL));
	assert_true(symvers_ns_open("module:*", "m", NULL));
	assert_false(symvers_ns_open("module:kvm", "kvm_intel", NULL));
	assert_false(symvers_ns_open("module:kvm-intel-x", "kvm_intel", NULL));
	assert_false(symvers_ns_open("module:", "m", imports));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(bad),
		cmocka_unit_test(namespaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
