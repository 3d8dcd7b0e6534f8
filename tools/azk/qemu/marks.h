/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Marks: addresses of the guest with a meaning, from a file that azk bench
 * writes: lines "KIND NAME ADDRESS".
 */
#ifndef AZK_QEMU_MARKS_H
#define AZK_QEMU_MARKS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum mark_kind {
	MARK_BOOT,	/* the running task is a boot task from now on; a phase */
	MARK_PHASE,	/* a phase begins, if a boot task runs outside initcalls */
	MARK_ONCE,	/* log the first time */
	MARK_SWITCH,	/* rdi = previous task, rsi = next task */
	MARK_INITCALL,	/* rdi = function; ends at the return address */
	MARK_WORK,	/* rsi = struct work_struct, function at +24 */
	MARK_IRQ,	/* an interrupt begins here: count */
	MARK_RETURN,	/* made at run time: an initcall's return address */
	MARK_USER,	/* made at run time: first user instruction */
	MARK_WINDOW,	/* made at run time: al = phase that begins */
	MARK_COPY,	/* a copy of rdx bytes begins, called from where the stack says */
	MARK_COPY_RCX,	/* the same of rcx bytes */
	NR_KINDS
};

struct mark {
	struct mark *next;
	enum mark_kind kind;
	uint64_t addr, n;	/* n: executions of a MARK_IRQ */
	bool seen;
	char name[64];
};

struct marks {
	struct mark *hash[1024];
};

/* All lines of @path; ends the program at one that is none. */
void marks_read(struct marks *all, const char *path);

/*
 * The mark at @addr, or NULL. Where several are, the first that was not seen: code
 * may be replaced by other code, which begins at the same place.
 */
struct mark *marks_at(const struct marks *all, uint64_t addr);
struct mark *marks_add(struct marks *all, enum mark_kind kind, uint64_t addr,
		       const char *name);
/* A line "irq NAME N" for each interrupt that came. */
void marks_write_irqs(const struct marks *all, FILE *log);

#endif
