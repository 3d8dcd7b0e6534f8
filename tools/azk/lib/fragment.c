// SPDX-License-Identifier: GPL-2.0-only
/* The fragment parser and the rules on a merged set of options. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "fragment.h"

#define PREFIX "CONFIG_"
#define UNSET " is not set"
#define REASON "reason:"

static size_t name_len(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	return n;
}

/* NULL when @v can be the value of some symbol, else what is wrong. */
static const char *bad_value(const char *v)
{
	size_t n = strlen(v);

	if (!n)
		return "no value; for 'no' write '# CONFIG_X is not set'";
	if (isspace((unsigned char)v[n - 1]))
		return "blank at the end of the line";
	if (v[0] == '"') {
		for (v++; *v && *v != '"'; v++)
			if (*v == '\\' && v[1])
				v++;
		return *v == '"' && !v[1] ? NULL : "string without its closing quote";
	}
	if (n == 1 && strchr("ymn", v[0]))
		return NULL;
	if (str_starts(v, "0x") || str_starts(v, "0X"))
		return n > 2 && v[2 + strspn(v + 2, "0123456789abcdefABCDEF")] == '\0' ?
		       NULL : "not a hexadecimal number";
	if (v[0] == '-' || isdigit((unsigned char)v[0])) {
		v += v[0] == '-';
		return *v && !v[strspn(v, "0123456789")] ? NULL : "not a number";
	}
	return "value is none of y, m, a number, 0x..., \"text\"";
}

static int unset_line(const char *line, char **name, const char **what)
{
	const char *s = line + 1 + strspn(line + 1, " \t");
	size_t n;

	if (!str_starts(s, PREFIX))
		return 0;
	s += strlen(PREFIX);
	n = name_len(s);
	if (!n)
		return 0;
	if (s[n] == '=' && !strpbrk(s, " \t")) {
		*what = "option that is commented out; remove it, or write '# CONFIG_X is not set'";
		return -1;
	}
	if (!str_starts(s + n, UNSET))
		return 0;
	/* the kernel's parser takes anything but this exact form as a comment */
	if (!str_starts(line, "# " PREFIX) || s[n + strlen(UNSET)]) {
		*what = "must be exactly '# CONFIG_X is not set'";
		return -1;
	}
	*name = xstrndup(s, n);
	return 1;
}

int option_line(const char *line, char **name, char **value, const char **what)
{
	const char *s = line;
	size_t n;
	int ret;

	*name = *value = NULL;
	if (line[0] == '#') {
		ret = unset_line(line, name, what);
		if (ret > 0)
			*value = xstrdup("n");
		return ret;
	}
	if (!str_starts(s, PREFIX)) {
		*what = "neither a comment nor CONFIG_X=value";
		return -1;
	}
	s += strlen(PREFIX);
	n = name_len(s);
	if (!n || s[n] != '=') {
		*what = "must be CONFIG_X=value, without blanks";
		return -1;
	}
	*what = bad_value(s + n + 1);
	if (*what)
		return -1;
	*name = xstrndup(s, n);
	*value = xstrdup(s + n + 1);
	return 1;
}

char *option_text(const char *name, const char *value)
{
	return strcmp(value, "n") ? xasprintf(PREFIX "%s=%s", name, value) :
	       xasprintf("# " PREFIX "%s" UNSET, name);
}

static struct option *options_add(struct options *o)
{
	if (o->n == o->cap) {
		o->cap = o->cap ? o->cap * 2 : 64;
		o->v = xrealloc(o->v, o->cap * sizeof(*o->v));
	}
	return &o->v[o->n++];
}

/* Where the parser stands between two lines of one fragment. */
struct group {
	struct buf reason;
	bool has_reason;	/* a "# reason:" began this group */
	bool in_comment;	/* it may go on: no option line came yet */
	bool told;		/* its missing reason was reported */
};

static void group_end(struct group *g)
{
	buf_reset(&g->reason);
	g->has_reason = g->in_comment = g->told = false;
}

static void comment(struct group *g, char *line)
{
	char *s = str_trim(line + strspn(line, "#"));

	if (str_starts(s, REASON)) {
		group_end(g);
		g->has_reason = g->in_comment = true;
		buf_adds(&g->reason, str_trim(s + strlen(REASON)));
	} else if (g->in_comment && *s) {
		buf_addf(&g->reason, "%s%s", g->reason.len ? " " : "", s);
	}
}

void fragment_parse(const char *file, const char *text, struct options *to,
		    struct errs *errs)
{
	struct group g = { .reason = BUF_INIT };
	struct lines l;

	lines_init(&l, file, text);
	while (lines_next(&l)) {
		const char *what;
		char *name, *value;
		int ret;

		if (!l.line[strspn(l.line, " \t\r")]) {
			group_end(&g);
			continue;
		}
		ret = option_line(l.line, &name, &value, &what);
		if (ret < 0) {
			errs_add(errs, file, l.no, "'%s': %s", l.line, what);
			g.in_comment = false;
			continue;
		}
		if (!ret) {
			comment(&g, l.line);
			continue;
		}
		g.in_comment = false;
		if (!g.reason.len && !g.told) {
			errs_add(
				errs, file, l.no,
				g.has_reason ?
					"CONFIG_%s: its '# reason:' is empty; say why the option is set" :
					"CONFIG_%s: no '# reason: ...' comment directly above it or its group",
				name);
			g.told = true;
		}
		*options_add(to) = (struct option){
			.name = name, .value = value, .line = l.no,
			.reason = xstrdup(buf_str(&g.reason)), .file = xstrdup(file),
		};
	}
	lines_done(&l);
	buf_free(&g.reason);
}

struct option *options_find(const struct options *o, const char *name)
{
	for (size_t i = 0; i < o->n; i++)
		if (!strcmp(o->v[i].name, name))
			return &o->v[i];
	return NULL;
}

static void option_free(struct option *o)
{
	free(o->name);
	free(o->value);
	free(o->reason);
	free(o->file);
}

void options_unique(struct options *o, struct errs *errs)
{
	size_t kept = 0;

	for (size_t i = 0; i < o->n; i++) {
		struct options before = { o->v, kept, kept };
		struct option *x = &o->v[i], *first;

		first = options_find(&before, x->name);
		if (!first) {
			o->v[kept++] = *x;
			continue;
		}
		if (!strcmp(first->value, x->value))
			errs_add(errs, x->file, x->line,
				 "CONFIG_%s=%s: duplicate of %s:%d; keep one of them",
				 x->name, x->value, first->file, first->line);
		else
			errs_add(
				errs, x->file, x->line,
				"CONFIG_%s=%s: conflicts with %s:%d, which says %s; keep one of them",
				x->name, x->value, first->file, first->line, first->value);
		option_free(x);
	}
	o->n = kept;
}

void options_free(struct options *o)
{
	for (size_t i = 0; i < o->n; i++)
		option_free(&o->v[i]);
	free(o->v);
	*o = (struct options)OPTIONS_INIT;
}
