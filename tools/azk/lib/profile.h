/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A profile: a named intent. Where to start from, which fragments to merge in
 * which order, and what the result must hold (its contract).
 *
 *	# The Azure VM image kernel.
 *	arch x86_64
 *	base x86_64_defconfig
 *	fragment hyperv.config
 *	optional debug-info.config
 *	contract option CONFIG_HYPERV_STORAGE=y|m
 *
 * One statement a line; "#" starts a comment; the first comment that is not a
 * licence line describes the profile. "include NAME" takes over all statements
 * of another profile at that place. "optional" names a fragment that belongs
 * to the profile but is merged only on request (--add). A contract is never
 * applied, only verified; "CONFIG_X=n" there means off or not there at all.
 * The base "alldefconfig" is what options default to given the fragments; any
 * other base is made first and the fragments are merged over it.
 */
#ifndef AZK_LIB_PROFILE_H
#define AZK_LIB_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "errs.h"
#include "fragment.h"

struct profile_fragment {
	char *name;		/* file name inside the configs folder */
	char *file;		/* where the statement stands */
	int line;
	bool optional;
};

struct profile {
	char *name;
	char *about;		/* first comment line, "" when there is none */
	char *arch;		/* "x86_64" */
	char *base;		/* a kernel config target: "x86_64_defconfig" */
	struct profile_fragment *fragments;
	size_t nfragments;
	struct options contract;	/* value "y|m": any of these will do */
};

/*
 * Read configs/profiles/@name below @configs, with what it includes. Returns
 * AZK_OK also when @errs got errors about lines; AZK_EX_NOFILE after one
 * printed line, which lists the profiles there are, when there is no such
 * profile; other codes from file_read().
 */
int profile_read(const char *configs, const char *name, struct profile *p,
		 struct errs *errs);

/*
 * Parse @text as profile @file into @p without looking for other files: an
 * include is handed to @include (NULL: includes are an error).
 */
typedef int (*profile_include)(void *arg, const char *name, struct profile *p,
			       const char *file, int line, struct errs *errs);
int profile_parse(const char *file, const char *text, struct profile *p,
		  profile_include include, void *arg, struct errs *errs);

/* Names of all profiles below @configs, sorted. AZK_EX_NOFILE when no folder. */
int profile_names(const char *configs, struct strv *names);

/*
 * Read the profile's fragments (and those of its optional ones that @add
 * names) and merge them strictly into @set. Errors about content go to @errs.
 * AZK_EX_USAGE after one line when @add names something else.
 */
int profile_options(const char *configs, const struct profile *p,
		    const struct strv *add, struct options *set,
		    struct errs *errs);

void profile_free(struct profile *p);

#endif
