// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk series import and export: to and from mailboxes.
 *
 * Enters: a mailbox, or patches/. Leaves: new files in patches/ and lines in
 * the series, or a mailbox. Called by make series-import and series-export.
 * git am reads mail and git format-patch writes it, so whatever those two
 * agree on comes back byte for byte.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/git.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "series_cmd.h"
#include "series_git.h"
#include "series_scratch.h"

struct import {
	struct loaded l;
	struct strv mails;	/* files that git mailsplit made */
	struct strv paths;	/* every path any of it touches */
	char *work;		/* out/series/import.PID */
	const char *mbox, *subsystem, *status;
};

/* Split the mailbox; git mailinfo decodes each mail so that paths show. */
static int split_mails(struct import *m)
{
	struct buf out = BUF_INIT, err = BUF_INIT;
	char *to = xasprintf("-o%s", m->work), real[PATH_MAX];
	int ret = AZK_OK, n;

	if (!realpath(m->mbox, real)) {
		ret = azk_err(AZK_EX_NOFILE, m->mbox, NULL, "no such file");
	} else if (git_do(NULL, &out, &err, "mailsplit", to, "-d4", "-b",
			  real, NULL)) {
		ret = git_failed(m->mbox, "mailsplit", &err);
	} else {
		n = atoi(buf_str(&out));
		for (int i = 1; i <= n; i++)
			strv_addf(&m->mails, "%s/%04d", m->work, i);
		if (!n)
			ret = azk_err(AZK_EX_INPUT, m->mbox, NULL, "no mail in it");
	}
	buf_free(&out);
	buf_free(&err);
	free(to);
	return ret;
}

static int paths_of_mail(struct import *m, const char *mail)
{
	char *msg = xasprintf("%s.msg", mail), *diff = xasprintf("%s.diff", mail);
	struct buf in = BUF_INIT, err = BUF_INIT, text = BUF_INIT;
	struct git g = GIT_INIT(NULL);
	struct patch p = { 0 };
	int ret = file_read(mail, &in);

	if (!ret && git(&g, &in, NULL, &err, "mailinfo", msg, diff, NULL))
		ret = git_failed(m->mbox, "mailinfo", &err);
	if (!ret)
		ret = file_read(diff, &text);
	if (!ret)
		ret = patch_parse(m->mbox, buf_str(&text), &p, NULL);
	patch_paths(&p, &m->paths);
	patch_free(&p);
	buf_free(&in);
	buf_free(&err);
	buf_free(&text);
	free(msg);
	free(diff);
	return ret;
}

/* The series first, then the mails: what is imported comes last. */
static int apply_all(struct import *m, struct scratch *s)
{
	int ret = AZK_OK;

	for (size_t i = 0; i < m->l.series.n && !ret; i++)
		ret = scratch_commit(s, m->l.patch[i].name, true);
	if (ret)
		return azk_err(AZK_EX_INPUT, m->l.series.file, "run 'azk series check'",
			       "the series itself does not apply, so nothing is imported");
	for (size_t i = 0; i < m->mails.n && !ret; i++) {
		ret = scratch_commit(s, m->mails.v[i], false);
		if (ret)
			return azk_err(AZK_EX_INPUT, m->mbox,
				       "nothing was written",
				       "mail %zu does not apply behind the series", i + 1);
	}
	return AZK_OK;
}

/* "Upstream-status: X" behind the last trailer of @p, whose text @text is. */
static void add_status(struct buf *text, const struct patch *p, const char *status)
{
	const struct patch_trailer *last;
	struct buf b = BUF_INIT;
	struct lines l;
	int after;

	last = p->trailers ? &p->trailer[p->trailers - 1] : NULL;
	after = last ? last->line : 0;
	lines_init(&l, p->name, p->text);
	while (lines_next(&l)) {
		/* Without trailers, a paragraph of its own before "---". */
		if (!after && !strcmp(l.line, "---")) {
			buf_addf(&b, "\nUpstream-status: %s\n", status);
			after = -1;
		}
		buf_addf(&b, "%s\n", l.line);
		if (l.no == after)
			buf_addf(&b, "Upstream-status: %s\n", status);
	}
	lines_done(&l);
	buf_free(text);
	*text = b;
}

