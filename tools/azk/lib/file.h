/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files: read whole, written under a temporary name and renamed. Functions
 * return AZK_OK, or an azk exit code after having printed the error.
 */
#ifndef AZK_LIB_FILE_H
#define AZK_LIB_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* Append the content of @path to @out. AZK_EX_NOFILE, AZK_EX_SYSTEM. */
int file_read(const char *path, struct buf *out);

/* Write @len bytes to @path: all of it or nothing. Makes parent folders. */
int file_write(const char *path, const void *data, size_t len);

/* Like mkdir -p. */
int file_mkdirs(const char *path);

bool file_exists(const char *path);

/* Size in bytes, or -1 when it cannot be had. Prints nothing. */
int64_t file_size(const char *path);

#define SHA256_HEX 65
/*
 * SHA-256 of @path as lower-case hex with its NUL. @progress, when not NULL,
 * is called with the bytes read so far.
 */
int file_sha256(const char *path, char hex[SHA256_HEX],
		void (*progress)(void *arg, uint64_t done), void *arg);
void sha256_of(const void *data, size_t len, char hex[SHA256_HEX]);

#endif
