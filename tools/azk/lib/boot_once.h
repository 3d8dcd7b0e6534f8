/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One boot for a measurement, in this process or beside it. A guest under
 * icount does not notice what else runs, so a second boot may run at the same
 * time on another CPU. Called by lib/boot_measure.c.
 */
#ifndef AZK_LIB_BOOT_ONCE_H
#define AZK_LIB_BOOT_ONCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "buf.h"

struct boot_measure;
struct guest_result;
struct kernel;

/*
 * Boot @k with command "@word all", or none when @word is NULL. AZK_OK, or a
 * code after one line; @res is to be freed in any case.
 */
int boot_once(const struct boot_measure *m, const struct kernel *k, const char *word,
	      bool icount, const struct strv *extra, struct guest_result *res);

/* What init reports, and the host's log: equal in every boot of one kernel. */
struct boot_sight {
	uint64_t tsc, clock_ns, printk_us, memfree_kb;
	uint64_t host;		/* a hash of all lines of hvhost */
};

struct boot_sight boot_sight(const struct guest_result *res);

struct boot_beside {
	pid_t pid;		/* 0: none runs */
	int fd;
};

/* Start a plain boot of @k under icount in a process of its own. */
int boot_beside_start(const struct boot_measure *m, const struct kernel *k,
		      struct boot_beside *b);

/* Wait for it. AZK_OK and what its init saw, or its code after one line. */
int boot_beside_wait(struct boot_beside *b, const char *name, struct boot_sight *sight);

/* End it when nobody wants to know any more; nothing when none runs. */
void boot_beside_stop(struct boot_beside *b);

#endif
