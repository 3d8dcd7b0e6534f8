/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel tree's own configuration machinery, driven from outside: nothing
 * is written into the tree. Everything lives in a build folder of its own
 * below out/obj/kconfig, one for each combination of tree, architecture and
 * compiler; it is locked while open.
 *
 * What make exports to scripts/kconfig/conf (compiler, version, flags) is
 * asked from make itself, so that our Kconfig program (tools/azk/kconf) and
 * the tree's conf run directly and still see what a build would see.
 */
#ifndef AZK_LIB_KCONF_H
#define AZK_LIB_KCONF_H

#include <jansson.h>
#include <stdbool.h>

#include "buf.h"

struct kconf {
	char *tree;		/* absolute */
	char *dir;		/* the build folder, absolute */
	char *arch;
	struct strv vars;	/* ARCH=, CC=, ... for make's command line */
	struct strv env;	/* what make exports */
	char *version;		/* "6.18.15" */
	int lock;		/* file descriptor */
};

struct kconf_how {
	const char *top;	/* top of the project: sources, and out/ */
	const char *tree;	/* kernel source */
	const char *arch;	/* as in make ARCH= */
	const char *cc;		/* NULL: the kernel's default. "ccache gcc" and
				 * "gcc" give the same result: the former's
				 * first word is dropped */
	bool llvm;		/* make LLVM=1 */
	const struct strv *vars; /* further VAR=VALUE for make, or NULL */
};

/* Prepare the folder, ask make for its environment, build the program. */
int kconf_open(struct kconf *k, const struct kconf_how *how);

/* Append the .config that "make @target" gives to @out. Cached by content. */
int kconf_base(struct kconf *k, const char *target, struct buf *out);

/*
 * What "make olddefconfig" makes of @config goes to @result, computed by our
 * program. @wants is the list described in kconf/main.c; *@verdicts is the
 * answer, owned by the caller.
 */
int kconf_resolve(struct kconf *k, const struct buf *config,
		  const struct buf *wants, struct buf *result,
		  json_t **verdicts);

/*
 * Let the tree's own conf do the same: AZK_EX_TOOL when it comes to something
 * else than @result, with the first line that differs.
 */
int kconf_verify(struct kconf *k, const struct buf *config,
		 const struct buf *result);

/* All about @symbol under @config; see kconf/show.c. */
int kconf_explain(struct kconf *k, const struct buf *config,
		  const char *symbol, json_t **about);

void kconf_close(struct kconf *k);

#endif
