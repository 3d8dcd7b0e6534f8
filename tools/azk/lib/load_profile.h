/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the instructions of each window went. Enters: an insncount log with windows, the
 * kernel's symbols and its modules'. Leaves: a total and a share for each group
 * (lib/load_group.h) of each window, and functions of each phase. Called by
 * lib/load_measure.c.
 */
#ifndef AZK_LIB_LOAD_PROFILE_H
#define AZK_LIB_LOAD_PROFILE_H

#include <stddef.h>
#include <stdint.h>

#include "load_group.h"

struct ksyms;
struct plog;

struct load_window {
	uint32_t nth;		/* in the order they were */
	uint8_t phase;
	int64_t insns;
	int64_t group[NR_GROUPS];	/* add up to insns */
	uint64_t copied[NR_GROUPS];	/* bytes, by who asked for the copy */
};

struct load_function {
	uint8_t phase;
	const char *name;	/* of the symbols, or "(user mode)" */
	int64_t insns;		/* in all windows of the phase */
};

struct load_profile {
	struct load_window *window;
	size_t windows;
	struct load_function *function;	/* by phase, then most instructions first */
	size_t functions;
};

/* @modules may be empty. Names stay those of @k and @modules. */
void load_profile_make(const struct plog *p, const struct ksyms *k, const struct ksyms *modules,
		       struct load_profile *l);
void load_profile_free(struct load_profile *l);

#endif
