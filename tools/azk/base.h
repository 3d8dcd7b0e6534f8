/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The archive a tree is made from, found and checked. Paths are looked up from
 * the top of the project (the current directory).
 */
#ifndef AZK_BASE_H
#define AZK_BASE_H

struct buf;

/*
 * Append to @path the absolute path of the archive of @version, a version such
 * as "6.18.12"; NULL is the pinned one. Order: KERNEL_TARBALL= (pinned one
 * only), $KERNEL_DL_DIR, dl/, the Debian pool, kernel.org; a download goes to
 * dl/. A file whose hash is pinned in base.lock is only returned when it has
 * that hash; another's hash is printed on stderr. The archive may hold files
 * that base.lock excludes: who extracts it removes them.
 * AZK_OK, or an exit code after one line: AZK_EX_NOFILE (found nowhere),
 * AZK_EX_INPUT (wrong content), AZK_EX_CHECK (signature), AZK_EX_SYSTEM.
 */
int base_find(const char *version, struct buf *path);

/*
 * The same for the distributor's prebuilt kernel called @name in base.lock; NULL
 * is the first of them, for which KERNEL_PEER= comes first.
 */
int base_find_peer(const char *name, struct buf *path);

#endif
