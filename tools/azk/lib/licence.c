// SPDX-License-Identifier: GPL-2.0-only
/* Licence tags and expressions: one reader that goes from left to right. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "exit.h"
#include "file.h"
#include "licence.h"
#include "msg.h"

#define TAG	"SPDX-License-Identifier:"
#define HEAD	4096
#define DEEP	32

/* "Valid-License-Identifier: GPL-2.0" and the like, in one file of LICENSES/. */
static int read_file(const char *path, struct licences *l)
{
	static const char valid[] = "Valid-License-Identifier:";
	static const char also[] = "SPDX-Exception-Identifier:";
	struct buf b = BUF_INIT;
	struct lines lines;
	int ret = file_read(path, &b);

	lines_init(&lines, path, buf_str(&b));
	while (!ret && lines_next(&lines)) {
		if (str_starts(lines.line, valid))
			strset_add(&l->ids, str_trim(lines.line + strlen(valid)));
		else if (str_starts(lines.line, also))
			strset_add(&l->exceptions, str_trim(lines.line + strlen(also)));
	}
	lines_done(&lines);
	buf_free(&b);
	return ret;
}

int licences_read(const char *source, struct licences *l)
{
	static const char *const folders[] = { "preferred", "deprecated", "dual", "exceptions" };
	int ret = AZK_OK;
	struct dirent *e;
	DIR *d;

	*l = (struct licences){ STRSET_INIT, STRSET_INIT };
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders) && !ret; i++) {
		char *dir = xasprintf("%s/LICENSES/%s", source, folders[i]);

		d = opendir(dir);
		while (d && !ret && (e = readdir(d))) {
			char *path = xasprintf("%s/%s", dir, e->d_name);

			if (e->d_name[0] != '.')
				ret = read_file(path, l);
			free(path);
		}
		if (d)
			closedir(d);
		free(dir);
	}
	if (!ret && !l->ids.all.n)
		ret = azk_err(AZK_EX_NOFILE, source, "give a kernel's source: --source DIR",
			      "has no LICENSES/ with identifiers");
	return ret;
}

void licences_free(struct licences *l)
{
	strset_free(&l->ids);
	strset_free(&l->exceptions);
}

char *licence_tag(const char *text, size_t len, int *line)
{
	const char *end = text + (len < HEAD ? len : HEAD), *at, *stop;
	char *expr, *s, *cut;

	*line = 0;
	at = len ? memmem(text, (size_t)(end - text), TAG, strlen(TAG)) : NULL;
	if (!at)
		return NULL;
	*line = 1;
	for (const char *c = text; c < at; c++)
		*line += *c == '\n';
	at += strlen(TAG);
	stop = memchr(at, '\n', (size_t)(text + len - at));
	s = xstrndup(at, (size_t)((stop ? stop : text + len) - at));
	/* the comment's end is not the expression's */
	cut = strstr(s, "*/");
	cut = cut ? cut : strstr(s, "-->");
	if (cut)
		*cut = '\0';
	expr = xstrdup(str_trim(s));
	free(s);
	return expr;
}

struct reader {
	const struct licences *l;
	struct strset *ids;
	const char *at;
	char *word;		/* the next: "(", ")", "AND", an identifier; NULL: the end */
	struct buf out;		/* what was read, written properly */
	char *fault;
};

static bool is(const struct reader *r, const char *word)
{
	return r->word && !strcasecmp(r->word, word);
}

/* Take the next word; @as: what the one before it is written as. */
static void next(struct reader *r, const char *as)
{
	size_t n;

	buf_addf(&r->out, "%s%s", r->out.len && *as != ')' && *as &&
		 r->out.s[r->out.len - 1] != '(' ? " " : "", as);
	free(r->word);
	r->word = NULL;
	r->at += strspn(r->at, " \t\r");
	n = *r->at == '(' || *r->at == ')' ? 1 : strcspn(r->at, " \t\r()");
	if (n)
		r->word = xstrndup(r->at, n);
	r->at += n;
}

