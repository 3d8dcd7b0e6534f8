/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a load program said (tools/guest/load.h), from the console of its guest. Called by
 * lib/load_measure.c.
 */
#ifndef AZK_LIB_LOAD_SAID_H
#define AZK_LIB_LOAD_SAID_H

#include <jansson.h>

struct buf;

/*
 * The objects of its lines "# run" and "# cell", in order: two arrays, new references.
 * AZK_OK, or AZK_EX_INPUT after a line: it did not come to its end, a run failed, or a
 * line is no JSON. @name stands in messages.
 */
int load_said(const char *name, const char *console, json_t **runs, json_t **cells);

/* Only those lines, to compare two guests by. */
void load_said_lines(const char *console, struct buf *out);

#endif
