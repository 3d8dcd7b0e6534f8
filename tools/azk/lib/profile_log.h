/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log of the insncount plugin (tools/azk/qemu/insncount.c).
 *
 * Enters: the text. Leaves: struct plog. Called by azk bench, which gives it
 * names through lib/ksyms.h. Counts are instructions since the machine was
 * switched on, those before the one that is named; addresses are hexadecimal,
 * the rest decimal. The lines:
 *
 *   insncount 1				first line: the format
 *   mark COUNT TASK NAME			a mark's first execution
 *   initcall COUNT TASK FUNCTION		do_one_initcall() was entered
 *   initcall_end COUNT TASK FUNCTION		... and left
 *   clock COUNT TSC				RDTSC: TSC - COUNT has changed; time
 *						passed without instructions
 *   fix COUNT N				N instructions were taken back: the
 *						clock showed they had not run
 *   leak COUNT NS			RDTSC: time passed, and the guest did not sleep
 *   astray COUNT N			the host's clock went N further than its
 *					instructions
 *   irq NAME N				an interrupt came N times
 *   exit CODE N ALL			the guest was left for the host N times for this
 *					reason (hexadecimal) until init, ALL until the end
 *   call CODE N ALL			the same for a hypercall
 *   host FIRMWARE SETUP N		instructions before the host, of the host before
 *					the guest, of the host until init; if there is one,
 *					counts begin with the guest
 *   copied WINDOW CALLER BYTES	in window WINDOW (a VALUE of ctx) the code at CALLER had so many
 *					bytes copied (the first two hexadecimal)
 *   task TASK ADDRESS NAME
 *   ctx TASK task|phase|initcall|work|window VALUE N	N instructions ran in this context;
 *						VALUE: 0, phase, function, number of
 *						the window << 8 | its phase
 *   b ADDRESS N				... so many in the block at ADDRESS
 *   end COUNT user|cut				last line; user: init was reached
 */
#ifndef AZK_LIB_PROFILE_LOG_H
#define AZK_LIB_PROFILE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum plog_doing { PLOG_TASK, PLOG_PHASE, PLOG_INITCALL, PLOG_WORK, PLOG_WINDOW };

struct plog_mark {
	uint64_t at;
	unsigned int task;
	char *name;
};

struct plog_initcall {
	uint64_t at, end;	/* end is 0 when it was not left */
	unsigned int task;
	uint64_t fn;
};

struct plog_clock {
	uint64_t at, tsc;
};

struct plog_task {
	uint64_t addr;		/* of its task_struct; 0: never switched */
	char *name;
};

struct plog_block {
	uint64_t addr;
	int64_t insns;
};

struct plog_irq {
	char *name;
	uint64_t n;
};

struct plog_exit {
	uint32_t code;
	uint64_t n, all;
};

struct plog_copy {
	uint64_t window, caller, bytes;
};

struct plog_ctx {
	unsigned int task;
	enum plog_doing doing;
	char *phase;		/* PLOG_PHASE: name of the mark, else NULL */
	uint64_t fn;		/* PLOG_INITCALL, PLOG_WORK; PLOG_WINDOW: as above */
	int64_t insns;
	size_t first, n;	/* its blocks */
};

struct plog {
	struct plog_mark *mark;
	struct plog_initcall *initcall;	/* in the order they were entered */
	struct plog_clock *clock;
	struct plog_task *task;		/* index: the log's TASK */
	struct plog_ctx *ctx;
	struct plog_block *block;
	struct plog_irq *irq;		/* in order of name */
	struct plog_exit *exit, *call;
	struct plog_copy *copy;
	size_t marks, initcalls, clocks, tasks, ctxs, blocks, irqs, exits, calls, copies;
	uint64_t fixed;			/* sum of fix lines */
	uint64_t leaked;		/* sum of leak lines */
	size_t astray;			/* how many such lines */
	bool hosted;			/* there is a host line: */
	uint64_t firmware, setup, host;
	uint64_t end;
	bool complete;			/* "end N user" */
};

/*
 * Parse @text; @name stands in messages. AZK_EX_INPUT (printed, with the line)
 * when a line is damaged or unknown, the end is missing, or the parts do not
 * add up to their sums. Fills @p, which is to be freed in any case.
 */
int plog_parse(const char *name, const char *text, struct plog *p);
int plog_read(const char *path, struct plog *p);
void plog_free(struct plog *p);

/* Mark @name, or NULL when it was not executed. */
const struct plog_mark *plog_mark(const struct plog *p, const char *name);

/* Nanoseconds that had passed without instructions when @at had run. */
uint64_t plog_idle(const struct plog *p, uint64_t at);

#endif
