// SPDX-License-Identifier: GPL-2.0-only
/* The parser of patches/base.lock: what it takes, and where it points at errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/exit.h"
#include "lib/lock.h"

#define SHA "fdf4c4d487c95b17a41cb38003faef86669e532a44fe702eb31a3390b6a60cca"
#define SHA2 "69ac99a397e2e1d9e97f6ade0c01e4ab704ba999667932b6b35fec032700cb19"
#define TREE "fee8e7b4208eb74080e6382a69236b61799e36a2"
#define LEAST "version 6.18.15\nfile linux_6.18.15.orig.tar.xz\nsha256 " SHA \
	      "\nsize 157422084\ndate 1772226310\n"

/* Parse; what was printed on stderr goes to @said. */
static int parse(const char *text, struct lock *l, char *said, size_t size)
{
	int keep = dup(2), ret;
	FILE *f = tmpfile();
	size_t n;

	assert_non_null(f);
	fflush(stderr);
	dup2(fileno(f), 2);
	ret = lock_parse("base.lock", text, l);
	fflush(stderr);
	dup2(keep, 2);
	close(keep);
	rewind(f);
	n = fread(said, 1, size - 1, f);
	said[n] = '\0';
	fclose(f);
	return ret;
}

static void takes_the_least(void **state)
{
	char said[512];
	struct lock l;

	assert_int_equal(parse(LEAST, &l, said, sizeof(said)), AZK_OK);
	assert_string_equal(said, "");
	assert_string_equal(l.version, "6.18.15");
	assert_string_equal(l.base.file, "linux_6.18.15.orig.tar.xz");
	assert_string_equal(l.base.sha256, SHA);
	assert_int_equal(l.base.size, 157422084);
	assert_int_equal(l.date, 1772226310);
	assert_null(l.tree);
	assert_int_equal(l.n_peer, 0);
	assert_int_equal(l.exclude.n, 0);
	lock_free(&l);
}

static void takes_everything(void **state)
{
	char said[512];
	struct lock l;

	assert_int_equal(parse("# a comment\n\n  \t\n" LEAST
			       "pool  main/l/linux \n"
			       "tree FEE8E7B4208eb74080e6382a69236b61799e36a2\n"
			       "exclude a/b.c\nexclude d\n"
			       "peer deb\npeer_version 1-1\npeer_file x.deb\n"
			       "peer_sha256 " SHA2 "\npeer_size 7\n"
			       "peer deb-2\npeer_file y.deb\npeer_version 2\n"
			       "peer_sha256 " SHA "\npeer_pool a/b\n"
			       "also 6.18.5 " SHA2 " 157376312\n"
			       "also 6.19-rc3 " SHA " 5\n",
			       &l, said, sizeof(said)), AZK_OK);
	assert_string_equal(l.base.pool, "main/l/linux");
	assert_string_equal(l.tree, TREE);
	assert_int_equal(l.exclude.n, 2);
	assert_string_equal(l.exclude.v[1], "d");
	assert_int_equal(l.n_peer, 2);
	assert_string_equal(l.peer[0].name, "deb");
	assert_string_equal(l.peer[0].f.file, "x.deb");
	assert_int_equal(l.peer[0].f.size, 7);
	assert_null(l.peer[0].f.pool);
	assert_string_equal(l.peer[1].version, "2");
	assert_string_equal(l.peer[1].f.sha256, SHA);
	assert_string_equal(l.peer[1].f.pool, "a/b");
	assert_int_equal(l.n_also, 2);
	assert_string_equal(l.also[0].version, "6.18.5");
	assert_string_equal(l.also[0].f.file, "linux_6.18.5.orig.tar.xz");
	assert_string_equal(l.also[0].f.pool, "main/l/linux");
	assert_int_equal(l.also[0].f.size, 157376312);
	lock_free(&l);
}

