// SPDX-License-Identifier: GPL-2.0-only
/* Kernel images by their first bytes, and kernels by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/exit.h"
#include "lib/file.h"
#include "lib/kernel.h"

#define IMAGE	8192

/* A bzImage's setup header with @protocol and a version text at 0x1000. */
static void make_image(unsigned char *d, unsigned int protocol)
{
	memset(d, 0, IMAGE);
	d[0x1fe] = 0x55;
	d[0x1ff] = 0xaa;
	memcpy(d + 0x202, "HdrS", 4);
	d[0x206] = protocol & 0xff;
	d[0x207] = protocol >> 8;
	d[0x20f] = 0x0e;	/* 0x0e00 + 0x200 */
	strcpy((char *)d + 0x1000, "6.18.15-azure (kernel@azure) #1 SMP");
}

static void good_image(void **state)
{
	unsigned char d[IMAGE];
	struct kernel k = { 0 };

	make_image(d, 0x20f);
	assert_null(kernel_header(d, IMAGE, &k));
	assert_int_equal(k.format, KERNEL_BZIMAGE);
	assert_int_equal(k.protocol, 0x20f);
	assert_string_equal(k.version, "6.18.15-azure");
	kernel_free(&k);
}

static void text_outside(void **state)
{
	unsigned char d[IMAGE];
	struct kernel k = { 0 };

	make_image(d, 0x20f);
	d[0x20f] = 0xff;
	assert_null(kernel_header(d, IMAGE, &k));
	assert_string_equal(k.version, "");
	kernel_free(&k);
	/* a text that runs into the end of what was read */
	make_image(d, 0x20f);
	assert_null(kernel_header(d, 0x1004, &k));
	assert_string_equal(k.version, "6.18");
	kernel_free(&k);
}

static void bad_images(void **state)
{
	unsigned char d[IMAGE];
	struct kernel k = { 0 };

	make_image(d, 0x20f);
	assert_non_null(kernel_header(d, 0x20f, &k));
	assert_non_null(kernel_header(d, 0, &k));
	make_image(d, 0x20b);
	assert_non_null(strstr(kernel_header(d, IMAGE, &k), "older than 2.12"));
	make_image(d, 0x20f);
	d[0x202] = 'h';
	assert_non_null(strstr(kernel_header(d, IMAGE, &k), "no HdrS"));
	make_image(d, 0x20f);
	d[0x1fe] = 0;
	assert_non_null(kernel_header(d, IMAGE, &k));
	kernel_free(&k);
}

static void elf(void **state)
{
	struct {
		Elf64_Ehdr h;
		Elf64_Phdr p[2];
	} f = {
		{ .e_type = ET_EXEC, .e_machine = EM_X86_64, .e_phoff = sizeof(f.h), .e_phnum = 2 },
		{ { .p_type = PT_NOTE, .p_vaddr = ~0ul },
		  { .p_type = PT_LOAD, .p_vaddr = 0xffffffff81000000 } },
	};
	const unsigned char *d = (const unsigned char *)&f;
	struct kernel k = { 0 };

	memcpy(f.h.e_ident, ELFMAG, SELFMAG);
	f.h.e_ident[EI_CLASS] = ELFCLASS64;
	assert_null(kernel_header(d, sizeof(f), &k));
	assert_int_equal(k.format, KERNEL_ELF);
	kernel_free(&k);
	assert_non_null(kernel_header(d, sizeof(f.h) - 1, &k));
	/* headers behind the end, a program */
	assert_non_null(kernel_header(d, sizeof(f) - 1, &k));
	f.p[1].p_vaddr = 0x400000;
	assert_non_null(strstr(kernel_header(d, sizeof(f), &k), "no segment"));
	f.p[1].p_vaddr = 0xffffffff81000000;
	f.h.e_phoff = ~0ul;
	assert_non_null(kernel_header(d, sizeof(f), &k));
	f.h.e_phoff = sizeof(f.h);
	f.h.e_type = ET_REL;
	assert_non_null(kernel_header(d, sizeof(f), &k));
	f.h.e_type = ET_EXEC;
	f.h.e_machine = EM_AARCH64;
	assert_non_null(kernel_header(d, sizeof(f), &k));
}