/* The text of the @i-th imported patch and the path it goes to. */
static int make_file(struct import *m, struct scratch *s, size_t i,
		     struct strv *taken, struct buf *text)
{
	char *rev = xasprintf("HEAD~%zu", m->mails.n - 1 - i), *path;
	struct patch p = { 0 };
	int ret = git_format_patch(s->dir, rev, text);

	if (!ret)
		ret = patch_parse(m->mbox, buf_str(text), &p, NULL);
	if (!ret && m->status && !patch_trailer(&p, "Upstream-status", 0))
		add_status(text, &p, m->status);
	if (!ret) {
		path = patch_place(&p, m->subsystem, taken);
		strv_add(taken, path);
		free(path);
	}
	patch_free(&p);
	free(rev);
	return ret;
}

/* All texts are ready: patch files first, the series that lists them last. */
static int write_files(struct import *m, const struct strv *paths,
		       const struct buf *text)
{
	struct strv order = STRV_INIT;
	size_t done = 0;
	char *series;
	int ret = AZK_OK;

	for (size_t i = 0; i < m->l.series.n; i++)
		strv_add(&order, m->l.series.v[i].path);
	for (; done < m->mails.n && !ret; done++) {
		const char *rel = paths->v[paths->n - m->mails.n + done];
		char *path = xasprintf("%s/%s", m->l.series.dir, rel);

		strv_add(&order, rel);
		ret = file_write(path, buf_str(&text[done]), text[done].len);
		free(path);
	}
	series = series_rewrite(&m->l.series, &order);
	if (!ret)
		ret = file_write(m->l.series.file, series, strlen(series));
	for (size_t i = 0; i < done; i++) {
		const char *rel = paths->v[paths->n - m->mails.n + i];
		char *path = xasprintf("%s/%s", m->l.series.dir, rel);

		if (ret)
			unlink(path);
		else
			printf("imported %s\n", path);
		free(path);
	}
	free(series);
	strv_free(&order);
	return ret;
}

static int import_into(struct import *m, const char *base)
{
	char *dir = xasprintf("%s/src", m->work);
	struct buf *text = xcalloc(m->mails.n, sizeof(*text));
	struct strv taken = STRV_INIT;
	struct scratch s = { 0 };
	int ret;

	ret = series_scan(m->l.series.dir, &taken);
	if (!ret)
		ret = scratch_make(&s, dir, base, &m->paths);
	if (!ret)
		ret = apply_all(m, &s);
	for (size_t i = 0; i < m->mails.n && !ret; i++)
		ret = make_file(m, &s, i, &taken, &text[i]);
	if (!ret)
		ret = write_files(m, &taken, text);
	for (size_t i = 0; i < m->mails.n; i++)
		buf_free(&text[i]);
	free(text);
	strv_free(&taken);
	scratch_free(&s);
	free(dir);
	return ret;
}

static int import(struct import *m, const char *tree)
{
	char *base = find_base(tree), *rel, real[PATH_MAX];
	int ret;

	if (!base)
		return azk_err(AZK_EX_NOFILE, NULL, "run 'make tree', or give --tree",
			       "no source tree to try the patches on");
	rel = xasprintf("out/series/import.%d", (int)getpid());
	m->work = top_path(rel);
	free(rel);
	ret = series_load(&m->l, NULL);
	if (!ret)
		ret = file_mkdirs(m->work);
	if (!ret && realpath(m->work, real)) {
		free(m->work);
		m->work = xstrdup(real);
	}
	if (!ret)
		ret = split_mails(m);
	loaded_paths(&m->l, &m->paths);
	for (size_t i = 0; i < m->mails.n && !ret; i++)
		ret = paths_of_mail(m, m->mails.v[i]);
	if (!ret)
		ret = import_into(m, base);
	remove_tree(m->work);
	strv_free(&m->mails);
	strv_free(&m->paths);
	loaded_free(&m->l);
	free(m->work);
	free(base);
	return ret;
}

/* A folder name, nothing that climbs out of patches/. */
static bool plain_name(const char *s)
{
	return *s && !s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-")];
}

