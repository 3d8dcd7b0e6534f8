/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Kconfig program: linked with the objects that a kernel tree builds from
 * its own scripts/kconfig, so that every answer comes from that tree's parser
 * and value rules, whatever its version.
 *
 * Enters: a .config and the options somebody asked for. Leaves: JSON with what
 * became of each and why. Called by lib/kconf.c only, in a build folder and
 * with the environment that make gives to scripts/kconfig/conf.
 */
#ifndef AZK_KCONF_H
#define AZK_KCONF_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "internal.h"
#include "lkc.h"

/* One line of the list of wanted options. */
struct want {
	char kind;		/* 's'et by a fragment, 'c'ontract, 't'heirs */
	char *name;
	char *value;		/* as in a .config; a contract may say "y|m" */
	char *at;		/* "file:line" */
	struct symbol *sym;	/* NULL when this tree has none */
};

struct wants {
	struct want *v;
	size_t n;
};

/* The 's' entry for @sym, or NULL. */
const struct want *wants_find(const struct wants *w, const struct symbol *sym);
/* The 't' entry: the line of the .config that was started from, or NULL. */
const struct want *wants_theirs(const struct wants *w, const struct symbol *sym);

/* Why a symbol has not the value that somebody needs. */
struct why {
	const struct wants *wants;
	json_t *lines;		/* sentences, outermost first */
	json_t *roots;		/* array of arrays of symbol names: all of the
				 * outer must change, one of each inner will do */
	const struct symbol *seen[64];
	size_t nseen;
	int in_or;		/* above 0: roots are alternatives */
};

void why_begin(struct why *y, const struct wants *w);
/* Explain why @sym is below @need; above @most. */
void why_low(struct why *y, struct symbol *sym, tristate need);
void why_high(struct why *y, struct symbol *sym, tristate most);

/* judge.c: everything about all of @w, as JSON. */
json_t *judge(const struct wants *w);

/* show.c: everything about one symbol, as JSON; NULL when it is unknown. */
json_t *show(const char *name);
json_t *near_names(const char *name);

/* text.c: pieces of sentences. The char * results are owned by the caller. */
char *text_expr(const struct expr *e);		/* "A [=y] && !B [=n]" */
char *text_symbol(const struct symbol *sym);	/* tristate "Prompt", file:line */
const char *tri_name(tristate t);
struct property *first_prompt(const struct symbol *sym);
/* The value as a .config would show it, strings quoted. */
char *text_value(struct symbol *sym);
char *fmt(const char *f, ...) __attribute__((format(printf, 1, 2)));
void add_line(json_t *to, const char *f, ...) __attribute__((format(printf, 2, 3)));

/* One "select" of @target: who, under which condition. */
struct selector {
	struct symbol *sym;
	struct property *prop;
	tristate value;		/* what it forces now */
};

/* All selects (or implies) of @target; returns the number, *@out is owned. */
size_t selectors(const struct symbol *target, enum prop_type type,
		 struct selector **out);

#endif
