// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk series rebase: what becomes of the series on another base.
 *
 * Enters: patches/ and a base (folder, tarball or version). Leaves: a table
 * for a review, both sides of every conflict, JSON when asked for, the
 * scratch tree out/rebase/src, and with --write a changed patches/. Called by
 * make rebase. A patch that conflicts is left out and the next one is tried
 * on what there is.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/lock.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "series_cmd.h"
#include "series_git.h"
#include "series_scratch.h"

#define SCHEMA "kernel-azure/series-rebase-1"

static const struct {
	const char *name;	/* in JSON */
	const char *text;	/* in the table */
} outcomes[] = {
	[OUTCOME_APPLIES] = { "applies", "applies" },
	[OUTCOME_OFFSET] = { "offset", "applies with offset" },
	[OUTCOME_UPSTREAM] = { "upstream", "already upstream" },
	[OUTCOME_CONFLICT] = { "conflict", "CONFLICT" },
};

struct rebase {
	struct loaded l;
	struct attempt *a;	/* one for each patch */
	struct buf *fresh;	/* its text anew, for OUTCOME_OFFSET */
	char **note;		/* why a conflict may be another patch's fault */
	char *to;		/* "linux 6.18.12 (linux_6.18.12.orig.tar.xz)" */
	size_t count[4];
};

/* A path if there is one, else a version to look for. */
static int find_target(const char *to, struct buf *path)
{
	if (file_exists(to)) {
		buf_adds(path, to);
		return AZK_OK;
	}
	if (!strchr(to, '/') && isdigit((unsigned char)*to) && !strstr(to, ".tar"))
		return base_find(to, path);
	return azk_err(AZK_EX_NOFILE, to,
		       "--to wants a source folder, a tarball, or a version such as 6.18.12",
		       "no such file");
}

/* A conflict on a file that an earlier, left-out patch changes as well. */
static char *dependency(const struct rebase *r, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		struct strv paths = STRV_INIT;
		const char *both = NULL;

		if (r->a[j].outcome != OUTCOME_CONFLICT)
			continue;
		patch_paths(&r->l.patch[j], &paths);
		for (size_t k = 0; k < r->a[i].conflicts && !both; k++)
			if (strv_has(&paths, r->a[i].conflict[k].path))
				both = r->a[i].conflict[k].path;
		strv_free(&paths);
		if (both)
			return xasprintf("perhaps only because %s was left out: both change %s",
					 r->l.series.v[j].path, both);
	}
	return NULL;
}

static int try_all(struct rebase *r, struct scratch *s)
{
	int ret = AZK_OK;

	for (size_t i = 0; i < r->l.series.n && !ret; i++) {
		const struct patch *p = &r->l.patch[i];

		ret = scratch_try(s, p->name, p, &r->a[i]);
		if (ret)
			break;
		r->count[r->a[i].outcome]++;
		if (r->a[i].outcome == OUTCOME_CONFLICT)
			r->note[i] = dependency(r, i);
		if (r->a[i].outcome > OUTCOME_OFFSET)
			continue;
		ret = scratch_commit(s, p->name, false);
		if (!ret && r->a[i].outcome == OUTCOME_OFFSET)
			ret = git_format_patch(s->dir, "HEAD", &r->fresh[i]);
	}
	return ret;
}

/* What stands in the last column; the caller frees it. */
static char *detail(const struct rebase *r, size_t i)
{
	const struct attempt *a = &r->a[i];
	size_t files = 0, hunks = 0;

	if (a->outcome == OUTCOME_OFFSET)
		return xasprintf("up to %d line%s, %zu hunk%s", abs(a->offset),
				 abs(a->offset) == 1 ? "" : "s", a->offsets.n,
				 a->offsets.n == 1 ? "" : "s");
	if (a->outcome == OUTCOME_UPSTREAM)
		return xstrdup("reverse-applies: drop it");
	if (a->outcome != OUTCOME_CONFLICT)
		return xstrdup("");
	for (size_t k = 0; k < a->conflicts; k++) {
		files += !k || strcmp(a->conflict[k].path, a->conflict[k - 1].path);
		hunks += a->conflict[k].hunk > 0;
	}
	if (!hunks)
		return xstrdup(a->conflict[0].why);
	return xasprintf("%zu hunk%s in %zu file%s", hunks, hunks == 1 ? "" : "s",
			 files, files == 1 ? "" : "s");
}

