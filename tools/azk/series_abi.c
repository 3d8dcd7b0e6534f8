// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk series abi: what a module built for one kernel would notice of another.
 *
 * Enters: two kernels (builds, -devel packages, their files) and modules.
 * Leaves: a table, JSON when asked for, and a verdict as exit code. Called by
 * people before they take a new base or release a package.
 */
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/abi.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "series_cmd.h"

#define SHOWN	20	/* lines of each list without --all */

/* A module's file, packed or not; a build has ".x.ko.cmd" beside it. */
static bool is_module(const char *path)
{
	static const char *const ends[] = { ".ko", ".ko.zst", ".ko.xz", ".ko.gz" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (str_ends(path, ends[i]))
			return true;
	return false;
}

/* Modules below @dir, sorted. */
static int scan(const char *dir, struct strv *out)
{
	char *roots[] = { (char *)dir, NULL };
	FTS *f = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	struct strv found = STRV_INIT;
	FTSENT *e;

	if (!f)
		return azk_err(AZK_EX_SYSTEM, dir, NULL, "%s", strerror(errno));
	while ((e = fts_read(f)))
		if (e->fts_info == FTS_F && is_module(e->fts_path))
			strv_add(&found, e->fts_path);
	fts_close(f);
	strv_sort(&found);
	for (size_t i = 0; i < found.n; i++)
		strv_add(out, found.v[i]);
	strv_free(&found);
	return AZK_OK;
}

/* Those given; else where A's external modules are installed, if it has any. */
static int find_modules(const char *a, const struct strv *given, struct strv *out)
{
	static const char *const places[] = { "extra", "updates", "weak-updates" };
	struct stat st;
	int ret = AZK_OK;

	for (size_t i = 0; i < given->n && !ret; i++) {
		if (!stat(given->v[i], &st) && S_ISDIR(st.st_mode)) {
			size_t before = out->n;

			ret = scan(given->v[i], out);
			if (!ret && out->n == before)
				ret = azk_err(AZK_EX_NOFILE, given->v[i], NULL,
					      "has no module (.ko) in it");
		} else {
			strv_add(out, given->v[i]);
		}
	}
	for (size_t i = 0; !given->n && i < sizeof(places) / sizeof(*places) && !ret; i++) {
		char *dir = xasprintf("%s/%s", a, places[i]);

		if (file_exists(dir))
			ret = scan(dir, out);
		free(dir);
	}
	return ret;
}

static int verdict_code(const json_t *abi)
{
	const char *v = json_string_value(json_object_get(abi, "verdict"));

	if (!strcmp(v, "modules_break"))
		return AZK_EX_ABI;
	return strcmp(v, "incompatible") ? AZK_OK : AZK_EX_CHECK;
}

static int show(json_t *abi, bool all, const char *json)
{
	int ret = AZK_OK, code = verdict_code(abi);
	struct buf b = BUF_INIT;

	abi_text(abi, all ? 0 : SHOWN, &b);
	fputs(buf_str(&b), stdout);
	buf_free(&b);
	if (json)
		ret = write_json(json, json_incref(abi));
	return ret ? ret : code;
}

static int compare(const char *a, const char *b, const struct strv *given, bool all,
		   const char *json)
{
	struct abi_side side[2] = { 0 };
	struct strv files = STRV_INIT;
	struct kmodule *m = NULL;
	json_t *abi = NULL;
	size_t n = 0;
	int ret = abi_side_read(a, &side[0]);

	if (!ret)
		ret = abi_side_read(b, &side[1]);
	if (!ret && !(side[0].sym.n && side[1].sym.n) && !(side[0].btf.n && side[1].btf.n))
		ret = azk_err(AZK_EX_INPUT, b,
			      "give of both Module.symvers, or of both a vmlinux with BTF",
			      "has nothing that could be compared with %s", a);
	if (!ret)
		ret = find_modules(a, given, &files);
	m = xcalloc(files.n + 1, sizeof(*m));
	while (!ret && n < files.n) {
		ret = kmodule_read(files.v[n], &m[n]);
		n++;
	}
	if (!ret)
		ret = abi_compare(&side[0], &side[1], m, n, &abi);
	if (!ret)
		ret = show(abi, all, json);
	json_decref(abi);
	while (n)
		kmodule_free(&m[--n]);
	free(m);
	strv_free(&files);
	abi_side_free(&side[0]);
	abi_side_free(&side[1]);
	return ret;
}

int series_cmd_abi(int argc, char **argv)
{
	struct strv modules = STRV_INIT;
	const char *json = NULL;
	bool all = false;
	const struct opt opts[] = {
		{ "module", "FILE", "built for A, or a folder of such (default: A's extra/, updates/ ...)",
		  OPT_LIST, &modules },
		{ "all", NULL, "show the lists whole", OPT_FLAG, &all },
		{ "json", "FILE", "write the report as JSON", OPT_STR, &json },
		{ 0 }
	};
	const struct opt_usage u = {
		"azk series abi", "A B",
		"Compare what two kernels offer to modules: exported symbols added, removed or\n"
		"changed (CRC, namespace, licence), layouts of structures from BTF, and whether\n"
		"modules built for A load and work with B. A and B: the folder of a build, of a\n"
		"-devel package (/usr/src/kernels/KVER) or /usr/lib/modules/KVER, a\n"
		"Module.symvers, symvers.zst, a vmlinux, or BTF such as /sys/kernel/btf/vmlinux.",
		"  azk series abi /usr/src/kernels/6.18.15-1.azk1 out/ours/azure --module my.ko\n"
		"  azk series abi old/symvers.zst new/Module.symvers --json abi.json",
		"exit codes: 0 the same or only compatible, 202 incompatible,\n"
		"210 a module that was looked at breaks", opts,
	};
	int nargs, rest, ret = opt_parse(&u, argc, argv, &nargs, &rest);

	if (ret == OPT_HELP)
		ret = AZK_OK;
	else if (!ret && (nargs != 2 || rest != argc))
		ret = opt_bad(&u, "give two kernels, A and B");
	else if (!ret)
		ret = compare(argv[1], argv[2], &modules, all, json);
	strv_free(&modules);
	return ret;
}
