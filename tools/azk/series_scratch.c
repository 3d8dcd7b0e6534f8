// SPDX-License-Identifier: GPL-2.0-only
/* Make the scratch repository and apply to it; see series_scratch.h. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/exit.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/run.h"
#include "series_git.h"
#include "series_scratch.h"

int remove_tree(const char *dir)
{
	const char *argv[] = { "rm", "-rf", "--", dir, NULL };
	struct run r = { .argv = argv, .quiet = true };

	return run(&r) ? AZK_EX_SYSTEM : AZK_OK;
}

/* A plain folder: copy what is there. */
static int copy_files(const char *to, const char *base, const struct strv *paths)
{
	int ret = AZK_OK;

	for (size_t i = 0; i < paths->n && !ret; i++) {
		char *src = xasprintf("%s/%s", base, paths->v[i]);
		char *dst = xasprintf("%s/%s", to, paths->v[i]);
		struct buf b = BUF_INIT;
		struct stat st;

		if (!stat(src, &st) && S_ISREG(st.st_mode)) {
			ret = file_read(src, &b);
			if (!ret)
				ret = file_write(dst, buf_str(&b), b.len);
			if (!ret && chmod(dst, st.st_mode & 0777))
				ret = azk_err(AZK_EX_SYSTEM, dst, NULL, "%s",
					      strerror(errno));
		}
		buf_free(&b);
		free(src);
		free(dst);
	}
	return ret;
}

static int unpack(const char *to, const char *tar)
{
	const char *argv[] = { "tar", "-xf", tar, "-C", to, NULL };
	struct buf err = BUF_INIT;
	struct run r = { .argv = argv, .err = &err, .quiet = true };
	int ret = AZK_OK;

	if (run(&r))
		ret = azk_err(AZK_EX_TOOL, tar, NULL, "tar failed: %.*s",
			      (int)strcspn(buf_str(&err), "\n"), buf_str(&err));
	buf_free(&err);
	return ret;
}

/* A git tree: those of @paths that the tag "base" has, through git archive. */
static int copy_tag(const char *to, const char *base, const struct strv *paths)
{
	struct strv ls = STRV_INIT, ar = STRV_INIT;
	struct buf out = BUF_INIT, err = BUF_INIT;
	char *tar = xasprintf("%s/.git/base.tar", to);
	size_t fixed;
	int ret = AZK_OK;

	strv_split(&ls, "ls-tree -r --name-only --full-tree base --", " ");
	for (size_t i = 0; i < paths->n; i++)
		strv_add(&ls, paths->v[i]);
	strv_split(&ar, "archive --format=tar", " ");
	strv_addf(&ar, "--output=%s", tar);
	strv_split(&ar, "base --", " ");
	fixed = ar.n;
	if (git_argv(base, &out, &err, (const char *const *)ls.v))
		ret = git_failed(base, "ls-tree", &err);
	strv_split(&ar, buf_str(&out), "\n");
	if (!ret && ar.n > fixed) {
		buf_reset(&err);
		if (git_argv(base, NULL, &err, (const char *const *)ar.v))
			ret = git_failed(base, "archive", &err);
		else
			ret = unpack(to, tar);
	}
	remove(tar);
	buf_free(&out);
	buf_free(&err);
	strv_free(&ls);
	strv_free(&ar);
	free(tar);
	return ret;
}

