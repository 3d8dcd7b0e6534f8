/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parser for the lines of tools/guest/protocol.h, host side. Enters: a line
 * from port 0xe9 or ttyS1. Leaves: what init has reported so far.
 */
#ifndef AZK_LIB_VERDICT_H
#define AZK_LIB_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct verdict {
	bool started;			/* "start" was seen */
	uint64_t tsc;			/* at init's first instruction */
	uint64_t clock_ns;		/* CLOCK_MONOTONIC at init */
	uint64_t memfree_kb;		/* without what is in per-CPU lists */
	uint64_t pcp_kb;		/* free pages in per-CPU lists; 0: unknown */
	uint64_t printk_us;		/* kernel's log clock at init; 0: unknown */
	bool ended;			/* one of the last lines was seen */
	int exit_code;			/* of the command, 0 to 255 */
	int signal;			/* that killed the command, or 0 */
	bool poweroff;			/* its host asked it to, before the command ended */
	bool reboot;			/* somebody did */
	uint64_t taint;			/* /proc/sys/kernel/tainted at the end */
	struct strv log;		/* lines about a taint */
	struct strv modules;		/* "PATH errno=N": could not be loaded */
};

/*
 * Take one line without its newline. False when it is not one of ours or is
 * damaged (a number is missing): such a line changes nothing.
 */
bool verdict_line(struct verdict *v, const char *line);
void verdict_free(struct verdict *v);

#endif
