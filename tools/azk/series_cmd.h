/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files series_*.c share: the loaded series and the actions.
 */
#ifndef AZK_SERIES_CMD_H
#define AZK_SERIES_CMD_H

#include <jansson.h>

#include "lib/patch.h"
#include "lib/problem.h"
#include "lib/series.h"

/* Actions of azk series; argv[0] is the action's name. */
int series_cmd_check(int argc, char **argv);
int series_cmd_rebase(int argc, char **argv);
int series_cmd_import(int argc, char **argv);
int series_cmd_export(int argc, char **argv);
int series_cmd_refresh(int argc, char **argv);
int series_cmd_abi(int argc, char **argv);

/* The series with its patches parsed; patch[i] belongs to series.v[i]. */
struct loaded {
	struct series series;
	struct patch *patch;
	bool *ok;		/* patch[i] is there and parses */
};

/* "patches" as seen from the top of the project ($AZK_TOP or here). */
char *top_path(const char *rel);

/*
 * Read patches/series and each patch in it. Problems go to @p (NULL: printed).
 * AZK_OK, or AZK_EX_INPUT when any was found; other codes when the series
 * cannot be read at all. End with loaded_free() in every case.
 */
int series_load(struct loaded *l, struct problems *p);
void loaded_free(struct loaded *l);

/* Every path any loaded patch names. */
void loaded_paths(const struct loaded *l, struct strv *out);

/*
 * The base to try patches on: @given, else out/upstream/src, else
 * out/ours/src; NULL when none is there. The caller frees it.
 */
char *find_base(const char *given);

/* Write @o (sorted keys, with a newline) to @file and drop the reference. */
int write_json(const char *file, json_t *o);

/* series_policy.c: judge one patch's header and files by the policy table. */
void policy_check(const struct patch *p, struct problems *out);
void policy_print(void);		/* the table, for --help */
bool policy_own_tag(const char *tag);	/* a tag only this project uses */

/* series_style.c: checkpatch.pl --strict over all patches; *ran tells. */
int style_check(const char *tree, const struct loaded *l, struct problems *out,
		const char **not_run);

/* series_name.c: "vmbus" for the paths a patch touches. */
const char *subsystem_of(const struct patch *p);

/*
 * A path "SUBSYSTEM/slug.patch" for @p that @taken does not hold: with
 * @subsystem, or guessed when NULL. The caller frees it.
 */
char *patch_place(const struct patch *p, const char *subsystem,
		  const struct strv *taken);

#endif
