// SPDX-License-Identifier: GPL-2.0-only
/* Module.symvers: parse, sort, look up. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "exit.h"
#include "msg.h"
#include "symvers.h"
#include "unpack.h"

#define FIELDS	5

/* Cut @line at its tabs into at most FIELDS; how many there are, FIELDS + 1: more. */
static int cut(char *line, char *field[FIELDS])
{
	int n = 0;

	for (char *s = line; s; ) {
		char *tab = strchr(s, '\t');

		if (n == FIELDS)
			return FIELDS + 1;
		field[n++] = s;
		if (tab)
			*tab++ = '\0';
		s = tab;
	}
	return n;
}

/* NULL, or what is wrong with the line. */
static const char *parse_line(char *line, struct symver *s)
{
	char *f[FIELDS] = { 0 }, *end;
	int n = cut(line, f);
	unsigned long crc;

	if (n < 4 || n > FIELDS)
		return "is not of four or five fields with tabs between them";
	errno = 0;
	crc = strtoul(f[0], &end, 16);
	if (errno || end == f[0] || *end || strncmp(f[0], "0x", 2) || crc > UINT32_MAX)
		return "does not begin with a CRC such as 0x1234abcd";
	if (!*f[1] || !*f[2])
		return "lacks the name of the symbol or of the module";
	if (strcmp(f[3], "EXPORT_SYMBOL") && strcmp(f[3], "EXPORT_SYMBOL_GPL"))
		return "has neither EXPORT_SYMBOL nor EXPORT_SYMBOL_GPL as its fourth field";
	*s = (struct symver){ xstrdup(f[1]), (uint32_t)crc, xstrdup(f[2]),
			      xstrdup(n == FIELDS ? f[4] : ""), str_ends(f[3], "_GPL"), 0 };
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	const struct symver *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c ? c : x->line - y->line;
}

static int finish(const char *name, struct symvers *s)
{
	char at[4096];

	if (!s->n)
		return azk_err(AZK_EX_INPUT, name, "give the Module.symvers of a finished build",
			       "holds no symbol");
	qsort(s->v, s->n, sizeof(*s->v), by_name);
	for (size_t i = 1; i < s->n; i++)
		if (!strcmp(s->v[i].name, s->v[i - 1].name))
			return azk_err(AZK_EX_INPUT, azk_at(at, sizeof(at), name, s->v[i].line),
				       "build it again",
				       "'%s' is there a second time, first in line %d",
				       s->v[i].name, s->v[i - 1].line);
	return AZK_OK;
}

int symvers_parse(const char *name, const char *text, struct symvers *s)
{
	size_t cap = 0;
	int ret = AZK_OK;
	struct lines l;
	char at[4096];

	*s = (struct symvers){ 0 };
	lines_init(&l, name, text);
	while (!ret && lines_next(&l)) {
		const char *fault;

		if (!*l.line)
			continue;
		if (s->n == cap) {
			cap = cap ? cap * 2 : 4096;
			s->v = xrealloc(s->v, cap * sizeof(*s->v));
		}
		fault = parse_line(l.line, &s->v[s->n]);
		if (fault) {
			ret = azk_err(AZK_EX_INPUT, azk_at(at, sizeof(at), name, l.no),
				      "give a Module.symvers", "%s", fault);
			break;
		}
		s->v[s->n].line = l.no;
		s->versions |= s->v[s->n++].crc != 0;
	}
	lines_done(&l);
	return ret ? ret : finish(name, s);
}

int symvers_read(const char *path, struct symvers *s)
{
	struct buf b = BUF_INIT;
	int ret = unpack_read(path, &b);

	*s = (struct symvers){ 0 };
	if (!ret)
		ret = symvers_parse(path, buf_str(&b), s);
	buf_free(&b);
	return ret;
}

void symvers_free(struct symvers *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->v[i].name);
		free(s->v[i].module);
		free(s->v[i].ns);
	}
	free(s->v);
	*s = (struct symvers){ 0 };
}

static int name_is(const void *key, const void *elem)
{
	return strcmp(key, ((const struct symver *)elem)->name);
}

const struct symver *symvers_find(const struct symvers *s, const char *name)
{
	return s->n ? bsearch(name, s->v, s->n, sizeof(*s->v), name_is) : NULL;
}

/* Does @pattern of @len bytes match @module? */
static bool matches(const char *pattern, size_t len, const char *module)
{
	bool glob = len && pattern[len - 1] == '*';

	len -= glob;
	for (size_t i = 0; i < len; i++) {
		char a = pattern[i] == '-' ? '_' : pattern[i];
		char b = module[i] == '-' ? '_' : module[i];

		if (a != b)
			return false;
	}
	return glob || !module[len];
}

bool symvers_ns_open(const char *ns, const char *module, char *const *imports)
{
	if (!*ns)
		return true;
	if (str_starts(ns, "module:")) {
		for (const char *p = ns + 7; *p; ) {
			size_t len = strcspn(p, ",");

			if (matches(p, len, module))
				return true;
			p += len + (p[len] == ',');
		}
		return false;
	}
	for (; imports && *imports; imports++)
		if (!strcmp(*imports, ns))
			return true;
	return false;
}
