/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A profile to a verified .config: merge strictly, let the kernel compute,
 * compare every option with what was asked, explain each that differs. A
 * failure that another failure causes is told there, not again on its own.
 */
#ifndef AZK_LIB_RESOLVE_H
#define AZK_LIB_RESOLVE_H

#include <jansson.h>

#include "errs.h"
#include "fragment.h"
#include "kconf.h"
#include "profile.h"

struct resolve {
	const char *configs;	/* folder with fragments and profiles/ */
	const char *profile;
	const char *from;	/* a packager's .config to start from, or NULL */
	const struct strv *add;	/* optional fragments to merge as well */
	const char *config;	/* where the .config will go; read only, or NULL */
	struct kconf_how how;	/* .arch is filled in from the profile */
};

/* What came out; free with resolved_free(). */
struct resolved {
	struct profile p;
	struct options set;	/* merged options, in order */
	struct options theirs;	/* --from, sorted; empty without */
	struct buf config;	/* the .config; empty when @errs has any */
	json_t *verdicts;	/* kconf/main.c; NULL when it never came so far */
	struct errs errs;	/* sorted */
	struct strv warnings;
	char *version;		/* of the tree, or NULL */
};

/*
 * Returns AZK_OK with the .config in @out->config; AZK_EX_INPUT with errors
 * in @out->errs, not printed; another code after a printed line.
 */
int resolve(const struct resolve *r, struct resolved *out);

/*
 * Turn the verdicts on @set (index i < set->n) and @contract (the indexes
 * after those) into errors. Exposed for its unit test.
 */
void verdict_errors(const json_t *verdicts, const struct options *set,
		    const struct options *contract, struct errs *errs);

/* Everything about the run as JSON, for out/ours/P/config.json. */
json_t *resolved_json(const struct resolve *r, const struct resolved *o);

void resolved_free(struct resolved *o);

#endif
