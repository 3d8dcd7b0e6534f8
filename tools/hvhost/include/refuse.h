/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often a kind of thing was refused. A guest can send wrong things as fast as
 * it can write, and a line of the log takes longer than that: the first of a kind
 * are told, then how many there are by now, whenever that has doubled.
 */
#ifndef HVHOST_REFUSE_H
#define HVHOST_REFUSE_H

#include "types.h"

#define REFUSALS_TOLD	16	/* lines of a kind; a power of two */
#define REFUSAL_KINDS	32	/* the last one stands for all further ones */

/* Of one device. Zeroed before first use; nothing in it is allocated. */
struct refusals {
	struct refusal {
		const char *kind;	/* NULL: unused, as all behind it */
		u64 times;
	} of[REFUSAL_KINDS];
};

/*
 * One more was refused: whether the caller is to log it. When it is not, @kind's
 * number may be logged here, behind @name. @kind is a text that stays (a constant);
 * its address, not its content, tells kinds apart.
 */
bool refusal_told(struct refusals *r, const char *name, const char *kind);

#endif
