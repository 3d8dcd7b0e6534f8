// SPDX-License-Identifier: GPL-2.0-only
/* Modules in an initramfs: however they are packed, a guest gets them unpacked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/exit.h"
#include "lib/file.h"
#include "lib/initrd.h"

static const char dep[] = "k/plain.ko:\nk/x.ko.xz: k/plain.ko\nk/z.ko.zst:\nk/g.ko.gz:\n"
			  "k/odd.ko.lz4:\nk/bad.ko.xz:\n";

static char dir[] = "/tmp/azk-initrd-XXXXXX";

static void put(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", dir, name);

	assert_int_equal(file_write(path, text, strlen(text)), AZK_OK);
	free(path);
}

static void sh(const char *fmt, const char *arg)
{
	char *command = xasprintf(fmt, arg);

	assert_int_equal(system(command), 0);
	free(command);
}

static int setup(void **state)
{
	assert_non_null(mkdtemp(dir));
	sh("mkdir %s/k", dir);
	put("modules.dep", dep);
	put("init", "the init");
	put("k/plain.ko", "plain content");
	put("k/x.ko", "xz content");
	put("k/z.ko", "zstd content");
	put("k/g.ko", "gzip content");
	put("k/odd.ko.lz4", "?");
	put("k/bad.ko.xz", "this is not xz");
	sh("cd %s/k && xz x.ko && zstd -q --rm z.ko && gzip g.ko", dir);
	return 0;
}

static int teardown(void **state)
{
	sh("rm -rf %s", dir);
	return 0;
}

/* The archive with module @name; the return value of initrd_bytes(). */
static int with_module(const char *name, struct buf *out)
{
	char *init = xasprintf("%s/init", dir);
	struct strv modules = STRV_INIT;
	const struct initrd in = { .init = init, .modules = &modules, .modules_dir = dir };
	int ret;

	strv_add(&modules, name);
	ret = initrd_bytes(&in, out);
	strv_free(&modules);
	free(init);
	return ret;
}

static bool holds(const struct buf *b, const char *text)
{
	return memmem(b->s, b->len, text, strlen(text));
}

static void unpacks(void **state)
{
	static const struct { const char *name, *file, *content; } each[] = {
		{ "plain", "azk/lib/k/plain.ko", "plain content" },
		{ "x", "azk/lib/k/x.ko", "xz content" },
		{ "z", "azk/lib/k/z.ko", "zstd content" },
		{ "g", "azk/lib/k/g.ko", "gzip content" },
	};

	for (size_t i = 0; i < sizeof(each) / sizeof(*each); i++) {
		struct buf b = BUF_INIT;

		assert_int_equal(with_module(each[i].name, &b), AZK_OK);
		assert_true(holds(&b, each[i].file));
		assert_true(holds(&b, each[i].content));
		assert_false(holds(&b, ".ko."));
		buf_free(&b);
	}
}

static void with_what_it_needs(void **state)
{
	struct buf b = BUF_INIT;

	assert_int_equal(with_module("x", &b), AZK_OK);
	assert_true(holds(&b, "/azk/lib/k/plain.ko\n/azk/lib/k/x.ko\n"));
	assert_true(holds(&b, "plain content"));
	buf_free(&b);
}

static void refuses(void **state)
{
	struct buf b = BUF_INIT;

	assert_int_equal(with_module("odd", &b), AZK_EX_INPUT);
	assert_int_equal(with_module("bad", &b), AZK_EX_TOOL);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unpacks),
		cmocka_unit_test(with_what_it_needs),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
