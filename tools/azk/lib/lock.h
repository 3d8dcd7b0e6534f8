/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * patches/base.lock: which upstream we build on, to the bit.
 *
 * "key value" lines; '#' begins a comment line. Every key at most once, but
 * "exclude" and "also", which add up, and "peer", behind which the peer_* keys
 * come once for each. Called by base.c and tree.c.
 */
#ifndef AZK_LIB_LOCK_H
#define AZK_LIB_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

#define LOCK_PATH "patches/base.lock"

/* One archive: a file name and what its content must be. */
struct lock_file {
	char *file;		/* base name */
	char *sha256;		/* 64 lower-case hex digits; NULL: not pinned */
	int64_t size;		/* bytes; 0: not pinned */
	char *pool;		/* folder below the mirror's pool/, or NULL */
};

struct lock_also {
	char *version;
	struct lock_file f;
};

/* A distributor's prebuilt kernel. */
struct lock_peer {
	char *name;		/* "debian-cloud": of its folder in out/peer/ */
	char *version;		/* of the package */
	struct lock_file f;
};

struct lock {
	char *version;		/* "6.18.15" */
	struct lock_file base;	/* version, file, sha256, size, pool */
	char *tree;		/* git tree hash after extraction, or NULL */
	int64_t date;		/* seconds since 1970, for our commits */

	struct lock_file upstream;	/* upstream_*: the archive at kernel.org */
	char *signer;		/* upstream_signer: primary key fingerprint */
	struct strv exclude;	/* paths the repack lacks, removed if present */

	struct lock_peer *peer;		/* in the order of the file */
	size_t n_peer;

	struct lock_also *also;	/* other versions' repacks */
	size_t n_also;
};

/*
 * Parse @text; @name is for messages. AZK_OK, or AZK_EX_INPUT after one
 * "file:line" message (unknown or repeated key, bad value, missing key).
 * lock_free() in either case.
 */
int lock_parse(const char *name, const char *text, struct lock *l);

/* Read and parse @path. Also AZK_EX_NOFILE, AZK_EX_SYSTEM. */
int lock_read(const char *path, struct lock *l);

void lock_free(struct lock *l);

/* "6.18.15", "7.0" or "6.19-rc3": digits, dots, an -rc. */
bool lock_version_ok(const char *s);

#endif
