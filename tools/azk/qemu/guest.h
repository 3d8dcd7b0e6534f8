/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What insncount reads of the guest: a few registers, memory, and which tasks
 * there are. Nothing is ever written. Call only from callbacks that asked QEMU
 * for registers.
 */
#ifndef AZK_QEMU_GUEST_H
#define AZK_QEMU_GUEST_H

#include <stdint.h>

#include "ledger.h"
#include "plugin_api.h"

#define MAX_NEST	8

struct task {
	uint64_t addr;		/* of its task_struct; 0 before the first switch */
	char comm[17];
	int nest;
	/* what it does, innermost last: an initcall inside a phase */
	struct { enum doing doing; uint64_t value; } now[MAX_NEST];
};

enum guest_reg { REG_RAX, REG_RDX, REG_RSP, REG_RDI, REG_RSI, REG_RCX, NR_REGS };

struct guest {
	struct qemu_plugin_register *reg[NR_REGS];
	struct g_array *bytes;	/* what QEMU copies to */
	struct task *tasks;
	uint32_t nr_tasks;
	uint64_t comm_off;	/* of comm in task_struct; 0: not known yet */
};

/* In the vCPU's init callback. */
void guest_init(struct guest *g);

uint64_t guest_reg(struct guest *g, enum guest_reg r);
uint64_t guest_u64(struct guest *g, uint64_t addr);	/* 0: not mapped */

/* The task at @addr, a new one when it was not seen before; index in tasks. */
uint32_t guest_task(struct guest *g, uint64_t addr);

/* Task @no, which ran before any switch, turns out to be the one at @addr. */
void guest_name_task(struct guest *g, uint32_t no, uint64_t addr);

#endif
