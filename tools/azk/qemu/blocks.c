// SPDX-License-Identifier: GPL-2.0-only
/* A hash table of blocks; they are never forgotten. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"

void die(const char *what, const char *arg)
{
	fprintf(stderr, "insncount: %s: %s\n", arg, what);
	exit(1);
}

struct block *blocks_find(struct blocks *all, const struct qemu_plugin_tb *tb, bool host)
{
	uint64_t vaddr = qemu_plugin_tb_vaddr(tb);
	uint32_t n = (uint32_t)qemu_plugin_tb_n_insns(tb);
	struct block **head = &all->hash[(vaddr * 0x9e3779b97f4a7c15ull) >> 48], *b;
	uint16_t *off = calloc(n, sizeof(*off));

	if (!off)
		die("no memory", "blocks");
	for (uint32_t i = 0; i < n; i++)
		off[i] = (uint16_t)(qemu_plugin_insn_vaddr(
				qemu_plugin_tb_get_insn(tb, i)) - vaddr);
	for (b = *head; b; b = b->next) {
		if (b->vaddr != vaddr || b->n != n || b->host != host ||
		    memcmp(b->off, off, n * sizeof(*off)))
			continue;
		free(off);
		return b;
	}
	if (all->n == MAX_BLOCKS)
		die("more code than the table holds", "blocks");
	b = calloc(1, sizeof(*b));
	if (!b)
		die("no memory", "blocks");
	*b = (struct block){ .vaddr = vaddr, .n = n, .id = all->n, .host = host,
			     .next = *head, .off = off };
	*head = b;
	all->v[all->n++] = b;
	return b;
}
