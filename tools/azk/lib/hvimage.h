/* SPDX-License-Identifier: GPL-2.0-only */
/* hvhost.elf: where it is, and where it lies when it is loaded. */
#ifndef AZK_LIB_HVIMAGE_H
#define AZK_LIB_HVIMAGE_H

#include <stddef.h>
#include <stdint.h>

struct hvimage {
	uint32_t entry, start, end;	/* physical addresses; end is behind the last byte */
};

/*
 * Path of the host's program beside azk (or $AZK_HVHOST), in *path, which the caller
 * frees in any case. AZK_OK, or AZK_EX_NOFILE after one line when it was not built.
 */
int hvimage_find(char **path);

/*
 * The segments of @data, an ELF32 program of @len bytes, as one range. NULL, or what
 * is wrong with it. Facts: System V ABI, chapter 4 and 5.
 */
const char *hvimage_parse(const unsigned char *data, size_t len, struct hvimage *image);

/* The same for a file. AZK_OK, or a code after one line. */
int hvimage_read(const char *path, struct hvimage *image);

/* Was it built? AZK_OK, or AZK_EX_NOFILE after one line. */
int hvimage_there(void);

#endif
