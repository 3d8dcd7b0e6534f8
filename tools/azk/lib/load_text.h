/* SPDX-License-Identifier: GPL-2.0-only */
/* A report of kind storage or network as text. */
#ifndef AZK_LIB_LOAD_TEXT_H
#define AZK_LIB_LOAD_TEXT_H

#include <jansson.h>
#include <stdbool.h>

struct buf;

/* Is everything there that load_text() and load_svg() show? */
bool load_text_complete(const json_t *report);

/*
 * Append to @out: for each figure a table with a row for each kind of load and a column
 * for each kernel, under each host; then the @top functions of each kind.
 */
void load_text(const json_t *report, int top, struct buf *out);

/* Members of a report both drawings walk: the subject's cell @i; NULL behind the last. */
json_t *load_text_cell(const json_t *subject, size_t i);
/* Median of figure @name there; false: not known. */
bool load_text_figure(const json_t *cell, const char *name, double *v);
/* What stands above a subject's column. */
const char *load_text_label(const json_t *subject);

#endif
