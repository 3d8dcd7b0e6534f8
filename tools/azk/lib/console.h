/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a line of a kernel's console says about that kernel. Enters: one line.
 * Leaves: a row of the pattern table. Called by guest_run() for each line.
 */
#ifndef AZK_LIB_CONSOLE_H
#define AZK_LIB_CONSOLE_H

#include <stdbool.h>

enum console_kind {
	CONSOLE_PANIC,		/* the kernel stops here */
	CONSOLE_FAULT,		/* oops, BUG, WARN: the kernel taints itself too */
	CONSOLE_REPORT,		/* stall, hung task, ...: only the text tells */
	CONSOLE_REBOOT,		/* an orderly restart or power-off */
};

struct console_pattern {
	const char *text;	/* where the message begins */
	enum console_kind kind;
	const char *meaning;	/* for people: "soft lockup" */
};

/*
 * The first pattern that @line's message begins with, or NULL.
 *
 * Only the kernel's own lines count: a line must begin with printk's time stamp
 * ("[    1.234567] ", then perhaps "[    T1] "), and the pattern must follow at
 * once. What a command prints is not looked at, unless it copies the stamp too;
 * guest_run() therefore lets init's report (taint flags, exit) overrule text.
 */
const struct console_pattern *console_match(const char *line);

/*
 * The first pattern of @kind anywhere in @line, with or without a time stamp:
 * for a guest that ended without a word from init, where nothing can be lost.
 */
const struct console_pattern *console_find(const char *line, enum console_kind kind);

/* @line after printk's stamp, or NULL when it has none. */
const char *console_message(const char *line);

#endif
