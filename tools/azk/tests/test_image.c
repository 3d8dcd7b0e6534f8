// SPDX-License-Identifier: GPL-2.0-only
/* lib/image: a bzImage cut by its header. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/image.h"

static void put32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

static void cut(void **state)
{
	unsigned char head[1024] = { 0 };
	struct image_cut c;

	head[0x1f1] = 31;			/* 32 sectors with the first */
	put32(head + 0x248, 0x1000);
	put32(head + 0x24c, 5000);
	assert_true(image_cut(head, sizeof(head), 16384 + 4096 + 5000 + 700, &c));
	assert_int_equal(c.setup, 16384);
	assert_int_equal(c.payload_at, 16384 + 4096);
	assert_int_equal(c.payload, 5000);
	assert_int_equal(c.code, 4096 + 700);

	head[0x1f1] = 0;			/* means 4 */
	assert_true(image_cut(head, sizeof(head), 20000, &c));
	assert_int_equal(c.setup, 5 * 512);
}

static void lies(void **state)
{
	unsigned char head[1024] = { 0 };
	struct image_cut c;

	head[0x1f1] = 4;
	put32(head + 0x248, 0xfffffff0);
	assert_false(image_cut(head, sizeof(head), 20000, &c));
	put32(head + 0x248, 0x100);
	put32(head + 0x24c, 0xffffffff);
	assert_false(image_cut(head, sizeof(head), 20000, &c));
	put32(head + 0x24c, 20000 - 5 * 512 - 0x100);
	assert_true(image_cut(head, sizeof(head), 20000, &c));
	assert_false(image_cut(head, sizeof(head), 19999, &c));
	assert_false(image_cut(head, 0x24c, 20000, &c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut),
		cmocka_unit_test(lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
