/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the files of the plugin: its state, and from counting (insncount.c) to
 * attribution (attribute.c).
 */
#ifndef AZK_QEMU_INSNCOUNT_H
#define AZK_QEMU_INSNCOUNT_H

#include <stdio.h>

#include "blocks.h"
#include "guest.h"
#include "host.h"
#include "ledger.h"
#include "marks.h"
#include "plugin_api.h"
#include "window.h"

/* The vCPU's cells, written by translated code. */
struct cells {
	uint64_t total;		/* instructions entered: the guest's */
	uint64_t host;		/* and the host's */
	uint64_t slept;		/* 1: the guest ran HLT since it read its clock */
	uint64_t pos;		/* 0, or instructions of a block begun so far */
	uint64_t cur;		/* id of the running block */
	uint64_t count[];	/* executions of each block */
};

struct vcpu {
	struct cells *cells;
	uint32_t task, ctx;
	int64_t drift;		/* clock minus total; both begin at 0 */
};

/* What a mark's callback needs: made once for each place it was translated. */
struct site {
	struct mark *mark;
	struct block *block;
	uint32_t i;		/* instruction in the block */
};

/*
 * QEMU hands callbacks no pointer of ours at translation, so this one
 * structure is the plugin's state.
 */
extern struct insncount {
	FILE *log;		/* log= */
	struct marks marks;
	struct blocks blocks;
	struct host host;
	struct qemu_plugin_scoreboard *score;
	struct vcpu vcpu;
	struct ledger ledger;
	struct guest guest;
	bool open;		/* the guest has begun */
	bool user_armed, done;
	bool windows;		/* the argument of that name */
	uint32_t nr_windows;
	struct window_copies copies;
	uint64_t end, host_insns;	/* instructions up to init, when done */
	struct mark user, window;
} g;

/* ---- attribute.c ---- */

/* Add @insns in @b to context @ctx: what is the guest's, once it has begun. */
void charge(uint32_t ctx, const struct block *b, int64_t insns);
/* Fold the counters into the context that was running until now. */
void fold(struct vcpu *v);
/* The context of what @task does now. */
uint32_t find_ctx(uint32_t task);
/* A mark is about to be executed; @arg is its site. */
void on_mark(unsigned int cpu, void *arg);
/* The log's lines for contexts, and what each block cost in each. */
void write_contexts(void);

#endif
