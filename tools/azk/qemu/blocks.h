/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks of code as QEMU translates them, each once: what insncount counts by.
 */
#ifndef AZK_QEMU_BLOCKS_H
#define AZK_QEMU_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin_api.h"

#define MAX_BLOCKS	(1u << 18)

struct block {
	uint64_t vaddr;
	uint32_t n;		/* instructions */
	uint32_t id;
	bool host;		/* of the host below the guest */
	struct block *next;	/* same hash */
	uint16_t *off;		/* of each instruction from vaddr */
};

struct blocks {
	struct block *hash[1u << 16], *v[MAX_BLOCKS];	/* v[id] */
	uint32_t n;
};

/*
 * The block for @tb, the same for the same code; code that was changed makes
 * another. Ends the program when there is no room.
 */
struct block *blocks_find(struct blocks *all, const struct qemu_plugin_tb *tb, bool host);

/* One line on stderr, and the end. */
void die(const char *what, const char *arg) __attribute__((noreturn));

#endif
