/* SPDX-License-Identifier: GPL-2.0-only */
/* What hvhost counted, from its log to JSON. */
#ifndef AZK_LIB_HVCOUNTERS_H
#define AZK_LIB_HVCOUNTERS_H

#include <jansson.h>

/*
 * The counter lines of hvhost in @debug as the array that hvcounters_write() writes, a
 * new reference; empty when there are none.
 */
json_t *hvcounters(const char *debug);

/*
 * Collect the counter lines of hvhost in @debug (tools/hvhost/script/counters.c) and
 * write {"phases": [{"phase": NAME, COUNTER: N, TABLE: {INDEX: N}}]} to @path, the
 * phases in the order they ended. AZK_OK, or an error after its line.
 */
int hvcounters_write(const char *path, const char *debug);

#endif