static void flat(void **state)
{
	unsigned char d[4096] = { 0 };
	Elf32_Ehdr h = { .e_type = ET_EXEC, .e_machine = EM_386 };
	uint32_t mb[3] = { 0x1badb002, 3, -(0x1badb002u + 3) };
	struct kernel k = { 0 };

	memcpy(h.e_ident, ELFMAG, SELFMAG);
	h.e_ident[EI_CLASS] = ELFCLASS32;
	memcpy(d, &h, sizeof(h));
	assert_non_null(strstr(kernel_header(d, sizeof(d), &k), "without a multiboot header"));
	memcpy(d + 4096 - sizeof(mb), mb, sizeof(mb));
	assert_null(kernel_header(d, sizeof(d), &k));
	assert_int_equal(k.format, KERNEL_FLAT);
	assert_string_equal(k.version, "");
	kernel_free(&k);
	/* cut off, not on 4 bytes, or with another sum it is none */
	assert_non_null(kernel_header(d, sizeof(d) - 1, &k));
	memset(d + 4096 - sizeof(mb), 0, sizeof(mb));
	memcpy(d + 2049, mb, sizeof(mb));
	assert_non_null(kernel_header(d, sizeof(d), &k));
	mb[1]++;
	memcpy(d + 1024, mb, sizeof(mb));
	assert_non_null(kernel_header(d, sizeof(d), &k));
}

static void by_name(void **state)
{
	char dir[] = "/tmp/azk-kernel-XXXXXX", path[128];
	unsigned char d[IMAGE];
	struct kernel k;

	assert_non_null(mkdtemp(dir));
	setenv("AZK_TOP", dir, 1);
	make_image(d, 0x20f);
	snprintf(path, sizeof(path), "%s/out/ours/p/bzImage", dir);
	assert_int_equal(file_write(path, d, IMAGE), AZK_OK);
	snprintf(path, sizeof(path), "%s/out/upstream/p/bzImage", dir);
	assert_int_equal(file_write(path, "short", 5), AZK_OK);
	snprintf(path, sizeof(path), "%s/out/ours/p/System.map", dir);
	assert_int_equal(file_write(path, "x", 1), AZK_OK);

	assert_int_equal(kernel_find("p", &k), AZK_OK);
	assert_string_equal(k.name, "p");
	assert_string_equal(k.sysmap, path);
	assert_null(k.modules);
	assert_int_equal(k.bytes, IMAGE);
	kernel_free(&k);

	assert_int_equal(kernel_find("upstream/p", &k), AZK_EX_KERNEL);
	kernel_free(&k);
	assert_int_equal(kernel_find("q", &k), AZK_EX_NOFILE);
	kernel_free(&k);
	assert_int_equal(kernel_find("upstream/", &k), AZK_EX_NOFILE);
	kernel_free(&k);
	assert_int_equal(kernel_find("/no/such/file", &k), AZK_EX_NOFILE);
	kernel_free(&k);
	assert_int_equal(kernel_find("", &k), AZK_EX_NOFILE);
	kernel_free(&k);

	unlink(path);
	snprintf(path, sizeof(path), "%s/out/ours/p/bzImage", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/out/upstream/p/bzImage", dir);
	unlink(path);
	for (const char *const *s = (const char *const[]){ "out/ours/p", "out/ours",
	     "out/upstream/p", "out/upstream", "out", ".", NULL }; *s; s++) {
		snprintf(path, sizeof(path), "%s/%s", dir, *s);
		rmdir(strcmp(*s, ".") ? path : dir);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_image),
		cmocka_unit_test(text_outside),
		cmocka_unit_test(bad_images),
		cmocka_unit_test(elf),
		cmocka_unit_test(flat),
		cmocka_unit_test(by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
