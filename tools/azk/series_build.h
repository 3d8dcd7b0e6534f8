/* SPDX-License-Identifier: GPL-2.0-only */
/* Compile what each patch touches; series_build.c says how. */
#ifndef AZK_SERIES_BUILD_H
#define AZK_SERIES_BUILD_H

#include "series_cmd.h"

struct build_opts {
	const char *tree;	/* git tree with the tag "base"; NULL: out/ours/src */
	const char *config;	/* .config to start from; NULL: out/ours/azure/.config */
	const char *obj;	/* a ready O= folder; NULL: out/series/build/obj */
	char *const *make;	/* words for make, such as CC=... */
	int nmake;
};

/*
 * Prints a line a patch, adds failures to @out and rows to @report. AZK_OK
 * though objects failed; other codes when it could not be tried (printed).
 */
int build_check(const struct build_opts *o, const struct loaded *l,
		struct problems *out, json_t *report);

#endif
