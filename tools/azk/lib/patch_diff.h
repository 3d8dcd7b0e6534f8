/* SPDX-License-Identifier: GPL-2.0-only */
/* The diff half of the patch parser; called by patch.c only. */
#ifndef AZK_LIB_PATCH_DIFF_H
#define AZK_LIB_PATCH_DIFF_H

struct lines;
struct patch;
struct problems;

/*
 * Parse from the line @l stands on (or the end) into @p->file. Returns AZK_OK
 * or AZK_EX_INPUT after adding to @to.
 */
int patch_diff_parse(struct patch *p, struct lines *l, struct problems *to);

#endif
