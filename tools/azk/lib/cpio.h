/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writer for initramfs archives ("newc" cpio, as in
 * Documentation/driver-api/early-userspace/buffer-format.rst). Same entries,
 * same bytes: entries are sorted, inode numbers follow the order, the time is 0.
 */
#ifndef AZK_LIB_CPIO_H
#define AZK_LIB_CPIO_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct cpio_entry {
	char *path;		/* without a leading slash */
	uint32_t mode;		/* as st_mode */
	uint32_t major, minor;	/* device nodes */
	char *data;		/* content, or a link's target */
	size_t len;
};

struct cpio {
	struct cpio_entry *e;
	size_t n, cap;
};

#define CPIO_INIT { NULL, 0, 0 }

/*
 * Add an entry; a later one of the same path replaces an earlier one. Missing
 * parent directories are added with mode 0755. Leading slashes of @path are
 * dropped. All data is copied; owner is root.
 */
void cpio_dir(struct cpio *c, const char *path, uint32_t perm);
void cpio_file(struct cpio *c, const char *path, uint32_t perm,
	       const void *data, size_t len);
void cpio_link(struct cpio *c, const char *path, const char *target);
void cpio_chardev(struct cpio *c, const char *path, uint32_t perm,
		  uint32_t major, uint32_t minor);

/*
 * Add @host (file, link, or directory with all below it) as @path, permissions
 * and links kept. AZK_OK, or a code after one line about the file. Sockets,
 * pipes and devices are refused: AZK_EX_INPUT.
 */
int cpio_add_host(struct cpio *c, const char *host, const char *path);

/*
 * Append the archive to @out, padded before it to 4 bytes, so that it may follow
 * another archive (also a compressed one) in one initrd. Sorts @c.
 */
void cpio_write(struct cpio *c, struct buf *out);
void cpio_free(struct cpio *c);

#endif
