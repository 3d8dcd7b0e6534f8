/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the files of the parser, which also compile into azk: parse.c cuts the
 * text into lines and words, parse_rule.c reads a fault rule, parse_action.c a
 * line of the timeline. No state, no memory.
 */
#ifndef HVHOST_SCRIPT_PARSE_H
#define HVHOST_SCRIPT_PARSE_H

#include "script.h"

#define LINE_WORDS	12

struct word {
	const char *s;
	size_t n;
};

struct line {
	struct word word[LINE_WORDS];
	u32 n, at;		/* words; the next one to look at */
};

/* parse.c */
bool word_is(const struct word *w, const char *text);
/* The next word, or NULL at the end of the line; line_peek() leaves it there. */
struct word *line_next(struct line *l);
struct word *line_peek(struct line *l);
/* False, with "expected WHAT, got WORD" (or the end of the line) in *@e. */
bool parse_fail(struct script_error *e, const char *what, const struct word *w);
/* Decimal or 0x. False: none, or above @max. @w may be NULL. */
bool parse_number(const struct word *w, u64 max, u64 *v);
/* 20us: a number and ns, us, ms or s, in 100 ns. */
bool parse_time(const struct word *w, u64 *units);
/* 64M: a number and K, M, G or T, or nothing; bytes. */
bool parse_size(const struct word *w, u64 *bytes);
/* A name of a-z, 0-9 and -, a * at its end perhaps, into SCRIPT_NAME bytes. */
bool parse_name(char *to, const struct word *w);
/* "scsi" of "scsi0" or "scsi*", or NULL: no device is called so. */
const char *parse_kind(const char *device);

/* What script_parse() has of each line that is not empty: the first word says whose it is. */
bool parse_rule(struct script_rules *to, struct line *l, struct script_error *e);
bool parse_action(struct script_rules *to, struct line *l, struct script_error *e);

#endif
