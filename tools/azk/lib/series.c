// SPDX-License-Identifier: GPL-2.0-only
/* The series file: read it, look things up, write it anew; see series.h. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "exit.h"
#include "file.h"
#include "msg.h"
#include "problem.h"
#include "series.h"

/* Cut a comment off and trim; what is left is the entry, or "". */
static char *entry_of(char *line)
{
	char *s = line;

	for (; *s; s++)
		if (*s == '#' && (s == line || s[-1] == ' ' || s[-1] == '\t'))
			break;
	*s = '\0';
	return str_trim(line);
}

/* NULL when @path may stand in a series file, or why not. */
static const char *path_fault(const char *path)
{
	if (strpbrk(path, " \t"))
		return "has a blank in it; one patch a line, without options";
	if (path[0] == '/')
		return "is absolute; write it relative to the folder of the series";
	if (strchr(path, '\\') || strchr(path, '"'))
		return "has a quote or backslash in it";
	if (!strncmp(path, "./", 2) || !strncmp(path, "../", 3) ||
	    strstr(path, "/../") || strstr(path, "/./") || strstr(path, "//"))
		return "has '.', '..' or an empty part in it; write it plainly";
	if (!str_ends(path, ".patch") || str_ends(path, "/.patch") ||
	    !strcmp(path, ".patch"))
		return "does not end in NAME.patch";
	return NULL;
}

static void add_entry(struct series *s, const char *path, int line)
{
	s->v = xrealloc(s->v, (s->n + 1) * sizeof(*s->v));
	s->v[s->n++] = (struct series_entry){ xstrdup(path), line };
}

int series_parse(const char *dir, const char *text, struct series *s,
		 struct problems *p)
{
	int ret = AZK_OK;
	struct lines l;

	*s = (struct series){ .dir = xstrdup(dir), .text = xstrdup(text),
			      .file = xasprintf("%s/series", dir) };
	lines_init(&l, s->file, text);
	while (lines_next(&l)) {
		const char *path = entry_of(l.line), *fault;
		int before;

		if (!*path)
			continue;
		fault = path_fault(path);
		before = series_find(s, path);
		if (fault)
			problem_add(p, s->file, l.no, NULL, "'%s' %s", path, fault);
		else if (before >= 0)
			problem_add(p, s->file, l.no, "keep one of the two lines",
				    "'%s' is listed a second time, first in line %d",
				    path, s->v[before].line);
		else
			add_entry(s, path, l.no);
		if (fault || before >= 0)
			ret = AZK_EX_INPUT;
	}
	lines_done(&l);
	return ret;
}

int series_read(const char *dir, struct series *s, struct problems *p)
{
	char *file = xasprintf("%s/series", dir);
	struct buf b = BUF_INIT;
	int ret = file_read(file, &b);

	*s = (struct series){ 0 };
	if (!ret)
		ret = series_parse(dir, buf_str(&b), s, p);
	buf_free(&b);
	free(file);
	return ret;
}

void series_free(struct series *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].path);
	free(s->v);
	free(s->dir);
	free(s->file);
	free(s->text);
	*s = (struct series){ 0 };
}

char *series_path(const struct series *s, size_t i)
{
	return xasprintf("%s/%s", s->dir, s->v[i].path);
}

int series_find(const struct series *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->v[i].path, path))
			return (int)i;
	return -1;
}

static int scan(const char *dir, const char *below, struct strv *out)
{
	char *at = *below ? xasprintf("%s/%s", dir, below) : xstrdup(dir);
	DIR *d = opendir(at);
	int ret = AZK_OK;
	struct dirent *e;

	if (!d) {
		ret = azk_err(AZK_EX_SYSTEM, at, NULL, "%s", strerror(errno));
		free(at);
		return ret;
	}
	while (!ret && (e = readdir(d))) {
		char *rel, *full;
		struct stat st;

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		rel = *below ? xasprintf("%s/%s", below, e->d_name)
			     : xstrdup(e->d_name);
		full = xasprintf("%s/%s", dir, rel);
		if (lstat(full, &st))
			ret = azk_err(AZK_EX_SYSTEM, full, NULL, "%s",
				      strerror(errno));
		else if (S_ISDIR(st.st_mode))
			ret = scan(dir, rel, out);
		else if (strcmp(rel, "series") && strcmp(rel, "base.lock"))
			strv_add(out, rel);
		free(full);
		free(rel);
	}
	closedir(d);
	free(at);
	return ret;
}

int series_scan(const char *dir, struct strv *out)
{
	int ret = scan(dir, "", out);

	strv_sort(out);
	return ret;
}

/*
 * Split the old text into the head (comment blocks closed by an empty line)
 * and, for each entry, its own lines: comments right above and the line.
 */
static void split_text(const struct series *s, struct buf *head,
		       struct buf *own)
{
	struct buf pending = BUF_INIT;
	size_t i = 0;
	struct lines l;

	lines_init(&l, s->file, s->text);
	while (lines_next(&l)) {
		if (i < s->n && l.no == s->v[i].line) {
			buf_add(&own[i], buf_str(&pending), pending.len);
			buf_addf(&own[i], "%s\n", l.line);
			buf_reset(&pending);
			i++;
			continue;
		}
		buf_addf(&pending, "%s\n", l.line);
		if (*str_trim(l.line))
			continue;
		/* An empty line closes the block: it belongs to no entry. */
		if (pending.len > 1)
			buf_add(head, pending.s, pending.len);
		buf_reset(&pending);
	}
	if (pending.len) {
		if (head->len && !str_ends(head->s, "\n\n"))
			buf_adds(head, "\n");
		buf_addf(head, "%s\n", pending.s);
	}
	lines_done(&l);
	buf_free(&pending);
}

char *series_rewrite(const struct series *s, const struct strv *paths)
{
	struct buf out = BUF_INIT, *own = xcalloc(s->n, sizeof(*own));
	const char *folder = NULL;
	size_t folder_len = 0;

	split_text(s, &out, own);
	for (size_t i = 0; i < paths->n; i++) {
		const char *path = paths->v[i];
		size_t len = strcspn(path, "/");
		int old = series_find(s, path);

		/* An empty line where the folder changes. */
		if (folder && (len != folder_len || strncmp(folder, path, len)))
			buf_adds(&out, "\n");
		folder = path;
		folder_len = len;
		if (old >= 0)
			buf_add(&out, own[old].s, own[old].len);
		else
			buf_addf(&out, "%s\n", path);
	}
	for (size_t i = 0; i < s->n; i++)
		buf_free(&own[i]);
	free(own);
	if (!out.s)
		buf_adds(&out, "");
	return out.s;
}