static void print_table(const struct rebase *r)
{
	int w[2] = { 5, 6 };

	for (size_t i = 0; i < r->l.series.n; i++) {
		int a = (int)strlen(r->l.series.v[i].path);
		int b = (int)strlen(outcomes[r->a[i].outcome].text);

		w[0] = a > w[0] ? a : w[0];
		w[1] = b > w[1] ? b : w[1];
	}
	printf("The series on %s:\n\n", r->to);
	printf("| %-*s | %-*s | detail\n", w[0], "patch", w[1], "result");
	printf("|-%.*s-|-%.*s-|-------\n", w[0],
	       "----------------------------------------------------------------------------------------------------",
	       w[1], "------------------------------");
	for (size_t i = 0; i < r->l.series.n; i++) {
		char *d = detail(r, i);

		printf("| %-*s | %-*s | %s\n", w[0], r->l.series.v[i].path, w[1],
		       outcomes[r->a[i].outcome].text, d);
		free(d);
	}
	printf("\n%zu patch%s: %zu apply, %zu with offset, %zu already upstream, %zu conflict%s\n",
	       r->l.series.n, r->l.series.n == 1 ? "" : "es",
	       r->count[OUTCOME_APPLIES], r->count[OUTCOME_OFFSET],
	       r->count[OUTCOME_UPSTREAM], r->count[OUTCOME_CONFLICT],
	       r->count[OUTCOME_CONFLICT] == 1 ? "" : "s");
}

/* Lines of @text; those that do not stand in @other are marked. */
static void print_side(const char *text, int line, const char *other)
{
	struct strv there = STRV_INIT;
	struct lines l;

	lines_init(&l, "", other ? other : "");
	while (lines_next(&l))
		strv_add(&there, l.line);
	lines_done(&l);
	lines_init(&l, "", text);
	while (lines_next(&l))
		printf("    %5d %c %s\n", line + l.no - 1,
		       !*l.line || strv_has(&there, l.line) ? ' ' : '!', l.line);
	lines_done(&l);
	strv_free(&there);
}

static void print_conflict(const struct patch *p, const struct conflict *k)
{
	printf("\n%s", k->path);
	if (k->hunk)
		printf(" hunk %d", k->hunk);
	printf(" (%s:%d): %s\n", p->name, k->patch_line, k->why);
	if (!k->expected)
		return;
	printf("  the patch expects:\n");
	print_side(k->expected, k->expected_line, k->has);
	if (!k->has)
		return;
	printf("  the tree has:\n");
	print_side(k->has, k->has_line, k->expected);
}

static void print_conflicts(const struct rebase *r)
{
	for (size_t i = 0; i < r->l.series.n; i++) {
		if (r->a[i].outcome != OUTCOME_CONFLICT)
			continue;
		printf("\n%s\n", r->l.series.v[i].path);
		if (r->note[i])
			printf("  %s\n", r->note[i]);
		for (size_t k = 0; k < r->a[i].conflicts; k++)
			print_conflict(&r->l.patch[i], &r->a[i].conflict[k]);
	}
}

static void set_string(json_t *o, const char *key, const char *value)
{
	if (value)
		json_object_set_new(o, key, json_string(value));
}

static json_t *conflict_json(const struct conflict *k)
{
	json_t *o = json_object();

	set_string(o, "file", k->path);
	set_string(o, "why", k->why);
	json_object_set_new(o, "patch_line", json_integer(k->patch_line));
	if (k->hunk)
		json_object_set_new(o, "hunk", json_integer(k->hunk));
	if (k->expected) {
		set_string(o, "expected", k->expected);
		json_object_set_new(o, "expected_line", json_integer(k->expected_line));
	}
	if (k->has) {
		set_string(o, "has", k->has);
		json_object_set_new(o, "has_line", json_integer(k->has_line));
	}
	return o;
}

