/* SPDX-License-Identifier: GPL-2.0-only */
/* A boot report as a drawing: phases stacked in a bar for each kernel. */
#ifndef AZK_LIB_BOOT_SVG_H
#define AZK_LIB_BOOT_SVG_H

#include <jansson.h>

struct buf;

/*
 * Append an SVG to @out: one file, no scripts or fonts of its own, readable on
 * a light and on a dark page (it follows the reader's colour scheme).
 */
void boot_svg(const json_t *report, struct buf *out);

#endif
