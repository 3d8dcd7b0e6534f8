/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine "hyperv": QEMU's words for it, and hvhost's log. */
#ifndef AZK_LIB_HYPERV_H
#define AZK_LIB_HYPERV_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "buf.h"

struct qemu_boot;

/* What is on the bus, as hvhost's own words. */
struct hyperv_devices {
	struct strv disk;	/* SIZE, FILE or file=FILE, and ",ro": LUNs of scsi0 */
	struct strv nic;	/* "loopback" or "user", and ",mac=MAC": net0, net1, ... */
	const char *script;	/* host script, or NULL */
	bool no_ic;		/* no integration services, no keyboard */
	struct strv vpci;	/* a bus each: lib/hvpci.h */
	struct strv config;	/* more words for hvhost: hyperv_config() knows which */
};

/* Each line of hvhost's log begins so; it comes on port 0xe9 (tools/hvhost/lib/log.c). */
#define HYPERV_LINE	"hvhost: "

/* QEMU's exit status for hvhost's two ways to stop (tools/hvhost/lib/hw.h). */
#define HYPERV_STATUS_HOST	(2 * 0x31 + 1)
#define HYPERV_STATUS_GUEST	(2 * 0x32 + 1)

#define HYPERV_CPUS_MAX	16
#define HYPERV_DISKS_MAX	16
#define HYPERV_NICS_MAX	8
#define HYPERV_DISKS_BYTES	(1ull << 30)	/* all together: hvhost's heap is below 4 GiB */

/* For the machine table: -machine and the timers hvhost needs. */
void hyperv_args(struct strv *argv, const struct qemu_boot *b);
/* -kernel, -append and -initrd: hvhost, its words, and the guest as modules. */
void hyperv_kernel(struct strv *argv, const struct qemu_boot *b);
/* A disk of --disk. */
struct hyperv_disk {
	uint64_t memory;	/* bytes of hvhost's memory it may take */
	char *file;		/* with its content, or NULL; the caller frees it */
	bool kept;		/* file=: used where it is, what is written stays */
	bool ro;
};

/* What @disk says. NULL, or what is wrong with it. */
const char *hyperv_disk(const char *disk, struct hyperv_disk *d);
/* What of @d makes a run depend on more than its input; NULL: nothing. */
const char *hyperv_outside(const struct hyperv_devices *d);
/* Bytes of memory hvhost needs for itself, which the machine has on top of the guest's. */
uint64_t hyperv_heap(const struct hyperv_devices *d);
/* NULL, or what is wrong with NIC @nic. */
const char *hyperv_nic(const char *nic);
/* One on QEMU's user network? */
bool hyperv_nic_user(const char *nic);
/* AZK_OK, or an error after one line with file:line and what was expected. */
int hyperv_script(const char *file);
/* Whether @word may be given to hvhost; else @why (of @size bytes) says what may. */
bool hyperv_config(const char *word, char *why, size_t size);
/* A line of hvhost's? */
bool hyperv_line(const char *line);
/* Why hvhost stopped: points into @debug, the line ends at '\n'. Or NULL. */
const char *hyperv_stop(const char *debug);
/* What a flat kernel wrote to the exit port, from its line in @debug. False: nothing. */
bool hyperv_exit(const char *debug, unsigned int *code);

#endif
