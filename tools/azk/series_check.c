// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk series check: everything that can be wrong with the series, listed.
 *
 * Enters: patches/ and, when there is one, a source tree of the base. Leaves:
 * one line a problem, a summary, JSON when asked for. Called by make
 * check-quick and by people before they send a change.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "series_build.h"
#include "series_cmd.h"
#include "series_git.h"
#include "series_scratch.h"

#define SCHEMA "kernel-azure/series-check-1"

struct check {
	struct loaded l;
	struct problems found;
	json_t *not_run;	/* [{"check":, "why":}] */
	json_t *builds;
};

static void skip(struct check *c, const char *what, const char *why)
{
	printf("not run: %s: %s\n", what, why);
	json_array_append_new(c->not_run, json_pack("{s:s, s:s}", "check", what,
						    "why", why));
}

static int check_listed(struct check *c)
{
	struct strv files = STRV_INIT;
	int ret = series_scan(c->l.series.dir, &files);

	for (size_t i = 0; i < files.n; i++) {
		char *path;

		if (series_find(&c->l.series, files.v[i]) >= 0)
			continue;
		path = xasprintf("%s/%s", c->l.series.dir, files.v[i]);
		problem_add(&c->found, path, 0, "list it or remove it",
			    "is not listed in %s", c->l.series.file);
		free(path);
	}
	strv_free(&files);
	return ret;
}

static void conflict_problems(struct check *c, const struct patch *p,
			      const struct attempt *a)
{
	for (size_t i = 0; i < a->conflicts; i++) {
		const struct conflict *k = &a->conflict[i];
		char *hunk = k->hunk ? xasprintf(" hunk %d", k->hunk) : xstrdup("");

		problem_add(&c->found, p->name, k->patch_line,
			    "'azk series rebase --to TREE' shows both sides",
			    "does not apply: %s%s: %s", k->path, hunk, k->why);
		free(hunk);
	}
}

/* Would git give back the file as it stands? */
static int check_canonical(struct check *c, struct scratch *s,
			   const struct patch *p)
{
	struct buf now = BUF_INIT;
	int ret = git_format_patch(s->dir, "HEAD", &now);

	if (!ret && !patch_same_text(buf_str(&now), p->text))
		problem_note(
			&c->found, p->name, 0,
			"is not in canonical form, as 'azk series refresh --write' would write it");
	buf_free(&now);
	return ret;
}

static int apply_one(struct check *c, struct scratch *s, const struct patch *p)
{
	size_t before = c->found.errors;
	struct attempt a;
	int ret = scratch_try(s, p->name, p, &a);

	if (ret)
		return ret;
	if (a.outcome == OUTCOME_CONFLICT)
		conflict_problems(c, p, &a);
	else if (a.outcome == OUTCOME_UPSTREAM)
		problem_add(&c->found, p->name, 0, "drop it from the series",
			    "is in the base already");
	else if (a.outcome == OUTCOME_OFFSET)
		problem_note(&c->found, p->name, 0,
			     "applies with an offset of up to %d lines", abs(a.offset));
	if (c->found.errors == before) {
		/* A bad header has been listed: only the change matters here. */
		ret = scratch_commit(s, p->name, true);
		if (!ret && a.outcome == OUTCOME_APPLIES)
			ret = check_canonical(c, s, p);
	}
	attempt_free(&a);
	return ret;
}

static int check_applies(struct check *c, const char *base)
{
	char *parent = top_path("out/series"), *dir = NULL;
	struct strv paths = STRV_INIT;
	struct scratch s = { 0 };
	int ret = file_mkdirs(parent);

	if (ret)
		goto out;
	dir = xasprintf("%s/check.%d", parent, (int)getpid());
	loaded_paths(&c->l, &paths);
	ret = scratch_make(&s, dir, base, &paths);
	for (size_t i = 0; i < c->l.series.n && !ret; i++)
		if (c->l.ok[i])
			ret = apply_one(c, &s, &c->l.patch[i]);
	scratch_free(&s);
out:
	strv_free(&paths);
	free(parent);
	free(dir);
	return ret;
}

