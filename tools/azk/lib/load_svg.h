/* SPDX-License-Identifier: GPL-2.0-only */
/* A report of kind storage or network as a drawing: bars of instructions, side by side. */
#ifndef AZK_LIB_LOAD_SVG_H
#define AZK_LIB_LOAD_SVG_H

#include <jansson.h>

struct buf;

/*
 * Append an SVG to @out: for each host a panel, in it a bar for each kind of load and
 * kernel, split into driver and bus, program, and the rest of the kernel. One file, no
 * scripts or fonts of its own; it follows the reader's colour scheme.
 */
void load_svg(const json_t *report, struct buf *out);

#endif
