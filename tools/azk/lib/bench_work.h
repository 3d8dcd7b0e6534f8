/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a counted run needs: the insncount plugin, a directory of its own for what goes in
 * and out of it, and where the host lies. Called by lib/boot_measure.c and
 * lib/load_measure.c.
 */
#ifndef AZK_LIB_BENCH_WORK_H
#define AZK_LIB_BENCH_WORK_H

#include <stdbool.h>

#include "buf.h"

struct bench_work {
	char dir[64];
	char *marks, *log;	/* files that may be there */
	char *script, *plain;
	char *wire[2], *peer[2];	/* sockets, of the counted run and of the one beside it */
	char *plugin;
	char host[64];		/* the plugin's word for the host, or "" */
};

/* @hosted: on machine hyperv. AZK_OK, or a code after one line; bench_work_close() in any case. */
int bench_work_open(struct bench_work *w, bool hosted);
void bench_work_close(struct bench_work *w);

/* Write @text to @dir as "NAME.WHAT", slashes of @name replaced; nothing when @dir is NULL. */
void bench_keep(const char *dir, const char *name, const char *what, const struct buf *text);

#endif
