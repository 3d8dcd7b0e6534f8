// SPDX-License-Identifier: GPL-2.0-only
/*
 * Both sides of a hunk that does not apply.
 *
 * Enters: a scratch tree and a patch git refused. Leaves: for each rejected
 * hunk the lines the patch expects and the lines the tree has at the place
 * that looks most like them. Which hunks are rejected is git's verdict
 * (git apply --reject), so that this never disagrees with it.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/exit.h"
#include "lib/file.h"
#include "series_git.h"
#include "series_scratch.h"

static struct conflict *add(struct attempt *a, const char *path, int line)
{
	struct conflict *c;

	a->conflict = xrealloc(a->conflict,
			       (a->conflicts + 1) * sizeof(*a->conflict));
	c = &a->conflict[a->conflicts++];
	*c = (struct conflict){ .path = xstrdup(path), .patch_line = line };
	return c;
}

/* Files that are missing or in the way; they go to @skip, git would stop. */
static void whole_files(struct scratch *s, const struct patch *p,
			struct attempt *a, struct strv *skip)
{
	for (size_t i = 0; i < p->files; i++) {
		const struct patch_file *f = &p->file[i];
		const char *path = f->old_path ? f->old_path : f->new_path;
		char *at = xasprintf("%s/%s", s->dir, path);
		bool there = file_exists(at);

		if (f->old_path && !there)
			add(a, path, f->line)->why = xstrdup("no such file in this tree");
		else if (!f->old_path && there)
			add(a, path, f->line)->why =
				xstrdup("the tree has a file of this name already");
		if (there == !f->old_path) {
			strv_addf(skip, "--exclude=%s", path);
			if (f->new_path)
				strv_addf(skip, "--exclude=%s", f->new_path);
		}
		free(at);
	}
}

/* One side of a hunk: context and the lines marked @mark. */
static void side(const struct patch_hunk *h, char mark, struct strv *out)
{
	const char *s = h->text, *end = h->text + h->len;

	while (s < end) {
		size_t n = strcspn(s, "\n");
		char *line = xstrndup(n ? s + 1 : s, n ? n - 1 : 0);

		if (*s == ' ' || *s == mark || !n)
			strv_add(out, line);
		free(line);
		s += n + (s[n] == '\n');
	}
}

static void split_lines(const char *text, struct strv *out)
{
	struct lines l;

	lines_init(&l, "", text);
	while (lines_next(&l))
		strv_add(out, l.line);
	lines_done(&l);
}

/* Empty lines and lone braces are everywhere and say nothing. */
static bool telling(const char *line)
{
	line += strspn(line, " \t{}();");
	return *line != '\0';
}

/* How many telling lines of @want stand in @file from line index @at. */
static size_t score(const struct strv *want, const struct strv *file, size_t at)
{
	size_t n = 0;

	for (size_t i = 0; i < want->n && at + i < file->n; i++)
		n += telling(want->v[i]) && !strcmp(want->v[i], file->v[at + i]);
	return n;
}

/* Best place for @want, near line index @near among equals; or -1. */
static long closest(const struct strv *want, const struct strv *file, long near)
{
	size_t best = 0;
	long place = -1;

	for (size_t at = 0; at < file->n; at++) {
		size_t n = score(want, file, at);

		if (n > best || (n && n == best &&
				 labs((long)at - near) < labs(place - near))) {
			best = n;
			place = (long)at;
		}
	}
	return place;
}

static bool stands(const struct strv *want, const struct strv *file)
{
	for (size_t at = 0; at + want->n <= file->n; at++) {
		size_t i = 0;

		while (i < want->n && !strcmp(want->v[i], file->v[at + i]))
			i++;
		if (i == want->n)
			return true;
	}
	return false;
}

static char *join(char *const *v, size_t n)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s\n", v[i]);
	if (!b.s)
		buf_adds(&b, "");
	return b.s;
}

static void describe(const struct patch_hunk *h, const struct strv *file,
		     struct conflict *c)
{
	struct strv old = STRV_INIT, new = STRV_INIT;
	long at;

	side(h, '-', &old);
	side(h, '+', &new);
	at = closest(&old, file, (long)h->old_start - 1);
	c->expected = join(old.v, old.n);
	c->expected_line = (int)h->old_start;
	if (stands(&new, file)) {
		c->why = xstrdup("this hunk is in the tree already");
	} else if (at < 0) {
		c->why = xstrdup("nothing in the file looks like the lines it expects");
	} else {
		size_t n = old.n;

		if ((size_t)at + n > file->n)
			n = file->n - (size_t)at;
		c->has = join(file->v + at, n);
		c->has_line = (int)at + 1;
		c->why = xstrdup("the lines differ");
	}
	strv_free(&old);
	strv_free(&new);
}

/* Add hunk number @no (from 1) of the file git calls @path. */
static int add_hunk(struct scratch *s, const struct patch *p, const char *path,
		    int no, struct attempt *a)
{
	const struct patch_file *f = NULL;
	struct strv lines = STRV_INIT;
	struct buf text = BUF_INIT;
	struct conflict *c;
	char *at;
	int ret;

	for (size_t i = 0; i < p->files && !f; i++)
		if (!strcmp(patch_file_path(&p->file[i]), path) ||
		    (p->file[i].old_path && !strcmp(p->file[i].old_path, path)))
			f = &p->file[i];
	if (!f || no < 1 || (size_t)no > f->hunks)
		return AZK_OK;
	at = xasprintf("HEAD:%s", f->old_path ? f->old_path : path);
	ret = git_do(s->dir, &text, NULL, "show", at, NULL) ? AZK_EX_TOOL : AZK_OK;
	split_lines(buf_str(&text), &lines);
	c = add(a, patch_file_path(f), f->hunk[no - 1].line);
	c->hunk = no;
	describe(&f->hunk[no - 1], &lines, c);
	strv_free(&lines);
	buf_free(&text);
	free(at);
	return ret;
}

static int read_rejects(struct scratch *s, const struct patch *p,
			const char *said, struct attempt *a)
{
	char path[PATH_MAX] = "";
	struct lines l;
	int ret = AZK_OK;

	lines_init(&l, "git apply", said);
	while (!ret && lines_next(&l)) {
		int no;

		if (sscanf(l.line, "Applying patch %4095s", path) == 1)
			continue;
		if (sscanf(l.line, "Rejected hunk #%d", &no) == 1)
			ret = add_hunk(s, p, path, no, a);
	}
	lines_done(&l);
	return ret;
}

int scratch_conflicts(struct scratch *s, const char *file,
		      const struct patch *p, struct attempt *a)
{
	struct strv argv = STRV_INIT;
	struct buf said = BUF_INIT;
	int ret;

	strv_split(&argv, "apply --reject -v", " ");
	whole_files(s, p, a, &argv);
	strv_add(&argv, file);
	git_argv(s->dir, NULL, &said, (const char *const *)argv.v);
	git_do(s->dir, NULL, NULL, "reset", "-q", "--hard", NULL);
	git_do(s->dir, NULL, NULL, "clean", "-qfdx", NULL);
	ret = read_rejects(s, p, buf_str(&said), a);
	if (!ret && !a->conflicts) {
		const char *why = buf_str(&said);

		why += str_starts(why, "error: ") ? 7 : 0;
		add(a, p->files ? patch_file_path(&p->file[0]) : p->name,
		    p->files ? p->file[0].line : 0)->why =
			xstrndup(why, strcspn(why, "\n"));
	}
	strv_free(&argv);
	buf_free(&said);
	return ret;
}