/*
 * An identifier: those of the GNU licences by the names that SPDX has for them now,
 * "GPL-2.0-only" for "GPL-2.0" and "GPL-2.0-or-later" for "GPL-2.0+".
 */
static void next_own(struct reader *r)
{
	const char *w = r->word;
	bool gnu = str_starts(w, "GPL-") || str_starts(w, "LGPL-") || str_starts(w, "GFDL-");
	char *as;

	if (gnu && str_ends(w, "+"))
		as = xasprintf("%.*s-or-later", (int)strlen(w) - 1, w);
	else if (gnu && !str_ends(w, "-only") && !str_ends(w, "-or-later"))
		as = xasprintf("%s-only", w);
	else
		as = xstrdup(w);
	next(r, as);
	free(as);
}

static void fail(struct reader *r, const char *what)
{
	if (!r->fault)
		r->fault = r->word ? xasprintf("'%s' %s", r->word, what) :
			   xasprintf("it ends where a licence is to stand");
}

static void read_expr(struct reader *r, int depth);

/* IDENTIFIER [WITH EXCEPTION], or an expression in brackets. */
static void read_term(struct reader *r, int depth)
{
	if (depth > DEEP) {
		fail(r, "is in too many brackets");
	} else if (is(r, "(")) {
		next(r, "(");
		read_expr(r, depth + 1);
		if (!r->fault && !is(r, ")"))
			fail(r, "stands where a ')' is to");
		next(r, ")");
	} else if (!r->word || !strset_has(&r->l->ids, r->word)) {
		fail(r, "is no licence that the kernel's LICENSES/ has");
	} else {
		if (r->ids)
			strset_add(r->ids, r->word);
		next_own(r);
		if (!is(r, "WITH"))
			return;
		next(r, "WITH");
		if (!r->word || !strset_has(&r->l->exceptions, r->word))
			fail(r, "is no exception that the kernel's LICENSES/ has");
		else
			next_own(r);
	}
}

static void read_expr(struct reader *r, int depth)
{
	read_term(r, depth);
	while (!r->fault && (is(r, "AND") || is(r, "OR"))) {
		next(r, is(r, "AND") ? "AND" : "OR");
		read_term(r, depth);
	}
}

/* Without the brackets around the whole of it. */
static char *bare(char *expr)
{
	for (size_t n = strlen(expr); n > 2 && expr[0] == '('; n = strlen(expr)) {
		int open = 0;
		size_t i = 0;

		do
			open += expr[i] == '(' ? 1 : expr[i] == ')' ? -1 : 0;
		while (open && ++i < n);
		if (i != n - 1)
			break;
		memmove(expr, expr + 1, n - 2);
		expr[n - 2] = '\0';
	}
	return expr;
}

char *licence_read(const struct licences *l, const char *expr, struct strset *ids,
		   char **fault)
{
	struct reader r = { .l = l, .ids = ids, .at = expr, .out = BUF_INIT };

	next(&r, "");
	read_expr(&r, 0);
	if (!r.fault && r.word)
		fail(&r, "stands where AND, OR or nothing is to");
	free(r.word);
	*fault = r.fault;
	if (!r.fault)
		return bare(r.out.s);
	buf_free(&r.out);
	return NULL;
}

char *licence_join(const struct strset *all)
{
	struct strv v = STRV_INIT;
	struct buf b = BUF_INIT;
	char *s;

	for (size_t i = 0; i < all->all.n; i++)
		strv_add(&v, all->all.v[i]);
	strv_sort(&v);
	for (size_t i = 0; i < v.n; i++) {
		bool brackets = v.n > 1 && strstr(v.v[i], " OR ");

		buf_addf(&b, "%s%s%s%s", i ? " AND " : "", brackets ? "(" : "", v.v[i],
			 brackets ? ")" : "");
	}
	s = xstrdup(v.n ? buf_str(&b) : "NOASSERTION");
	strv_free(&v);
	buf_free(&b);
	return s;
}
