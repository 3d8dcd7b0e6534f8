/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an image is made of. Enters: a bzImage, and when they lie near it the
 * vmlinux and the object archives of its build. Leaves: member "image_parts" of
 * a report's subject. Called by azk bench boot.
 */
#ifndef AZK_LIB_IMAGE_H
#define AZK_LIB_IMAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kernel;

/* A bzImage cut into what is loaded where. */
struct image_cut {
	uint64_t setup;		/* real-mode code, header: bytes */
	uint64_t code;		/* decompressor and padding */
	uint64_t payload;	/* the compressed kernel */
	uint64_t payload_at;	/* file offset */
	const char *format;	/* "zstd", "gzip", ...; "unknown" */
	uint64_t target;	/* where the kernel is unpacked to, without KASLR */
	uint64_t init_size;	/* bytes it needs there while it is unpacked */
};

/*
 * Cut @data (the first @len bytes of @size). False when the header's numbers
 * do not fit. Facts: Documentation/arch/x86/boot.rst, setup_sects,
 * payload_offset, payload_length, pref_address, init_size.
 */
bool image_cut(const unsigned char *data, size_t len, uint64_t size,
	       struct image_cut *c);

/* Cut the file of @k. False when it cannot be read or its header lies. */
bool image_read(const struct kernel *k, struct image_cut *c);

/*
 * The unpacker's ELF file in the build directory, owned by the caller, or NULL
 * when it is not there; @at: where it runs, as it moves itself to the end of
 * the memory that unpacking needs (arch/x86/boot/compressed/head_64.S).
 */
char *image_unpacker(const struct kernel *k, uint64_t *at);

/*
 * Add "image_parts": the cut; "sections" of vmlinux with their bytes and an
 * estimate of their share of the payload (each packed alone with the same
 * program, scaled to the payload's true size); "directories": bytes of the
 * objects linked from each. What is not there is left out. AZK_OK, or a code
 * after one line.
 */
int image_describe(const struct kernel *k, json_t *subject);

#endif
