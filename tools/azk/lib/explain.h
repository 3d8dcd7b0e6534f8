/* SPDX-License-Identifier: GPL-2.0-only */
/* One Kconfig symbol for a person: asked from the tree, printed as text. */
#ifndef AZK_LIB_EXPLAIN_H
#define AZK_LIB_EXPLAIN_H

#include <jansson.h>
#include <stdio.h>

#include "kconf.h"

/*
 * All about @symbol (with or without CONFIG_) under the .config @config, as
 * kconf/show.c writes it. *@about is owned by the caller. AZK_EX_INPUT after
 * one line, with near names, when the tree has no such symbol.
 */
int explain_symbol(const struct kconf_how *how, const char *config,
		   const char *symbol, json_t **about);

void explain_print(const json_t *about, FILE *to);

#endif
