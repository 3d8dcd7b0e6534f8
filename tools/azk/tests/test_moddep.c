// SPDX-License-Identifier: GPL-2.0-only
/* Load order of modules from a modules.dep. */
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
#include "lib/moddep.h"

static const char dep[] =
	"kernel/fs/xfs/xfs.ko.zst: kernel/lib/libcrc32c.ko.zst kernel/crypto/crc32c-generic.ko.zst\n"
	"kernel/lib/libcrc32c.ko.zst: kernel/crypto/crc32c-generic.ko.zst\n"
	"kernel/crypto/crc32c-generic.ko.zst:\n"
	"kernel/drivers/hv/hv_utils.ko:\n";

static char dir[] = "/tmp/azk-moddep-XXXXXX";

static void put(const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(file_write(path, text, strlen(text)), AZK_OK);
}

static int setup(void **state)
{
	assert_non_null(mkdtemp(dir));
	put("modules.dep", dep);
	put("modules.builtin", "kernel/fs/ext4/ext4.ko\n");
	return 0;
}

static int teardown(void **state)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/modules.dep", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/modules.builtin", dir);
	unlink(path);
	return rmdir(dir);
}

static void order(void **state)
{
	struct strv f = STRV_INIT;
	struct buf l = BUF_INIT;

	assert_int_equal(moddep_order(dir, "xfs a=1 b=2", &f, &l), AZK_OK);
	assert_int_equal(moddep_order(dir, "hv-utils", &f, &l), AZK_OK);
	assert_int_equal(moddep_order(dir, "libcrc32c", &f, &l), AZK_OK);
	assert_string_equal(buf_str(&l),
			    "/azk/lib/kernel/crypto/crc32c-generic.ko\n"
			    "/azk/lib/kernel/lib/libcrc32c.ko\n"
			    "/azk/lib/kernel/fs/xfs/xfs.ko a=1 b=2\n"
			    "/azk/lib/kernel/drivers/hv/hv_utils.ko\n");
	assert_int_equal(f.n, 4);
	strv_free(&f);
	buf_free(&l);
}

static void unpacked(void **state)
{
	assert_int_equal(moddep_unpacked("kernel/a/b.ko"), 13);
	assert_int_equal(moddep_unpacked("kernel/a/b.ko.xz"), 13);
	assert_int_equal(moddep_unpacked("k.ko.d/b.ko.zst"), 11);
	assert_int_equal(moddep_unpacked("b.konfig.ko"), 11);
	assert_int_equal(moddep_unpacked("b"), 1);
}

static void not_there(void **state)
{
	struct strv f = STRV_INIT;
	struct buf l = BUF_INIT;

	assert_int_equal(moddep_order(dir, "ext4", &f, &l), AZK_OK);	/* built in */
	assert_int_equal(moddep_order(dir, "fs", &f, &l), AZK_EX_NOFILE);
	assert_int_equal(moddep_order(dir, "", &f, &l), AZK_EX_NOFILE);
	assert_int_equal(moddep_order("/nonexistent", "xfs", &f, &l), AZK_EX_NOFILE);
	put("modules.dep", "a line without a colon\n");
	assert_int_equal(moddep_order(dir, "xfs", &f, &l), AZK_EX_INPUT);
	assert_int_equal(f.n, 0);
	strv_free(&f);
	buf_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order),
		cmocka_unit_test(unpacked),
		cmocka_unit_test(not_there),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