static json_t *report_json(const struct rebase *r)
{
	json_t *patches = json_array(), *counts = json_object();

	for (int k = 0; k < 4; k++)
		json_object_set_new(counts, outcomes[k].name,
				    json_integer((json_int_t)r->count[k]));
	for (size_t i = 0; i < r->l.series.n; i++) {
		const struct attempt *a = &r->a[i];
		json_t *row = json_object(), *list = json_array();

		set_string(row, "patch", r->l.series.v[i].path);
		set_string(row, "subject", r->l.patch[i].subject);
		set_string(row, "result", outcomes[a->outcome].name);
		set_string(row, "note", r->note[i]);
		for (size_t k = 0; k < a->offsets.n; k++)
			json_array_append_new(list, json_string(a->offsets.v[k]));
		json_object_set_new(row, "offsets", list);
		list = json_array();
		for (size_t k = 0; k < a->conflicts; k++)
			json_array_append_new(list, conflict_json(&a->conflict[k]));
		json_object_set_new(row, "conflicts", list);
		json_array_append_new(patches, row);
	}
	return json_pack("{s:s, s:s, s:o, s:o}", "schema", SCHEMA, "to", r->to,
			 "counts", counts, "patches", patches);
}

/*
 * Change patches/: fresh texts first, each whole, then the series, then the
 * files it no longer lists. Wherever this stops, the series is usable.
 */
static int write_back(const struct rebase *r)
{
	struct strv keep = STRV_INIT;
	int ret = AZK_OK;
	char *text;

	for (size_t i = 0; i < r->l.series.n; i++) {
		if (r->a[i].outcome != OUTCOME_UPSTREAM)
			strv_add(&keep, r->l.series.v[i].path);
		if (r->a[i].outcome == OUTCOME_OFFSET && !ret)
			ret = file_write(r->l.patch[i].name, buf_str(&r->fresh[i]),
					 r->fresh[i].len);
	}
	text = series_rewrite(&r->l.series, &keep);
	if (!ret && strcmp(text, r->l.series.text) && r->count[OUTCOME_UPSTREAM])
		ret = file_write(r->l.series.file, text, strlen(text));
	for (size_t i = 0; i < r->l.series.n && !ret; i++)
		if (r->a[i].outcome == OUTCOME_UPSTREAM)
			unlink(r->l.patch[i].name);
	if (!ret)
		printf("\nwritten: %zu refreshed, %zu dropped, %zu in conflict left as they are\n",
		       r->count[OUTCOME_OFFSET], r->count[OUTCOME_UPSTREAM],
		       r->count[OUTCOME_CONFLICT]);
	free(text);
	strv_free(&keep);
	return ret;
}

/*
 * The pinned base stays what it was: patches/ now fits another one. Which lines
 * of the lock say so, with what is known of @path, an archive of @version.
 */
static int say_lock(const char *path, const char *version)
{
	char *lock = top_path(LOCK_PATH), hex[SHA256_HEX];
	const char *name = strrchr(path, '/');
	struct stat st;
	int ret = AZK_OK;

	printf("\n%s still pins the base that was. Change these lines there:\n", lock);
	free(lock);
	printf("  version %s\n", version ? version : "VERSION");
	if (!stat(path, &st) && S_ISREG(st.st_mode)) {
		ret = file_sha256(path, hex, NULL, NULL);
		if (!ret)
			printf("  file %s\n  sha256 %s\n  size %jd\n",
			       name ? name + 1 : path, hex, (intmax_t)st.st_size);
	} else {
		printf("  file, sha256, size   of the archive, which a folder does not tell\n");
	}
	printf("  date                 of the files in it, in seconds (it dates the commits)\n"
	       "  tree                 take it out: 'make tree' prints the new one\n"
	       "  upstream_file, upstream_sha256, upstream_size   kernel.org's, or take them out\n"
	       "  exclude              what that archive leaves out, should it differ\n");
	return ret;
}

