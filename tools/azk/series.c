// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk series: the patches as a set.
 *
 * Enters: an action and its arguments. Leaves: what the action says. The
 * actions are series_*.c; here is the table of them and what they share.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "series_cmd.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} actions[] = {
	{ "check", series_cmd_check, "hold the series against the rules, apply it, run checkpatch" },
	{ "rebase", series_cmd_rebase, "try the series on another base, report patch by patch" },
	{ "refresh", series_cmd_refresh, "write the commits of a tree back to patches/" },
	{ "import", series_cmd_import, "add the patches of a mailbox" },
	{ "export", series_cmd_export, "write the series as a mailbox or numbered files" },
	{ "abi", series_cmd_abi, "compare what two kernels offer to modules, and what breaks" },
};

#define ACTIONS	(sizeof(actions) / sizeof(*actions))

static void help(void)
{
	printf("usage: azk series ACTION [OPTIONS]\n\nactions:\n");
	for (size_t i = 0; i < ACTIONS; i++)
		printf("  %-8s %s\n", actions[i].name, actions[i].what);
	printf("\nexample:\n  azk series check\n"
	       "\n'azk series ACTION --help' shows options and an example.\n"
	       "\nTo change a patch: 'make series-shell' opens a shell in out/ours/src;\n"
	       "commit, amend or rebase there with git, leave, and 'make series-refresh'\n"
	       "writes the commits back to patches/.\n");
	policy_print();
}

int cmd_series(int argc, char **argv)
{
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		help();
		return argc < 2 ? AZK_EX_USAGE : AZK_OK;
	}
	for (size_t i = 0; i < ACTIONS; i++)
		if (!strcmp(argv[1], actions[i].name))
			return actions[i].run(argc - 1, argv + 1);
	return azk_err(AZK_EX_USAGE, NULL, "see 'azk series --help'",
		       "azk series has no action '%s'", argv[1]);
}

char *top_path(const char *rel)
{
	const char *top = getenv("AZK_TOP");

	return top && *top ? xasprintf("%s/%s", top, rel) : xstrdup(rel);
}

int series_load(struct loaded *l, struct problems *p)
{
	char *dir = top_path("patches");
	int ret;

	*l = (struct loaded){ 0 };
	ret = series_read(dir, &l->series, p);
	free(dir);
	if (ret && ret != AZK_EX_INPUT)
		return ret;
	l->patch = xcalloc(l->series.n, sizeof(*l->patch));
	l->ok = xcalloc(l->series.n, sizeof(*l->ok));
	for (size_t i = 0; i < l->series.n; i++) {
		char *path = series_path(&l->series, i);
		int r = AZK_EX_INPUT;

		if (!file_exists(path))
			problem_add(p, l->series.file, l->series.v[i].line,
				    "add the file or remove the line",
				    "lists '%s', which is not there",
				    l->series.v[i].path);
		else
			r = patch_read(path, &l->patch[i], p);
		l->ok[i] = r == AZK_OK;
		if (r)
			ret = AZK_EX_INPUT;
		free(path);
	}
	return ret;
}

void loaded_free(struct loaded *l)
{
	for (size_t i = 0; i < l->series.n && l->patch; i++)
		patch_free(&l->patch[i]);
	free(l->patch);
	free(l->ok);
	series_free(&l->series);
	*l = (struct loaded){ 0 };
}

void loaded_paths(const struct loaded *l, struct strv *out)
{
	for (size_t i = 0; i < l->series.n; i++)
		patch_paths(&l->patch[i], out);
}

char *find_base(const char *given)
{
	static const char *const places[] = { "out/upstream/src", "out/ours/src" };

	if (given)
		return xstrdup(given);
	for (int i = 0; i < 2; i++) {
		char *path = top_path(places[i]);

		if (file_exists(path))
			return path;
		free(path);
	}
	return NULL;
}

int write_json(const char *file, json_t *o)
{
	char *text = json_dumps(o, JSON_INDENT(2) | JSON_SORT_KEYS);
	struct buf b = BUF_INIT;
	int ret;

	buf_addf(&b, "%s\n", text);
	ret = file_write(file, b.s, b.len);
	free(text);
	json_decref(o);
	buf_free(&b);
	return ret;
}
