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
};

/*
 * Cut @data (the first @len bytes of @size). False when the header's numbers
 * do not fit. Facts: Documentation/arch/x86/boot.rst, setup_sects,
 * payload_offset, payload_length.
 */
bool image_cut(const unsigned char *data, size_t len, uint64_t size,
	       struct image_cut *c);

/*
 * Add "image_parts": the cut; "sections" of vmlinux with their bytes and an
 * estimate of their share of the payload (each packed alone with the same
 * program, scaled to the payload's true size); "directories": bytes of the
 * objects linked from each. What is not there is left out. AZK_OK, or a code
 * after one line.
 */
int image_describe(const struct kernel *k, json_t *subject);

#endif
