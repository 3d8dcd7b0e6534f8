/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * patches/series: which patches there are and in which order they apply.
 *
 * Enters: the text of the file. Leaves: an array of paths with line numbers.
 * Called by azk series, azk tree, and whoever needs the claims of patches.
 *
 * The file: one patch a line, as a path relative to the folder of the series
 * file ("vmbus/probe-in-parallel.patch"). '#' at the start of a line, or
 * after a blank, begins a comment. Empty lines mean nothing.
 */
#ifndef AZK_LIB_SERIES_H
#define AZK_LIB_SERIES_H

#include <stddef.h>

struct problems;
struct strv;

struct series_entry {
	char *path;		/* relative to series.dir */
	int line;		/* in the series file */
};

struct series {
	char *dir;		/* "patches" */
	char *file;		/* "patches/series", for messages */
	char *text;		/* the file as read */
	struct series_entry *v;
	size_t n;
};

/*
 * Read @dir/series. A line that is no plain relative path ending in ".patch",
 * or that was listed before, is a problem (to @p, or printed when @p is NULL)
 * and is left out. Returns AZK_OK, AZK_EX_NOFILE, AZK_EX_SYSTEM (printed), or
 * AZK_EX_INPUT when there was a problem; @s is filled and to be freed anyway.
 */
int series_read(const char *dir, struct series *s, struct problems *p);

/* The same from text in memory. Returns AZK_OK or AZK_EX_INPUT. */
int series_parse(const char *dir, const char *text, struct series *s,
		 struct problems *p);

void series_free(struct series *s);

/* "patches/vmbus/x.patch" for entry @i; the caller frees it. */
char *series_path(const struct series *s, size_t i);

/* Index of @path (relative to the folder), or -1. */
int series_find(const struct series *s, const char *path);

/*
 * Every regular file below @dir but "series" and "base.lock", relative to
 * @dir, sorted. Returns AZK_OK or AZK_EX_SYSTEM (printed).
 */
int series_scan(const char *dir, struct strv *out);

/*
 * A series text that lists @paths in this order, made from the text of @s so
 * that comments survive: the comment lines right above an entry belong to it
 * and move or go with it; comment blocks that an empty line separates from
 * what follows stay at the head of the file. The caller frees it.
 */
char *series_rewrite(const struct series *s, const struct strv *paths);

#endif
