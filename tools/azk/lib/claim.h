/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * "Claim:" trailers: the metric and bound a patch or an option exists for.
 *
 * Enters: the text after "Claim:". Leaves: struct claim, and with measured
 * values a verdict. Called by azk series check (is it well formed) and by
 * azk bench (does it hold).
 *
 *   claim   = metric op bound [ "on" machine { machine } ]
 *   metric  = kind "." name          as in out/report/<kind>.json
 *   kind    = "boot" | "storage" | "network" | "ledger"
 *   name    = [a-z][a-z0-9_]*        a key of "metrics" there
 *           | [a-z][a-z0-9_]* "." row   a row of one of its tables, such as
 *                                    self.trace_event_update_all
 *   op      = "<=" | "<" | ">=" | ">" | "=="
 *   bound   = number "x upstream"    a share of what upstream measures
 *           | number                 in the metric's own unit
 *   number  = digits [ "." digits ]
 *   machine = "hyperv" | "q35" | "microvm" | "virt"
 *
 * Words are separated by blanks. Without "on", it holds for every machine.
 */
#ifndef AZK_LIB_CLAIM_H
#define AZK_LIB_CLAIM_H

#include <stdbool.h>

#include "buf.h"

enum claim_op { CLAIM_LE, CLAIM_LT, CLAIM_GE, CLAIM_GT, CLAIM_EQ };

struct claim {
	char *kind;		/* "boot" */
	char *name;		/* "instructions_to_init" */
	enum claim_op op;
	double value;
	bool ratio;		/* @value is times upstream */
	struct strv machines;	/* none: all of them */
};

/*
 * Parse @text. Returns NULL and fills @c (end with claim_free()), or returns
 * what is wrong, in words that begin with "Requires" or name the bad part;
 * the caller frees that, and @c needs no freeing then.
 */
char *claim_parse(const char *text, struct claim *c);
void claim_free(struct claim *c);

/* True when the claim speaks about @machine. */
bool claim_on(const struct claim *c, const char *machine);

/* Does it hold? @upstream is only looked at when c->ratio. */
bool claim_holds(const struct claim *c, double ours, double upstream);

/* "boot.instructions_to_init <= 0.6x upstream on q35"; caller frees. */
char *claim_str(const struct claim *c);

#endif
