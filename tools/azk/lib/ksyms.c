// SPDX-License-Identifier: GPL-2.0-only
/* Symbols: parse, sort, look up. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "exit.h"
#include "file.h"
#include "ksyms.h"
#include "msg.h"

#define ENTRY_BYTES	4

const char *const ksyms_level_name[NR_LEVELS] = {
	"early", "pure", "core", "postcore", "arch", "subsys", "fs", "rootfs",
	"device", "late",
};

static const char *const level_start[NR_LEVELS + 1] = {
	"__initcall_start", "__initcall0_start", "__initcall1_start",
	"__initcall2_start", "__initcall3_start", "__initcall4_start",
	"__initcall5_start", "__initcallrootfs_start", "__initcall6_start",
	"__initcall7_start", "__initcall_end",
};

static bool is_text(const struct ksym *s)
{
	return strchr("tTwW", s->type) && s->addr;
}

/* Of names for one address the plain one comes first: "memcpy", not "_x". */
static int by_addr(const void *a, const void *b)
{
	const struct ksym *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	if ((*x->name == '_') != (*y->name == '_'))
		return *x->name == '_' ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* "ADDRESS TYPE NAME"; true when it is a symbol of the kernel itself. */
static int parse_line(char *line, struct ksym *s)
{
	char *end, *name;

	errno = 0;
	s->addr = strtoull(line, &end, 16);
	if (end == line || errno || end[0] != ' ' || !isalpha((unsigned char)end[1]) ||
	    end[2] != ' ' || !end[3])
		return -1;
	s->type = end[1];
	name = end + 3;
	end = name + strcspn(name, " \t");
	if (*end)
		return 0;		/* "name [module]" */
	s->name = name;
	return 1;
}

int ksyms_parse(const char *name, const char *text, struct ksyms *k)
{
	struct lines l;
	size_t cap = 0;
	char at[256];
	struct ksym s;
	int what, ret = AZK_OK;

	memset(k, 0, sizeof(*k));
	lines_init(&l, name, text);
	while (!ret && lines_next(&l)) {
		if (!*l.line)
			continue;
		what = parse_line(l.line, &s);
		if (what < 0)
			ret = azk_err(AZK_EX_INPUT, azk_at(at, sizeof(at), name, l.no),
				      "give a System.map or a copy of /proc/kallsyms",
				      "no symbol line: '%s'", l.line);
		if (what <= 0)
			continue;
		if (k->n == cap) {
			cap = cap ? cap * 2 : 65536;
			k->all = xrealloc(k->all, cap * sizeof(*k->all));
		}
		s.name = xstrdup(s.name);
		k->all[k->n++] = s;
	}
	lines_done(&l);
	if (ret)
		return ret;
	if (k->n)
		qsort(k->all, k->n, sizeof(*k->all), by_addr);
	k->text = xcalloc(k->n + 1, sizeof(*k->text));
	for (size_t i = 0; i < k->n; i++)
		if (is_text(&k->all[i]))
			k->text[k->texts++] = k->all[i];
	if (!k->texts)
		return azk_err(AZK_EX_INPUT, name, "some distributors ship an empty System.map; "
			       "without one the symbols are taken from the running kernel",
			       "holds no function with an address");
	for (int i = 0; i <= NR_LEVELS; i++)
		k->level[i] = ksyms_addr(k, level_start[i]);
	k->end = ksyms_addr(k, "_end");
	if (!k->end)
		k->end = UINT64_MAX;
	return AZK_OK;
}

int ksyms_read(const char *path, struct ksyms *k)
{
	struct buf b = BUF_INIT;
	int ret = file_read(path, &b);

	memset(k, 0, sizeof(*k));
	if (!ret)
		ret = ksyms_parse(path, buf_str(&b), k);
	buf_free(&b);
	return ret;
}

void ksyms_free(struct ksyms *k)
{
	for (size_t i = 0; i < k->n; i++)
		free(k->all[i].name);
	free(k->all);
	free(k->text);
	memset(k, 0, sizeof(*k));
}

const struct ksym *ksyms_at(const struct ksyms *k, uint64_t addr)
{
	size_t lo = 0, hi = k->texts;

	/* the first symbol above @addr is at @hi */
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (k->text[mid].addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo)
		return NULL;
	lo--;
	while (lo && k->text[lo - 1].addr == k->text[lo].addr)
		lo--;			/* of aliases always the same one */
	return &k->text[lo];
}

static uint64_t find(const struct ksym *s, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(s[i].name, name))
			return s[i].addr;
	return 0;
}

uint64_t ksyms_addr(const struct ksyms *k, const char *name)
{
	uint64_t addr = find(k->text, k->texts, name);

	return addr ? addr : find(k->all, k->n, name);
}

int ksyms_level(const struct ksyms *k, size_t nth)
{
	uint64_t at = k->level[0] + nth * ENTRY_BYTES;

	for (int l = 0; k->level[0] && l < NR_LEVELS; l++)
		if (at < k->level[l + 1])
			return l;
	return -1;
}
