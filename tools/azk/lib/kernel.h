/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Find the kernel a person means, and look into its image. Used by azk boot and
 * azk bench.
 */
#ifndef AZK_LIB_KERNEL_H
#define AZK_LIB_KERNEL_H

#include <stddef.h>
#include <stdint.h>

/* FLAT: a multiboot ELF32 test kernel, as kvm-unit-tests builds them. */
enum kernel_format { KERNEL_BZIMAGE, KERNEL_ELF, KERNEL_FLAT };

struct kernel {
	char *name;		/* what the person wrote */
	char *image;		/* path */
	enum kernel_format format;
	char *version;		/* "6.18.15-azure", or "" (an ELF does not say) */
	unsigned int protocol;	/* bzImage: boot protocol, 0x20f = 2.15 */
	uint64_t bytes;		/* size of the image */
	char *sysmap;		/* System.map beside the image, or NULL */
	char *modules;		/* directory with modules.dep, or NULL */
};

/*
 * @arg: a path, PROFILE (out/ours/PROFILE/bzImage) or upstream/PROFILE
 * (out/upstream/PROFILE/bzImage), below AZK_TOP or the current directory. Fills
 * @k, to be freed in any case. AZK_EX_NOFILE: no such file or profile;
 * AZK_EX_KERNEL: the file is no kernel.
 */
int kernel_find(const char *arg, struct kernel *k);
void kernel_free(struct kernel *k);

/*
 * Check the first @len bytes of an image (64 KiB are enough) and fill format,
 * version and protocol. Returns NULL, or in words what is wrong with it.
 * Facts: Documentation/arch/x86/boot.rst; ELF for x86-64; Multiboot 0.6.96.
 */
const char *kernel_header(const unsigned char *data, size_t len, struct kernel *k);

#endif
