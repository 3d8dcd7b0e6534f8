/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine without svm/: guest memory, time, interrupts and hvhost's own heap,
 * for rooms that are compiled for the build machine. One at a time.
 */
#ifndef HVHOST_TESTS_FAKE_H
#define HVHOST_TESTS_FAKE_H

#include "boot/config.h"
#include "vm.h"

#define FAKE_RAM	(4ul << 20)	/* guest memory, from address 0 */
#define FAKE_HEAP	(256ul << 20)
#define FAKE_TSC_HZ	1000000000ul
#define FAKE_REACH	(1ull << 39)	/* of vm_mmio() */
#define FAKE_POLL	0x400		/* data of the message that makes pollers run */
#define FAKE_EPOCH	134116992000000000ull	/* 2026-01-01 in 100 ns since 1601 */

struct fake {
	struct vm vm;
	struct vm_config config;
	u8 *ram;
	u64 now;			/* 100 ns */
	struct event *events;
	u32 interrupts[VM_MAX_VPS][256];
	u64 comparator[VM_MAX_VPS];	/* due time; 0: stopped */
	u32 resets;
	u64 flushed;			/* VPs whose TLB was */
	char log[4096];			/* the last lines of the host */
	u64 heap_left;			/* bytes hv_alloc() still gives */
	struct { u64 pa, len; } hide[16];	/* vm_hide() */
	u32 hidden;
};

/* The machine with @vps processors; nothing in it yet. */
struct fake *fake_begin(u32 vps);
/* Frees it and what the rooms allocated. */
void fake_end(void);
/* Let time pass up to @to; what is due runs in order. */
void fake_time(u64 to);

#endif
