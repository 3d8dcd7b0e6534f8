// SPDX-License-Identifier: GPL-2.0-only
/* lib/hvimage: the segments of a program become one range. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/hvimage.h"

/* Three segments: two that are loaded, in no order, and one that is not. */
struct program {
	Elf32_Ehdr h;
	Elf32_Phdr p[3];
};

static struct program good(void)
{
	struct program g = {
		.h = { .e_entry = 0x200040, .e_phoff = sizeof(Elf32_Ehdr),
		       .e_phentsize = sizeof(Elf32_Phdr), .e_phnum = 3 },
		.p = {
			{ .p_type = PT_LOAD, .p_paddr = 0x210000, .p_memsz = 0x5000 },
			{ .p_type = PT_LOAD, .p_paddr = 0x200000, .p_memsz = 0x1000 },
			{ .p_type = PT_NOTE, .p_paddr = 0x900000, .p_memsz = 0x1000 },
		},
	};

	memcpy(g.h.e_ident, ELFMAG, SELFMAG);
	g.h.e_ident[EI_CLASS] = ELFCLASS32;
	return g;
}

static const char *parse(const struct program *g, size_t len, struct hvimage *image)
{
	return hvimage_parse((const unsigned char *)g, len, image);
}

static void range(void **state)
{
	struct program g = good();
	struct hvimage i;

	assert_null(parse(&g, sizeof(g), &i));
	assert_int_equal(i.entry, 0x200040);
	assert_int_equal(i.start, 0x200000);
	assert_int_equal(i.end, 0x215000);
}

static void refused(void **state)
{
	struct program g = good();
	struct hvimage i;

	assert_non_null(parse(&g, 20, &i));
	assert_non_null(parse(&g, sizeof(g) - 1, &i));
	g.h.e_ident[EI_CLASS] = ELFCLASS64;
	assert_non_null(parse(&g, sizeof(g), &i));
	g = good();
	g.h.e_entry = 0x215000;
	assert_non_null(parse(&g, sizeof(g), &i));
	g = good();
	g.p[0].p_memsz = 0xfffff000;
	assert_non_null(parse(&g, sizeof(g), &i));
	g = good();
	g.h.e_phnum = 0;
	assert_non_null(parse(&g, sizeof(g), &i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(range),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
