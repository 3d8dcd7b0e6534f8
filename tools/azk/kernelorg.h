/* SPDX-License-Identifier: GPL-2.0-only */
/* kernel.org as a source: what its signed list of checksums says of a file. */
#ifndef AZK_KERNELORG_H
#define AZK_KERNELORG_H

#include "lib/buf.h"
#include "lib/file.h"

struct lock;

/* Address of the folder that has @version's archive, without a '/' at the end. */
void kernelorg_folder(const char *version, struct buf *url);

/*
 * SHA-256 of @file as the signed sha256sums.asc of @version's folder has it.
 * The signature must be good and of the key @l->signer; the key comes from
 * KERNEL_ORG_KEYRING (a file that gpg can import) or through kernel.org's Web
 * Key Directory. AZK_OK, or an exit code with the reason in @why: nothing
 * unsigned is ever returned, and nothing is printed.
 */
int kernelorg_sha256(const struct lock *l, const char *version, const char *file,
		     char hex[SHA256_HEX], struct buf *why);

#endif
