/* SPDX-License-Identifier: GPL-2.0-only */
/* The division of memory, for the loaders (e820) and the nested page table. */
#ifndef HVHOST_MEMORY_H
#define HVHOST_MEMORY_H

#include "boot/boot.h"

struct memory_map {		/* vm->mem */
	struct mem_range range[BOOT_MAX_RANGES];	/* what the guest is told, sorted */
	u32 n;
	struct mem_range host[4];	/* hvhost's own, whole 2 MiB pages */
	u32 hosts;
};

#endif
