// SPDX-License-Identifier: GPL-2.0-only
/* A hash table of marks. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "marks.h"

static const char *const kind_names[NR_KINDS] = {
	"boot", "phase", "once", "switch", "initcall", "work", "irq", "return", "user", "window",
	"copy", "copy_rcx",
};

static unsigned int slot(uint64_t addr)
{
	return addr >> 2 & 1023;
}

struct mark *marks_at(const struct marks *all, uint64_t addr)
{
	struct mark *m, *found = NULL;

	for (m = all->hash[slot(addr)]; m; m = m->next)
		if (m->addr == addr && (!found || (found->seen && !m->seen)))
			found = m;
	return found;
}

struct mark *marks_add(struct marks *all, enum mark_kind kind, uint64_t addr, const char *name)
{
	struct mark **end = &all->hash[slot(addr)], *m = calloc(1, sizeof(*m));

	if (!m)
		die("no memory", "marks");
	m->kind = kind;
	m->addr = addr;
	snprintf(m->name, sizeof(m->name), "%s", name);
	while (*end)
		end = &(*end)->next;
	*end = m;
	return m;
}

void marks_read(struct marks *all, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[256], kind[16], name[64];
	uint64_t addr;
	int k;

	if (!f)
		die("cannot open", path);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%15s %63s %" SCNx64, kind, name, &addr) != 3)
			die("not KIND NAME ADDRESS", path);
		for (k = 0; k < NR_KINDS && strcmp(kind, kind_names[k]); k++)
			;
		if (k == NR_KINDS)
			die("unknown kind of mark", kind);
		marks_add(all, k, addr, name);
	}
	fclose(f);
}

void marks_write_irqs(const struct marks *all, FILE *log)
{
	for (unsigned int i = 0; i < sizeof(all->hash) / sizeof(*all->hash); i++)
		for (const struct mark *m = all->hash[i]; m; m = m->next)
			if (m->kind == MARK_IRQ && m->n)
				fprintf(log, "irq %s %" PRIu64 "\n", m->name, m->n);
}
