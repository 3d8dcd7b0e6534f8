// SPDX-License-Identifier: GPL-2.0-only
/* Symbols: parse, sort, look up. */
#include <ctype.h>
#include <elf.h>
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

/* "ADDRESS TYPE NAME": 1, a symbol of the kernel itself; "... NAME [MODULE]": 2; -1: no symbol. */
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
	s->name = name;
	if (!*end)
		return 1;
	if (end[0] == '\t')
		end[0] = ' ';
	return 2;
}

static void add(struct ksyms *k, size_t *cap, uint64_t addr, char type, const char *name)
{
	if (k->n == *cap) {
		*cap = *cap ? *cap * 2 : 65536;
		k->all = xrealloc(k->all, *cap * sizeof(*k->all));
	}
	k->all[k->n++] = (struct ksym){ addr, type, xstrdup(name) };
}

/* All symbols are there: sort them, and find what is asked for often. */
static void finish(struct ksyms *k)
{
	if (k->n)
		qsort(k->all, k->n, sizeof(*k->all), by_addr);
	k->text = xcalloc(k->n + 1, sizeof(*k->text));
	for (size_t i = 0; i < k->n; i++)
		if (is_text(&k->all[i]))
			k->text[k->texts++] = k->all[i];
	for (int i = 0; i <= NR_LEVELS; i++)
		k->level[i] = ksyms_addr(k, level_start[i]);
	k->end = ksyms_addr(k, "_end");
	if (!k->end)
		k->end = UINT64_MAX;
}

static int parse(const char *name, const char *text, int which, struct ksyms *k)
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
		if (what == which)
			add(k, &cap, s.addr, s.type, s.name);
	}
	lines_done(&l);
	if (!ret)
		finish(k);
	return ret;
}

int ksyms_parse(const char *name, const char *text, struct ksyms *k)
{
	int ret = parse(name, text, 1, k);

	if (!ret && !k->texts)
		ret = azk_err(AZK_EX_INPUT, name, "some distributors ship an empty System.map; "
			       "without one the symbols are taken from the running kernel",
			       "holds no function with an address");
	return ret;
}

int ksyms_modules(const char *name, const char *text, struct ksyms *k)
{
	return parse(name, text, 2, k);
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

/* The symbol table's header in @b, or NULL. */
static const Elf64_Shdr *symtab(const struct buf *b)
{
	const Elf64_Ehdr *h = (const void *)b->s;
	const Elf64_Shdr *s, *names;

	if (b->len < sizeof(*h) || memcmp(h->e_ident, ELFMAG, SELFMAG) ||
	    h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_shentsize != sizeof(*s) ||
	    h->e_shoff > b->len || h->e_shnum > (b->len - h->e_shoff) / sizeof(*s))
		return NULL;
	s = (const void *)(b->s + h->e_shoff);
	for (int i = 0; i < h->e_shnum; i++) {
		if (s[i].sh_type != SHT_SYMTAB || s[i].sh_link >= h->e_shnum)
			continue;
		names = &s[s[i].sh_link];
		if (s[i].sh_offset <= b->len && s[i].sh_size <= b->len - s[i].sh_offset &&
		    names->sh_offset <= b->len && names->sh_size <= b->len - names->sh_offset &&
		    names->sh_size && !b->s[names->sh_offset + names->sh_size - 1])
			return &s[i];
	}
	return NULL;
}

int ksyms_elf(const char *path, uint64_t offset, struct ksyms *k)
{
	const Elf64_Shdr *tab, *names;
	struct buf b = BUF_INIT;
	size_t cap = 0;
	int ret;

	memset(k, 0, sizeof(*k));
	ret = file_read(path, &b);
	tab = ret ? NULL : symtab(&b);
	for (size_t i = 0; tab && i < tab->sh_size / sizeof(Elf64_Sym); i++) {
		const Elf64_Sym *s = (const Elf64_Sym *)(b.s + tab->sh_offset) + i;

		names = (const Elf64_Shdr *)(b.s + ((const Elf64_Ehdr *)b.s)->e_shoff) + tab->sh_link;
		if (s->st_name >= names->sh_size || s->st_shndx == SHN_UNDEF)
			continue;
		if (ELF64_ST_TYPE(s->st_info) == STT_FUNC)
			add(k, &cap, s->st_value + offset, 't', b.s + names->sh_offset + s->st_name);
		else if (!strcmp(b.s + names->sh_offset + s->st_name, "_end"))
			add(k, &cap, s->st_value + offset, 'B', "_end");
	}
	finish(k);
	buf_free(&b);
	if (!ret && !k->texts)
		ret = azk_err(AZK_EX_INPUT, path, "build it again",
			      "an ELF file without a symbol table was expected to have one");
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
