/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The books of insncount: how many instructions each context ran in each block
 * of code. A context is a task and what it was doing. Entries may be negative
 * for a while: a block is charged whole and corrected afterwards.
 */
#ifndef AZK_QEMU_LEDGER_H
#define AZK_QEMU_LEDGER_H

#include <stddef.h>
#include <stdint.h>

enum doing { DO_TASK, DO_PHASE, DO_INITCALL, DO_WORK, DO_WINDOW };

struct ledger_ctx {
	uint32_t task;
	enum doing doing;
	uint64_t value;		/* (struct mark *) of a phase, function address, or window */
	int64_t insns;
};

struct ledger_cell {
	uint64_t key;		/* (context << 32 | block) + 1; 0: free */
	int64_t insns;
};

struct ledger {
	struct ledger_ctx *ctx;
	uint32_t ctxs;
	struct ledger_cell *cell;	/* open addressing, a power of two */
	size_t cells, used;
};

/* Number of the context; a new one when it was not seen before. */
uint32_t ledger_ctx(struct ledger *l, uint32_t task, enum doing doing, uint64_t value);

/* Add @insns to what context @ctx ran in block @block. */
void ledger_charge(struct ledger *l, uint32_t ctx, uint32_t block, int64_t insns);

/*
 * Close the books: cells that are not 0, by context and block, from cell[0] on.
 * Returns how many; nothing may be charged afterwards.
 */
size_t ledger_close(struct ledger *l);

/* Room for one more in an array that doubles at powers of two; never NULL. */
void *ledger_grow(void *p, uint32_t n, size_t size);

#endif
