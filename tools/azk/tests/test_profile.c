// SPDX-License-Identifier: GPL-2.0-only
/* The profile parser, and include on files of a scratch folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/configlint.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/profile.h"

static void statements(void **state)
{
	struct profile p = { 0 };
	struct errs e = ERRS_INIT;

	profile_parse("p", "# SPDX-License-Identifier: GPL-2.0-only\n"
		      "# What it is for.\n# More.\n\narch x86_64\n"
		      "base tinyconfig\nfragment a.config\n"
		      "  optional  b.config  \ncontract option CONFIG_A=y|m\n"
		      "contract  option  CONFIG_B=\"x\"\n", &p, NULL, NULL, &e);
	assert_int_equal(e.n, 0);
	assert_string_equal(p.about, "What it is for.");
	assert_string_equal(p.arch, "x86_64");
	assert_string_equal(p.base, "tinyconfig");
	assert_int_equal(p.nfragments, 2);
	assert_false(p.fragments[0].optional);
	assert_string_equal(p.fragments[1].name, "b.config");
	assert_true(p.fragments[1].optional);
	assert_int_equal(p.contract.n, 2);
	assert_string_equal(p.contract.v[0].value, "y|m");
	assert_string_equal(p.contract.v[1].name, "B");
	profile_free(&p);
	errs_free(&e);
}

static void refused(void **state)
{
	static const char *const bad[] = {
		"frobnicate x", "base", "base randconfig", "base ../x_defconfig",
		"fragment a", "fragment ../a.config", "include a/b",
		"contract device 1:2", "contract option", "contract option A=y",
		"contract option CONFIG_A", "contract option CONFIG_A=",
		"contract option CONFIG_A=y|", "contract option CONFIG_A=y|x",
		"contract option CONFIG_=y",
		"base tinyconfig\nbase tinyconfig", "arch a\narch b",
		"fragment a.config\noptional a.config",
		"contract option CONFIG_A=y\ncontract option CONFIG_A=m",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct profile p = { 0 };
		struct errs e = ERRS_INIT;

		profile_parse("p", bad[i], &p, NULL, NULL, &e);
		if (e.n != 1 || e.v[0].line != 1 + !!strchr(bad[i], '\n'))
			fail_msg("'%s': %zu errors", bad[i], e.n);
		profile_free(&p);
		errs_free(&e);
	}
}

/* A scratch folder that is a configs/. */
static char dir[] = "/tmp/azk-test-profile.XXXXXX";

static void put(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", dir, name);

	assert_int_equal(file_write(path, text, strlen(text)), AZK_OK);
	free(path);
}

static int setup(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	put("profiles/one", "# One.\narch x86_64\nbase defconfig\nfragment a.config\n"
	    "optional o.config\ncontract option CONFIG_A=y\n");
	put("profiles/two", "include one\nfragment b.config\n");
	put("profiles/loop", "arch x86_64\nbase defconfig\ninclude loop2\n");
	put("profiles/loop2", "include loop\n");
	put("profiles/lost", "arch x86_64\nbase defconfig\nfragment gone.config\n"
	    "include nobody\n");
	put("a.config", "# reason: r\nCONFIG_A=y\n");
	put("b.config", "# reason: r\nCONFIG_B=y\nCONFIG_A=m\n");
	put("o.config", "# reason: r\nCONFIG_A=y\nCONFIG_O=y\n");
	put("unused.config", "CONFIG_U=y\n");
	return 0;
}

static int teardown(void **state)
{
	char *cmd = xasprintf("rm -rf %s", dir);
	int ret = system(cmd);

	free(cmd);
	return ret;
}

static void includes(void **state)
{
	struct options set = OPTIONS_INIT;
	struct errs e = ERRS_INIT;
	struct profile p;

	assert_int_equal(profile_read(dir, "two", &p, &e), AZK_OK);
	assert_int_equal(e.n, 0);
	assert_int_equal(p.nfragments, 3);
	assert_string_equal(p.fragments[2].name, "b.config");
	assert_string_equal(p.about, "One.");
	assert_int_equal(profile_options(dir, &p, NULL, &set, &e), AZK_OK);
	assert_int_equal(set.n, 2);
	assert_int_equal(e.n, 1);	/* A in a.config and in b.config */
	assert_non_null(strstr(e.v[0].text, "a.config:2, which says y"));
	options_free(&set);
	profile_free(&p);
	errs_free(&e);
}

static void loops_and_holes(void **state)
{
	struct options set = OPTIONS_INIT;
	struct errs e = ERRS_INIT;
	struct profile p;

	assert_int_equal(profile_read(dir, "loop", &p, &e), AZK_OK);
	assert_int_equal(e.n, 1);
	assert_non_null(strstr(e.v[0].text, "comes back"));
	profile_free(&p);
	errs_free(&e);
	assert_int_equal(profile_read(dir, "lost", &p, &e), AZK_OK);
	assert_int_equal(profile_options(dir, &p, NULL, &set, &e), AZK_OK);
	assert_int_equal(e.n, 2);
	assert_int_equal(e.v[0].line, 4);
	assert_int_equal(e.v[1].line, 3);
	options_free(&set);
	profile_free(&p);
	errs_free(&e);
	assert_int_equal(profile_read(dir, "nobody", &p, &e), AZK_EX_NOFILE);
	profile_free(&p);
	assert_int_equal(profile_read(dir, "../profiles/one", &p, &e), AZK_EX_NOFILE);
	profile_free(&p);
}

static void optional(void **state)
{
	struct options set = OPTIONS_INIT;
	struct strv add = STRV_INIT;
	struct errs e = ERRS_INIT;
	struct profile p;

	assert_int_equal(profile_read(dir, "one", &p, &e), AZK_OK);
	strv_add(&add, "o.config");
	assert_int_equal(profile_options(dir, &p, &add, &set, &e), AZK_OK);
	assert_int_equal(set.n, 2);
	assert_int_equal(e.n, 1);
	assert_non_null(strstr(e.v[0].text, "duplicate"));
	strv_add(&add, "a.config");
	assert_int_equal(profile_options(dir, &p, &add, &set, &e), AZK_EX_USAGE);
	strv_free(&add);
	options_free(&set);
	profile_free(&p);
	errs_free(&e);
}

static bool found(const struct errs *e, const char *file, const char *text)
{
	for (size_t i = 0; i < e->n; i++)
		if (strstr(e->v[i].text, text) &&
		    (!file || (e->v[i].file && str_ends(e->v[i].file, file))))
			return true;
	return false;
}

static void lint(void **state)
{
	size_t fragments, profiles;
	struct errs e = ERRS_INIT;

	assert_int_equal(config_lint(dir, &fragments, &profiles, &e), AZK_OK);
	assert_int_equal(fragments, 4);
	assert_int_equal(profiles, 5);
	assert_true(found(&e, "/unused.config", "no profile uses"));
	assert_true(found(&e, "/unused.config", "no '# reason:"));
	assert_true(found(&e, "/b.config", "conflicts with"));
	assert_true(found(&e, "/o.config", "duplicate of"));
	assert_true(found(&e, "/lost", "no such file"));
	assert_false(found(&e, "/a.config", ""));
	errs_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statements),
		cmocka_unit_test(refused),
		cmocka_unit_test(includes),
		cmocka_unit_test(loops_and_holes),
		cmocka_unit_test(optional),
		cmocka_unit_test(lint),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
