/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that may be packed: Module.symvers, modules and lists of them come as
 * they are or as .gz, .xz and .zst. Called by what reads those.
 */
#ifndef AZK_LIB_UNPACK_H
#define AZK_LIB_UNPACK_H

struct buf;

/*
 * The program that unpacks what begins with the @len bytes at @data ("zstd",
 * "xz", "gzip"), or NULL when they are not packed. The content is looked at and
 * not the name.
 */
const char *unpack_with(const void *data, unsigned long len);

/*
 * Append the content of @path to @out, unpacked when it is packed. AZK_OK,
 * or after one line AZK_EX_NOFILE, AZK_EX_SYSTEM, AZK_EX_TOOL (the program is
 * not there), AZK_EX_INPUT (it does not unpack).
 */
int unpack_read(const char *path, struct buf *out);

#endif
