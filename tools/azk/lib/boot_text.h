/* SPDX-License-Identifier: GPL-2.0-only */
/* A boot report as text: tables for a person, from the JSON only. */
#ifndef AZK_LIB_BOOT_TEXT_H
#define AZK_LIB_BOOT_TEXT_H

#include <jansson.h>
#include <stdbool.h>

struct buf;

/* Append the tables of @report to @out; each list shows its @top rows. */
void boot_text(const json_t *report, int top, struct buf *out);

/*
 * Was every kernel of @report counted, and booted again to compare? azk boot
 * --json writes reports where that is not so: there is nothing to show of them.
 */
bool boot_text_counted(const json_t *report);

#endif
