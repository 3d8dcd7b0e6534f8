/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose a function is, for the self instructions of a driver. Enters: a name as
 * lib/ksyms.h has it. A module says it itself; of what is built in, the names say it.
 */
#ifndef AZK_LIB_LOAD_GROUP_H
#define AZK_LIB_LOAD_GROUP_H

enum load_group {
	GROUP_DRIVER,	/* storvsc, netvsc, virtio-blk, virtio-net, NVMe */
	GROUP_BUS,	/* vmbus; virtio's rings */
	GROUP_KERNEL,	/* all else of it */
	GROUP_USER,	/* the program */
	NR_GROUPS
};

extern const char *const load_group_name[NR_GROUPS];	/* in metrics */

/* "storvsc_do_io", "netvsc_poll [hv_netvsc]"; NULL: an address of user mode. */
enum load_group load_group(const char *function);

#endif
