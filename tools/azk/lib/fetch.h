/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Downloads, with curl as the program that does them. Nothing here judges
 * content: the caller checks the hash, then renames. Called by base.c.
 */
#ifndef AZK_LIB_FETCH_H
#define AZK_LIB_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

enum fetch_result {
	FETCH_OK,
	FETCH_ABSENT,	/* the server answers, the file is not there */
	FETCH_FAILED,	/* anything else; @why says what */
};

/*
 * Get @url into @part, going on where an earlier try stopped. @size is what
 * the file must have in the end (bytes, 0 when not known): a longer @part is
 * thrown away first, and a complete one is not asked for again. curl draws its
 * progress bar on a terminal. A failure leaves @part for the next try, a
 * short reason in @why.
 */
enum fetch_result fetch(const char *url, const char *part, int64_t size,
			struct buf *why);

/*
 * Addresses of the Debian mirrors that apt is configured with, each ending in
 * '/', in apt's order. Empty without apt, without lists, or on a system that
 * is not Debian.
 */
void fetch_mirrors(struct strv *uris);

#endif
