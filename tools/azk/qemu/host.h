/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host below the guest: hvhost (tools/hvhost), which QEMU runs as its guest and
 * which runs the guest that is counted. Which instructions are the host's, when
 * the guest was left, and why.
 *
 * Whose code a block is, is said by where it lies in memory: hvhost runs nothing but its
 * own image, and its nested page table keeps that image from the guest. The image is
 * told apart by the physical address, for a guest may use any virtual one. QEMU
 * translates code anew for either side of VMRUN, so a block has one owner for ever.
 */
#ifndef AZK_QEMU_HOST_H
#define AZK_QEMU_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "guest.h"
#include "plugin_api.h"

#define HOST_CODES	1056	/* SVM exit codes: 0 to 0x41f */
#define HOST_CALLS	64	/* different hypercalls */

/* A reason with how often it came: until init, and until the end. */
struct host_count {
	uint32_t code;
	uint64_t before, all;
};

struct host {
	bool there;			/* host= was given */
	uint64_t entry, start, end;	/* of its image, where it is loaded */
	char *ram;			/* where QEMU keeps address 0; NULL: not entered yet */
	uint64_t behind;		/* address of the instruction behind VMRUN */
	bool timed;			/* clock was read since the guest was left */
	int64_t drift;			/* its clock less its instructions, then */
	uint64_t firmware, setup;	/* instructions before it, and before the guest */
	struct host_count exit[HOST_CODES], call[HOST_CALLS];
	uint32_t calls;
};

/* "ENTRY-START-END", hexadecimal: the image. */
void host_read(struct host *h, const char *arg);

/* Is @tb code of the host? Finds VMRUN in it, too: then *vmrun. */
bool host_owns(struct host *h, const struct qemu_plugin_tb *tb, bool *vmrun);

/*
 * In the callback of the block behind VMRUN: why the guest was left. @done: init was
 * reached before. Returns the VMCB's address.
 */
uint64_t host_exit(struct host *h, struct guest *g, bool done);

/* Was @vmcb left in an instruction, which then did not run? Or between two. */
bool host_intercepted(struct guest *g, uint64_t vmcb);
/* The guest's next instruction. */
uint64_t host_guest_rip(struct guest *g, uint64_t vmcb);

/*
 * The host read its clock, @tsc, at its instruction number @insns. 0, or by how much
 * the clock went another way than the instructions since the guest was left.
 */
int64_t host_clock(struct host *h, uint64_t tsc, uint64_t insns);

/* The log's lines: exits and hypercalls, then what the host ran in all. */
void host_write(const struct host *h, FILE *log, uint64_t insns);

#endif