static int check_with_tree(struct check *c, const char *tree)
{
	char *base = find_base(tree);
	const char *why;
	int ret;

	if (!base) {
		skip(c, "apply, checkpatch", "no source tree here; 'make tree' makes one");
		return AZK_OK;
	}
	if (!file_exists(base))
		ret = azk_err(AZK_EX_NOFILE, base, "run 'make tree'", "no such tree");
	else
		ret = check_applies(c, base);
	if (!ret)
		ret = style_check(base, &c->l, &c->found, &why);
	if (!ret && why)
		skip(c, "checkpatch", why);
	free(base);
	return ret;
}

static int report(struct check *c, const char *json)
{
	size_t n = c->l.series.n, errors = c->found.errors;
	int ret = AZK_OK;

	problems_print(&c->found);
	printf("series: %zu patch%s, %zu error%s, %zu note%s\n",
	       n, n == 1 ? "" : "es", errors, errors == 1 ? "" : "s",
	       c->found.n - errors, c->found.n - errors == 1 ? "" : "s");
	if (json)
		ret = write_json(json, json_pack("{s:s, s:I, s:I, s:o, s:O, s:O}",
			"schema", SCHEMA, "patches", (json_int_t)n,
			"errors", (json_int_t)errors,
			"problems", problems_json(&c->found),
			"not_run", c->not_run, "builds", c->builds));
	if (!ret && errors)
		ret = AZK_EX_CHECK;
	return ret;
}

static int check(struct check *c, const char *tree, const char *json,
		 const struct build_opts *build)
{
	int ret = series_load(&c->l, &c->found);

	if (ret && ret != AZK_EX_INPUT)
		return ret;
	ret = check_listed(c);
	if (ret)
		return ret;
	for (size_t i = 0; i < c->l.series.n; i++)
		if (c->l.ok[i])
			policy_check(&c->l.patch[i], &c->found);
	ret = check_with_tree(c, tree);
	if (!ret && build && c->found.errors)
		skip(c, "build", "the series has errors; mend them first");
	else if (!ret && build)
		ret = build_check(build, &c->l, &c->found, c->builds);
	return ret ? ret : report(c, json);
}

int series_cmd_check(int argc, char **argv)
{
	const char *tree = NULL, *json = NULL;
	struct build_opts build = { 0 };
	bool want_build = false;
	const struct opt opts[] = {
		{ "tree", "DIR", "source of the base (default: out/upstream/src, out/ours/src)",
		  OPT_STR, &tree },
		{ "json", "FILE", "write the report as JSON", OPT_STR, &json },
		{ "build", NULL, "compile what each patch touches, patch by patch",
		  OPT_FLAG, &want_build },
		{ "config", "FILE", "with --build: the .config (default: out/ours/azure/.config)",
		  OPT_STR, &build.config },
		{ "obj", "DIR", "with --build: a ready O= folder, used and changed",
		  OPT_STR, &build.obj },
		{ 0 }
	};
	const struct opt_usage u = {
		"azk series check", "[-- MAKE-WORDS]",
		"Hold patches/ against the rules: every file listed once, headers as the\n"
		"policy ('azk series --help') says, no new files, applies in order without\n"
		"fuzz, checkpatch.pl --strict clean. Lists all problems with file and line.",
		"  azk series check --json out/report/series.json\n"
		"  azk series check --build -- CC='ccache gcc'",
		"exit codes: 0 no error (notes may be), 202 something was found", opts,
	};
	struct check c = { .found = PROBLEMS_INIT };
	int nargs, rest, ret = opt_parse(&u, argc, argv, &nargs, &rest);

	if (ret)
		return ret == OPT_HELP ? AZK_OK : ret;
	if (nargs)
		return opt_bad(&u, "'%s' is no option", argv[1]);
	build.tree = tree;
	build.make = argv + rest;
	build.nmake = argc - rest;
	c.not_run = json_array();
	c.builds = json_array();
	ret = check(&c, tree, json, want_build ? &build : NULL);
	json_decref(c.not_run);
	json_decref(c.builds);
	problems_free(&c.found);
	loaded_free(&c.l);
	return ret;
}