static int rebase(struct rebase *r, const char *to, const char *json, bool write)
{
	char *dir = top_path("out/rebase/src");
	struct buf path = BUF_INIT;
	struct strv paths = STRV_INIT;
	struct scratch s = { 0 };
	struct azk_step step;
	const char *name;
	int ret;

	ret = series_load(&r->l, NULL);
	if (!ret)
		ret = find_target(to, &path);
	if (ret)
		goto out;
	r->a = xcalloc(r->l.series.n, sizeof(*r->a));
	r->fresh = xcalloc(r->l.series.n, sizeof(*r->fresh));
	r->note = xcalloc(r->l.series.n, sizeof(*r->note));
	loaded_paths(&r->l, &paths);
	azk_step_begin(&step, "rebase", "reading the files the series touches");
	ret = scratch_make(&s, dir, path.s, &paths);
	azk_step_end(&step, "read %s", path.s);
	s.keep = true;
	if (!ret)
		ret = try_all(r, &s);
	if (ret)
		goto out;
	name = strrchr(path.s, '/');
	r->to = s.version ? xasprintf("Linux %s (%s)", s.version,
				      name && name[1] ? name + 1 : path.s)
			  : xstrdup(path.s);
	print_table(r);
	print_conflicts(r);
	if (write)
		ret = write_back(r);
	if (write && !ret)
		ret = say_lock(path.s, s.version);
	if (!ret && json)
		ret = write_json(json, report_json(r));
	if (!ret && r->count[OUTCOME_CONFLICT])
		ret = AZK_EX_CHECK;
out:
	scratch_free(&s);
	strv_free(&paths);
	buf_free(&path);
	free(dir);
	return ret;
}

static void rebase_free(struct rebase *r)
{
	for (size_t i = 0; r->a && i < r->l.series.n; i++) {
		attempt_free(&r->a[i]);
		buf_free(&r->fresh[i]);
		free(r->note[i]);
	}
	free(r->a);
	free(r->fresh);
	free(r->note);
	free(r->to);
	loaded_free(&r->l);
}

int series_cmd_rebase(int argc, char **argv)
{
	const char *to = NULL, *json = NULL;
	bool write = false;
	const struct opt opts[] = {
		{ "to", "BASE", "BASE: a version, a tarball, or a source folder", OPT_STR, &to },
		{ "write", NULL, "refresh patches that moved, drop those upstream has",
		  OPT_FLAG, &write },
		{ "json", "FILE", "write the report as JSON", OPT_STR, &json },
		{ 0 }
	};
	const struct opt_usage u = {
		"azk series rebase", "BASE",
		"Try the series on another base, patch by patch, in out/rebase/src. Changes\n"
		"patches/ only with --write, and never a patch that conflicts. Only the files\n"
		"that the series touches are taken from BASE. Both sides of a conflict are\n"
		"shown; lines marked ! stand on that side only.",
		"  azk series rebase --to 6.18.12\n"
		"  azk series rebase --to linux_6.19.11.orig.tar.xz --json out/report/rebase.json",
		"exit codes: 0 no conflict, 202 at least one", opts,
	};
	struct rebase r = { 0 };
	int nargs, rest, ret = opt_parse(&u, argc, argv, &nargs, &rest);

	if (ret)
		return ret == OPT_HELP ? AZK_OK : ret;
	if (nargs == 1 && !to)
		to = argv[1];
	else if (nargs || rest < argc)
		return opt_bad(&u, "one base at a time, '%s' is too much",
			       nargs ? argv[nargs] : argv[rest]);
	if (!to || !*to)
		return opt_bad(&u, "--to says which base to try");
	ret = rebase(&r, to, json, write);
	rebase_free(&r);
	return ret;
}