int series_cmd_import(int argc, char **argv)
{
	struct import m = { 0 };
	const char *tree = NULL;
	const struct opt opts[] = {
		{ "subsystem", "NAME", "folder below patches/ (default: told from the paths)",
		  OPT_STR, &m.subsystem },
		{ "status", "TEXT", "add 'Upstream-status: TEXT' where a patch has none",
		  OPT_STR, &m.status },
		{ "tree", "DIR", "source of the base (default: out/upstream/src, out/ours/src)",
		  OPT_STR, &tree },
		{ 0 }
	};
	const struct opt_usage u = {
		"azk series import", "MBOX",
		"Add the patches of a mailbox (git format-patch --stdout, or saved mail) at the\n"
		"end of the series. They have to apply behind it; if one does not, nothing is\n"
		"written. 'azk series check' then says what their headers lack.",
		"  azk series import --status 'Submitted https://lore.kernel.org/r/ID' set.mbox",
		NULL, opts,
	};
	int nargs, rest, ret = opt_parse(&u, argc, argv, &nargs, &rest);

	if (ret)
		return ret == OPT_HELP ? AZK_OK : ret;
	if (nargs != 1 || rest < argc)
		return opt_bad(&u, "wants one mailbox");
	if (m.subsystem && !plain_name(m.subsystem))
		return opt_bad(&u, "--subsystem wants a name such as vmbus, got '%s'",
			       m.subsystem);
	if (m.status && (!*m.status || strchr(m.status, '\n')))
		return opt_bad(&u, "--status wants one line");
	m.mbox = argv[1];
	return import(&m, tree);
}

/* A mailbox is the patches one after the other, each with its "From " line. */
static void add_mail(struct buf *to, const struct patch *p)
{
	if (!str_starts(p->text, "From "))
		buf_adds(
			to,
			"From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n");
	buf_adds(to, p->text);
	if (to->len && to->s[to->len - 1] != '\n')
		buf_adds(to, "\n");
}

static int export_folder(const struct loaded *l, const char *dir)
{
	int ret = AZK_OK;

	for (size_t i = 0; i < l->series.n && !ret; i++) {
		const char *base = strrchr(l->series.v[i].path, '/');
		char *path = xasprintf("%s/%04zu-%s", dir, i + 1,
				       base ? base + 1 : l->series.v[i].path);
		struct buf b = BUF_INIT;

		add_mail(&b, &l->patch[i]);
		ret = file_write(path, b.s, b.len);
		buf_free(&b);
		free(path);
	}
	return ret;
}

int series_cmd_export(int argc, char **argv)
{
	const char *out = NULL;
	const struct opt opts[] = {
		{ "out", "PATH",
		  "a file, or a folder when it is one or ends in / (default: out/series/series.mbox)",
		  OPT_STR, &out },
		{ 0 }
	};
	const struct opt_usage u = {
		"azk series export", "",
		"Write the series for 'git am': one mailbox, or a folder of numbered files.",
		"  azk series export --out set.mbox && git -C linux am < set.mbox", NULL, opts,
	};
	struct loaded l = { 0 };
	struct buf b = BUF_INIT;
	char *own = NULL;
	struct stat st;
	int nargs, rest, ret = opt_parse(&u, argc, argv, &nargs, &rest);

	if (ret)
		return ret == OPT_HELP ? AZK_OK : ret;
	if (nargs || rest < argc)
		return opt_bad(&u, "'%s' is no option", nargs ? argv[1] : argv[rest]);
	if (!out)
		out = own = top_path("out/series/series.mbox");
	ret = series_load(&l, NULL);
	if (!ret && !l.series.n)
		ret = azk_err(AZK_EX_INPUT, l.series.file, NULL, "lists no patch");
	if (!ret && (str_ends(out, "/") || (!stat(out, &st) && S_ISDIR(st.st_mode)))) {
		ret = export_folder(&l, out);
	} else if (!ret) {
		for (size_t i = 0; i < l.series.n; i++)
			add_mail(&b, &l.patch[i]);
		ret = file_write(out, buf_str(&b), b.len);
	}
	if (!ret)
		printf("exported %zu patch%s to %s\n", l.series.n,
		       l.series.n == 1 ? "" : "es", out);
	buf_free(&b);
	loaded_free(&l);
	free(own);
	return ret;
}
