// SPDX-License-Identifier: GPL-2.0-only
/*
 * The diff half of a patch: git's extended headers and hunks.
 *
 * Strict where git apply is lenient: git takes lines after a hunk that has
 * all it announced for chatter and drops them, so a hunk whose header counts
 * too few lines would lose its end without a word. Here that is an error.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "exit.h"
#include "patch.h"
#include "patch_diff.h"
#include "problem.h"

struct parser {
	struct patch *p;
	struct lines *l;
	struct problems *to;
	int faults;
};

/* Next line; false at the end, where l->line is NULL. */
static bool next(struct parser *d)
{
	return lines_next(d->l);
}

static bool starts(const struct parser *d, const char *prefix)
{
	return d->l->line && str_starts(d->l->line, prefix);
}

static void fault(struct parser *d, int line, const char *todo, const char *what)
{
	problem_add(d->to, d->p->name, line, todo, "%s", what);
	d->faults++;
}

static struct patch_file *add_file(struct patch *p, int line)
{
	p->file = xrealloc(p->file, (p->files + 1) * sizeof(*p->file));
	p->file[p->files] = (struct patch_file){ .line = line };
	return &p->file[p->files++];
}

static void set_path(char **to, const char *path)
{
	free(*to);
	*to = xstrdup(path);
}

/* "diff --git a/X b/X": both are the same here unless rename lines follow. */
static bool paths_from_git(struct patch_file *f, const char *rest)
{
	size_t n = strlen(rest), half;

	if (strchr(rest, '"') || n < 7 || n % 2 == 0)
		return false;
	half = (n - 1) / 2;
	if (strncmp(rest, "a/", 2) || rest[half] != ' ' ||
	    strncmp(rest + half + 1, "b/", 2) ||
	    strncmp(rest + 2, rest + half + 3, half - 2))
		return false;
	f->old_path = xstrndup(rest + 2, half - 2);
	f->new_path = xstrdup(rest + half + 3);
	return true;
}

/* Digits at *s into *v; false when there are none or too many. */
static bool digits(const char **s, unsigned int *v)
{
	unsigned long n;
	char *end;

	if (!isdigit((unsigned char)**s))
		return false;
	n = strtoul(*s, &end, 10);
	*s = end;
	*v = (unsigned int)n;
	return n <= 0x7fffffff;
}

static bool range(const char **s, char sign, unsigned int *start,
		  unsigned int *count)
{
	if (**s != sign)
		return false;
	(*s)++;
	*count = 1;
	if (!digits(s, start))
		return false;
	if (**s != ',')
		return true;
	(*s)++;
	return digits(s, count);
}

static bool hunk_header(const char *s, struct patch_hunk *h)
{
	if (!str_starts(s, "@@ "))
		return false;
	s += 3;
	if (!range(&s, '-', &h->old_start, &h->old_count) || *s++ != ' ')
		return false;
	if (!range(&s, '+', &h->new_start, &h->new_count))
		return false;
	return str_starts(s, " @@");
}

/* Where the line the walk stands on begins, in the text. */
static const char *line_start(const struct parser *d)
{
	const char *s = d->l->next;

	if (s > d->p->text && s[-1] == '\n')
		s--;
	return s - strlen(d->l->line);
}

static void hunk_fault(struct parser *d, const struct patch_hunk *h,
		       unsigned int old, unsigned int new, const char *how)
{
	problem_add(
		d->to, d->p->name, h->line, "make the patch anew with git format-patch",
		"hunk has %s lines than its header says (header: %u old, %u new; read: %u old, %u new)",
		how, h->old_count, h->new_count, old, new);
	d->faults++;
}

