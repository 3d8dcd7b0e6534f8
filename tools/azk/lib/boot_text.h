/* SPDX-License-Identifier: GPL-2.0-only */
/* A boot report as text: tables for a person, from the JSON only. */
#ifndef AZK_LIB_BOOT_TEXT_H
#define AZK_LIB_BOOT_TEXT_H

#include <jansson.h>

struct buf;

/* Append the tables of @report to @out; each list shows its @top rows. */
void boot_text(const json_t *report, int top, struct buf *out);

#endif
