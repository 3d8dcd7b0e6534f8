// SPDX-License-Identifier: GPL-2.0-only
/* Archives of the cpio writer, read back field by field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cpio.h"
#include "lib/exit.h"
#include "lib/file.h"

enum { INO, MODE, UID, GID, NLINK, MTIME, SIZE, MAJOR, MINOR, RMAJOR, RMINOR, NAME, SUM, FIELDS };

struct rec {
	uint32_t f[FIELDS];
	const char *name, *data;
};

/* Parse the record at *at and move past it; checks magic and alignment. */
static struct rec next(const struct buf *b, size_t *at)
{
	struct rec r;
	char hex[9] = "";

	assert_int_equal(*at % 4, 0);
	assert_true(*at + 110 <= b->len);
	assert_memory_equal(b->s + *at, "070701", 6);
	for (int i = 0; i < FIELDS; i++) {
		memcpy(hex, b->s + *at + 6 + 8 * i, 8);
		r.f[i] = (uint32_t)strtoul(hex, NULL, 16);
	}
	r.name = b->s + *at + 110;
	assert_int_equal(strlen(r.name) + 1, r.f[NAME]);
	*at = (*at + 110 + r.f[NAME] + 3) & ~3ul;
	r.data = b->s + *at;
	*at = (*at + r.f[SIZE] + 3) & ~3ul;
	assert_true(*at <= b->len);
	return r;
}

static void round_trip(void **state)
{
	static const struct {
		const char *name, *data;
		uint32_t mode, size;
	} want[] = {
		{ "azk", "", S_IFDIR | 0755, 0 },
		{ "azk/cmd", "a\0b\0", S_IFREG | 0644, 4 },
		{ "bin", "", S_IFDIR | 0755, 0 },
		{ "bin/true", "/azk/init", S_IFLNK | 0777, 9 },
		{ "dev", "", S_IFDIR | 0755, 0 },
		{ "dev/console", "", S_IFCHR | 0600, 0 },
		{ "empty", "", S_IFREG | 04755, 0 },
		{ "tmp", "", S_IFDIR | 01777, 0 },
		{ "TRAILER!!!", "", 0, 0 },
	};
	struct cpio c = CPIO_INIT;
	struct buf b = BUF_INIT;
	size_t at = 0;

	cpio_dir(&c, "tmp/", 01777);
	cpio_file(&c, "/azk/cmd", 0644, "other", 5);
	cpio_chardev(&c, "dev/console", 0600, 5, 1);
	cpio_link(&c, "/bin/true", "/azk/init");
	cpio_file(&c, "azk/cmd", 0644, "a\0b\0", 4);	/* replaces */
	cpio_file(&c, "empty", 04755, "", 0);
	cpio_write(&c, &b);
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		struct rec r = next(&b, &at);

		assert_string_equal(r.name, want[i].name);
		assert_int_equal(r.f[MODE], want[i].mode);
		assert_int_equal(r.f[SIZE], want[i].size);
		assert_memory_equal(r.data, want[i].data, want[i].size);
		assert_int_equal(r.f[MTIME], 0);
		assert_int_equal(r.f[UID] | r.f[GID] | r.f[SUM], 0);
		if (strcmp(r.name, "TRAILER!!!"))
			assert_int_equal(r.f[INO], i + 1);
		if (!strcmp(r.name, "dev/console")) {
			assert_int_equal(r.f[RMAJOR], 5);
			assert_int_equal(r.f[RMINOR], 1);
		}
	}
	assert_int_equal(at, b.len);
	buf_free(&b);
	cpio_free(&c);
}

/* The order of adding does not show; an archive before it is kept and padded. */
static void same_bytes(void **state)
{
	struct cpio c = CPIO_INIT, d = CPIO_INIT;
	struct buf one = BUF_INIT, two = BUF_INIT;

	cpio_file(&c, "b", 0644, "2", 1);
	cpio_file(&c, "a", 0644, "1", 1);
	cpio_file(&d, "a", 0644, "1", 1);
	cpio_file(&d, "b", 0644, "2", 1);
	cpio_write(&c, &one);
	buf_adds(&two, "gzip!");
	cpio_write(&d, &two);
	assert_int_equal(two.len, one.len + 8);
	assert_memory_equal(two.s, "gzip!\0\0\0", 8);
	assert_memory_equal(two.s + 8, one.s, one.len);
	buf_free(&one);
	buf_free(&two);
	cpio_free(&c);
	cpio_free(&d);
}

static void from_host(void **state)
{
	char dir[] = "/tmp/azk-cpio-XXXXXX";
	struct cpio c = CPIO_INIT;
	struct buf b = BUF_INIT;
	char path[128];
	size_t at = 0;
	struct rec r;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/sub/run", dir);
	assert_int_equal(file_write(path, "#!x", 3), AZK_OK);
	chmod(path, 0750);
	snprintf(path, sizeof(path), "%s/link", dir);
	assert_int_equal(symlink("sub/run", path), 0);
	assert_int_equal(cpio_add_host(&c, dir, "/d"), AZK_OK);
	cpio_write(&c, &b);
	assert_string_equal(next(&b, &at).name, "d");
	r = next(&b, &at);
	assert_string_equal(r.name, "d/link");
	assert_memory_equal(r.data, "sub/run", 7);
	assert_string_equal(next(&b, &at).name, "d/sub");
	r = next(&b, &at);
	assert_string_equal(r.name, "d/sub/run");
	assert_int_equal(r.f[MODE], S_IFREG | 0750);
	assert_memory_equal(r.data, "#!x", 3);

	assert_int_equal(cpio_add_host(&c, "/nonexistent/file", "x"), AZK_EX_NOFILE);
	assert_int_equal(cpio_add_host(&c, "/dev/null", "x"), AZK_EX_INPUT);

	unlink(path);
	snprintf(path, sizeof(path), "%s/sub/run", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/sub", dir);
	rmdir(path);
	rmdir(dir);
	buf_free(&b);
	cpio_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(same_bytes),
		cmocka_unit_test(from_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