/* tar names members it does not have; any other complaint is a real one. */
static const char *tar_fault(char *err)
{
	char *line, *save = NULL;

	for (line = strtok_r(err, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (!strstr(line, "Not found in archive") &&
		    !strstr(line, "Exiting with failure status"))
			return line;
	return NULL;
}

/*
 * A tarball: everything in it lies below one folder. A "*" that does not
 * match "/" stands for that, so the list need not know its name.
 */
static int copy_tarball(const char *to, const char *tarball,
			const struct strv *paths)
{
	struct strv argv = STRV_INIT;
	struct buf err = BUF_INIT;
	struct run r = { .err = &err, .quiet = true };
	const char *fault;
	int ret = AZK_OK, code;

	strv_split(&argv, "tar --wildcards --no-wildcards-match-slash"
		   " --strip-components=1 -C", " ");
	strv_add(&argv, to);
	strv_add(&argv, "-xf");
	strv_add(&argv, tarball);
	for (size_t i = 0; i < paths->n; i++)
		strv_addf(&argv, "*/%s", paths->v[i]);
	r.argv = (const char *const *)argv.v;
	code = run(&r);
	fault = err.s ? tar_fault(err.s) : NULL;
	if (code && fault)
		ret = azk_err(AZK_EX_INPUT, tarball, "fetch it anew",
			      "cannot read this tarball: %s", fault);
	else if (code < 0)
		ret = azk_err(AZK_EX_TOOL, NULL, "install tar and xz-utils",
			      "cannot run tar");
	strv_free(&argv);
	buf_free(&err);
	return ret;
}

/* "VERSION = 6" and so on of the kernel's Makefile to "6.18.15". */
static char *makefile_version(const char *dir)
{
	static const char *const keys[] = { "VERSION = ", "PATCHLEVEL = ",
					    "SUBLEVEL = ", "EXTRAVERSION = " };
	char *file = xasprintf("%s/Makefile", dir);
	struct buf text = BUF_INIT, v = BUF_INIT;
	struct lines l;

	if (file_exists(file) && !file_read(file, &text)) {
		lines_init(&l, file, buf_str(&text));
		while (lines_next(&l) && l.no < 10)
			for (int i = 0; i < 4; i++)
				if (str_starts(l.line, keys[i]))
					buf_addf(&v, "%s%s", i == 1 || i == 2 ? "." : "",
						 l.line + strlen(keys[i]));
		lines_done(&l);
	}
	buf_free(&text);
	free(file);
	return v.s;
}

static int fill(struct scratch *s, const char *base, const struct strv *paths)
{
	struct strv all = STRV_INIT;
	struct stat st;
	int ret;

	for (size_t i = 0; i < paths->n; i++)
		strv_add(&all, paths->v[i]);
	if (!strv_has(&all, "Makefile"))
		strv_add(&all, "Makefile");
	if (stat(base, &st))
		ret = azk_err(AZK_EX_NOFILE, base, NULL, "%s", strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		ret = copy_tarball(s->dir, base, &all);
	else if (git_has_tag(base, "base"))
		ret = copy_tag(s->dir, base, &all);
	else
		ret = copy_files(s->dir, base, &all);
	strv_free(&all);
	return ret;
}

int scratch_make(struct scratch *s, const char *dir, const char *base,
		 const struct strv *paths)
{
	struct buf err = BUF_INIT;
	char real[PATH_MAX];
	int ret;

	*s = (struct scratch){ 0 };
	if (remove_tree(dir))
		return azk_err(AZK_EX_SYSTEM, dir, NULL, "cannot be removed");
	ret = file_mkdirs(dir);
	if (ret)
		return ret;
	if (!realpath(dir, real))
		return azk_err(AZK_EX_SYSTEM, dir, NULL, "%s", strerror(errno));
	s->dir = xstrdup(real);
	if (git_do(s->dir, NULL, &err, "init", "-q", "-b", "scratch", NULL))
		ret = git_failed(s->dir, "init", &err);
	if (!ret)
		ret = fill(s, base, paths);
	if (!ret && (git_do(s->dir, NULL, &err, "add", "-f", "-A", ".", NULL) ||
		     git_do(s->dir, NULL, &err, "commit", "-q", "--allow-empty",
			    "-m", "base", NULL)))
		ret = git_failed(s->dir, "commit", &err);
	if (!ret)
		s->version = makefile_version(s->dir);
	buf_free(&err);
	return ret;
}

void scratch_free(struct scratch *s)
{
	if (s->dir && !s->keep)
		remove_tree(s->dir);
	free(s->dir);
	free(s->version);
	*s = (struct scratch){ 0 };
}

/* Read the offsets from the words of git apply -v. */
static void read_offsets(const char *said, struct attempt *a)
{
	char path[PATH_MAX] = "";
	struct lines l;

	lines_init(&l, "git apply", said);
	while (lines_next(&l)) {
		int hunk, at, off, n = 0;

		sscanf(l.line, "Checking patch %4095[^\n]", path);
		if (sscanf(l.line, "Hunk #%d succeeded at %d (offset %d line%n",
			   &hunk, &at, &off, &n) != 3 || !n)
			continue;
		path[strcspn(path, " ")] = '\0';
		if (str_ends(path, "..."))
			path[strlen(path) - 3] = '\0';
		strv_addf(&a->offsets, "%s hunk %d: %d line%s", path, hunk, off,
			  abs(off) == 1 ? "" : "s");
		if (abs(off) > abs(a->offset))
			a->offset = off;
	}
	lines_done(&l);
}

int scratch_try(struct scratch *s, const char *file, const struct patch *p,
		struct attempt *a)
{
	struct buf said = BUF_INIT;
	char real[PATH_MAX];
	bool forward, reverse;
	int ret = AZK_OK;

	*a = (struct attempt){ 0 };
	if (!realpath(file, real))
		return azk_err(AZK_EX_NOFILE, file, NULL, "%s", strerror(errno));
	forward = !git_do(s->dir, NULL, &said, "apply", "--check", "-v", real, NULL);
	if (forward)
		read_offsets(buf_str(&said), a);
	if (forward && !a->offsets.n)
		goto out;
	reverse = !git_do(s->dir, NULL, NULL, "apply", "--check", "-R", real, NULL);
	if (forward && !reverse) {
		a->outcome = OUTCOME_OFFSET;
	} else if (reverse && !forward) {
		a->outcome = OUTCOME_UPSTREAM;
	} else if (forward) {
		/* The code stands there with and without the change. */
		a->outcome = OUTCOME_CONFLICT;
		a->conflict = xcalloc(1, sizeof(*a->conflict));
		a->conflicts = 1;
		a->conflict->path = xstrdup(patch_file_path(&p->file[0]));
		a->conflict->patch_line = p->file[0].line;
		a->conflict->why = xstrdup(
			"applies forward and in reverse: decide by hand whether the tree has it");
	} else {
		a->outcome = OUTCOME_CONFLICT;
		ret = scratch_conflicts(s, real, p, a);
	}
out:
	buf_free(&said);
	return ret;
}

void attempt_free(struct attempt *a)
{
	for (size_t i = 0; i < a->conflicts; i++) {
		free(a->conflict[i].path);
		free(a->conflict[i].expected);
		free(a->conflict[i].has);
		free(a->conflict[i].why);
	}
	free(a->conflict);
	strv_free(&a->offsets);
	*a = (struct attempt){ 0 };
}

int scratch_commit(struct scratch *s, const char *file, bool lenient)
{
	struct buf err = BUF_INIT;
	char real[PATH_MAX];
	int ret = AZK_OK;

	if (!realpath(file, real))
		return azk_err(AZK_EX_NOFILE, file, NULL, "%s", strerror(errno));
	if (!git_do(s->dir, NULL, &err, "am", "-q", "--no-3way", real, NULL))
		goto out;
	git_do(s->dir, NULL, NULL, "am", "--abort", NULL);
	if (!lenient) {
		ret = git_failed(file, "am", &err);
		goto out;
	}
	buf_reset(&err);
	if (git_do(s->dir, NULL, &err, "apply", "--index", real, NULL) ||
	    git_do(s->dir, NULL, &err, "commit", "-q", "--allow-empty", "-m",
		   "change without a header", NULL))
		ret = git_failed(file, "apply", &err);
out:
	buf_free(&err);
	return ret;
}
