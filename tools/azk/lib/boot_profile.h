/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the instructions of one boot went, by name.
 *
 * Enters: an insncount log and the kernel's symbols. Leaves: boot phases that
 * add up to the total to the digit, and tables of initcalls, background work
 * and functions. Called by azk bench boot; lib/report.h puts it into JSON.
 *
 * The boot line is one thread of control: the boot CPU's first task, then
 * kernel_init(). What any other task runs is background work and no part of an
 * initcall that happens to be running then. An interrupt is charged to the
 * task it interrupts.
 */
#ifndef AZK_LIB_BOOT_PROFILE_H
#define AZK_LIB_BOOT_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ksyms.h"

struct buf;
struct plog;

enum boot_phase {
	PHASE_DECOMPRESSION,	/* kernel's first instruction to startup_64 */
	PHASE_EARLY,		/* to the first initcall */
	PHASE_INITCALL,		/* the levels, in order of enum ksyms_level */
	PHASE_BETWEEN = PHASE_INITCALL + NR_LEVELS, /* not in, but between them */
	PHASE_AFTER,		/* after the last one to init */
	PHASE_BACKGROUND,	/* other tasks, any time */
	NR_PHASES
};

extern const char *const boot_phase_name[NR_PHASES];

struct boot_row {
	char *name;
	int64_t insns;
	const char *level;	/* initcalls: ksyms_level_name, or "unknown" */
	bool waiting;		/* functions: a loop that waits for time */
	char *where;		/* functions: who ran most of it, or NULL */
};

struct boot_rows {
	struct boot_row *v;	/* most instructions first, then by name */
	size_t n;
};

struct boot_profile {
	uint64_t firmware;	/* before the kernel's first instruction */
	uint64_t total;		/* from there to init's first instruction */
	uint64_t idle_ns;	/* time without instructions in between */
	uint64_t waiting;	/* of @total: in functions that wait */
	uint64_t end;		/* instructions since power on, at init */
	int64_t phase[NR_PHASES];
	struct boot_rows initcalls, background, functions;
};

/*
 * The marks file for insncount: one line for each address that matters, from
 * @k. @entry is the kernel's first instruction; @packed: a decompressor runs
 * before startup_64. AZK_EX_INPUT (printed) when the symbols lack one that
 * cannot be done without.
 */
int boot_profile_marks(const struct ksyms *k, uint64_t entry, bool packed,
		       const char *symbols, struct buf *out);

/*
 * Fill @b from log @p. @unpacker: the decompressor's symbols, moved to where
 * it runs, or NULL; its functions are named "unpack/NAME". AZK_EX_INPUT (printed, @name in front) when the log did
 * not reach init or lacks the first mark. To be freed in any case.
 */
int boot_profile_make(const char *name, const struct plog *p,
		      const struct ksyms *k, const struct ksyms *unpacker,
		      struct boot_profile *b);
void boot_profile_free(struct boot_profile *b);

/* Does @function spin for time to pass? Suffixes such as .cold are ignored. */
bool boot_profile_waits(const char *function);

#endif