/* The lines of one hunk; ends on the first line behind it. */
static void parse_hunk(struct parser *d, struct patch_file *f)
{
	struct patch_hunk h = { .line = d->l->no };
	unsigned int old = 0, new = 0;
	const char *end;
	bool more;

	if (!hunk_header(d->l->line, &h)) {
		fault(d, h.line, "it reads '@@ -LINE,COUNT +LINE,COUNT @@'",
		      "broken hunk header");
		next(d);
		return;
	}
	more = next(d);
	h.text = more ? line_start(d) : d->p->text + strlen(d->p->text);
	end = h.text;
	for (; more && (old < h.old_count || new < h.new_count || *d->l->line == '\\');
	     more = next(d)) {
		char c = *d->l->line;

		if (c != ' ' && c != '+' && c != '-' && c != '\\' && c)
			break;
		if ((c != '+' && c != '\\' && old == h.old_count) ||
		    (c != '-' && c != '\\' && new == h.new_count))
			break;
		old += c == ' ' || c == '-' || !c;
		new += c == ' ' || c == '+' || !c;
		end = d->l->next;
	}
	h.len = (size_t)(end - h.text);
	if (old < h.old_count || new < h.new_count)
		hunk_fault(d, &h, old, new, "fewer");
	else if (more && (*d->l->line == '+' || *d->l->line == ' ' ||
			  (*d->l->line == '-' && strcmp(d->l->line, "-- ") &&
			   strcmp(d->l->line, "--"))))
		hunk_fault(d, &h, old + (*d->l->line != '+'),
			   new + (*d->l->line != '-'), "more");
	f->hunk = xrealloc(f->hunk, (f->hunks + 1) * sizeof(*f->hunk));
	f->hunk[f->hunks++] = h;
}

/* "--- a/path": the path in the hunk headers must be the one of the file. */
static void check_side(struct parser *d, const char *prefix, const char *want)
{
	char *name = xstrdup(d->l->line + 4), *tab = strchr(name, '\t');

	if (tab)
		*tab = '\0';
	if (strcmp(name, "/dev/null") &&
	    (!want || !str_starts(name, prefix) || strcmp(name + 2, want)))
		fault(d, d->l->no, "make the patch anew with git format-patch",
		      "names another file than the 'diff --git' line above it");
	free(name);
}

static void extended_header(struct parser *d, struct patch_file *f)
{
	static const struct {
		const char *word;
		enum patch_change change;
		bool old;
	} names[] = {
		{ "rename from ", PATCH_RENAME, true },
		{ "rename to ", PATCH_RENAME, false },
		{ "copy from ", PATCH_COPY, true },
		{ "copy to ", PATCH_COPY, false },
	};

	if (starts(d, "new file mode "))
		f->change = PATCH_NEW;
	else if (starts(d, "deleted file mode "))
		f->change = PATCH_DELETE;
	else if (starts(d, "GIT binary patch") || starts(d, "Binary files "))
		f->binary = true;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!starts(d, names[i].word))
			continue;
		f->change = names[i].change;
		set_path(names[i].old ? &f->old_path : &f->new_path,
			 d->l->line + strlen(names[i].word));
	}
}

static void parse_file(struct parser *d)
{
	struct patch_file *f = add_file(d->p, d->l->no);
	bool named = paths_from_git(f, d->l->line + strlen("diff --git "));
	bool body = false;

	while (next(d) && !starts(d, "@@") && !starts(d, "diff --git ")) {
		if (starts(d, "--- ") && !body)
			check_side(d, "a/", f->old_path);
		else if (starts(d, "+++ "))
			check_side(d, "b/", f->new_path);
		else if (!body)
			extended_header(d, f);
		body |= f->binary || starts(d, "+++ ");
	}
	if (!named && (!f->old_path || !f->new_path)) {
		set_path(&f->new_path, "");
		fault(d, f->line, "it reads 'diff --git a/PATH b/PATH', without quotes",
		      "cannot tell the file from this line");
	}
	if (f->change == PATCH_NEW) {
		free(f->old_path);
		f->old_path = NULL;
	} else if (f->change == PATCH_DELETE) {
		free(f->new_path);
		f->new_path = NULL;
	}
	while (starts(d, "@@"))
		parse_hunk(d, f);
}

int patch_diff_parse(struct patch *p, struct lines *l, struct problems *to)
{
	struct parser d = { .p = p, .l = l, .to = to };
	bool plain = false;
	int plain_line = 0;

	while (l->line) {
		if (starts(&d, "diff --git ")) {
			parse_file(&d);
			continue;
		}
		if (!plain && starts(&d, "@@ ")) {
			plain = true;
			plain_line = l->no;
		}
		next(&d);
	}
	if (plain)
		fault(&d, plain_line, "make the patch anew with git format-patch",
		      "a hunk that no 'diff --git' line introduces");
	if (!p->files && !plain)
		fault(&d, 0, NULL, "no diff in this file");
	return d.faults ? AZK_EX_INPUT : AZK_OK;
}