static void points_at_errors(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ LEAST "colour red\n", "base.lock:6: unknown key 'colour'" },
		{ LEAST "size 5\n", "base.lock:6: 'size' is given a second time" },
		{ LEAST "pool\n", "base.lock:6: 'pool' has no value" },
		{ LEAST "tree 12\n", "base.lock:6: 'tree' wants 40 hex digits, got '12'" },
		{ LEAST "exclude ../x\n", "base.lock:6: 'exclude' wants a relative path" },
		{ LEAST "exclude /etc\n", "base.lock:6: 'exclude' wants a relative path" },
		{ LEAST "exclude a//b\n", "base.lock:6: 'exclude' wants a relative path" },
		{ LEAST "exclude .\n", "base.lock:6: 'exclude' wants a relative path" },
		{ LEAST "peer a\npeer_file a/b\n", "base.lock:7: 'peer_file' wants a file name" },
		{ LEAST "peer_file b\n", "base.lock:6: 'peer_file' belongs below a line" },
		{ LEAST "peer a/b\n", "base.lock:6: 'peer' wants a name" },
		{ LEAST "peer ..\n", "base.lock:6: 'peer' wants a name" },
		{ LEAST "peer a\npeer a\n", "base.lock:7: 'peer' names that peer a second time" },
		{ LEAST "peer a\npeer_size 1\npeer_size 2\n",
		  "base.lock:8: 'peer_size' is given a second time" },
		{ LEAST "peer a\npeer_file b\npeer_version 1\n",
		  "base.lock: peer 'a' wants peer_version, peer_file and peer_sha256" },
		{ LEAST "also 6.18.5\n", "base.lock:6: 'also' wants VERSION SHA256 SIZE" },
		{ LEAST "also x " SHA " 5\n", "base.lock:6: 'also' wants a version first" },
		{ LEAST "also 6.1 12 5\n", "base.lock:6: 'also' wants 64 hex digits" },
		{ LEAST "also 6.1 " SHA " 0\n", "base.lock:6: 'also' wants a size" },
		{ LEAST "also 6.1 " SHA " 1\nalso 6.1 " SHA " 1\n",
		  "base.lock:7: 'also' names that version a second time" },
		{ "version 6.18.15\n", "base.lock: the key 'file' is missing" },
		{ "version six\n", "base.lock:1: 'version' wants a version" },
		{ "size -1\n", "base.lock:1: 'size' wants a number above 0, got '-1'" },
		{ "size 1x\n", "base.lock:1: 'size' wants a number" },
		{ "size 99999999999999999999\n", "base.lock:1: 'size' wants a number" },
		{ "sha256 " SHA "0\n", "base.lock:1: 'sha256' wants 64 hex digits" },
		{ "", "base.lock: the key 'version' is missing" },
	};
	char said[512];
	struct lock l;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(parse(bad[i].text, &l, said, sizeof(said)),
				 AZK_EX_INPUT);
		if (!strstr(said, bad[i].says))
			fail_msg("for %zu: wanted '%s', got '%s'", i, bad[i].says, said);
		/* one line */
		assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
		lock_free(&l);
	}
}

static void knows_versions(void **state)
{
	static const char *const good[] = { "6.18.15", "7.0", "6.19-rc3", "6.18.0" };
	static const char *const bad[] = {
		"", "6", "6.", ".6", "6..1", "6.1-rc", "6.1-rcx", "6.1-foo", "a.b",
		"../6.1", "6.1/2",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(lock_version_ok(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(lock_version_ok(bad[i]));
}

/* The real file of this project, when run from its top as make does. */
static void reads_ours(void **state)
{
	struct lock l;

	if (access(LOCK_PATH, R_OK))
		skip();
	assert_int_equal(lock_read(LOCK_PATH, &l), AZK_OK);
	assert_non_null(l.tree);
	assert_non_null(l.signer);
	assert_non_null(l.upstream.file);
	assert_true(l.exclude.n > 0);
	assert_true(l.n_peer > 0);
	lock_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_least),
		cmocka_unit_test(takes_everything),
		cmocka_unit_test(points_at_errors),
		cmocka_unit_test(knows_versions),
		cmocka_unit_test(reads_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
