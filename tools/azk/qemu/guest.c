// SPDX-License-Identifier: GPL-2.0-only
/* The guest as seen through QEMU's plugin interface. */
#include <string.h>

#include "guest.h"

#define TASK_STRUCT_MAX	16384	/* bytes of a task_struct that are searched */

void guest_init(struct guest *g)
{
	static const char *const names[NR_REGS] = { "rax", "rdx", "rsp", "rdi", "rsi", "rcx" };
	struct g_array *regs = qemu_plugin_get_registers();

	g->bytes = g_byte_array_new();
	for (unsigned int i = 0; i < regs->len; i++) {
		struct plugin_reg *r = (struct plugin_reg *)regs->data + i;

		for (int n = 0; n < NR_REGS; n++)
			if (!strcmp(r->name, names[n]))
				g->reg[n] = r->handle;
	}
}

uint64_t guest_reg(struct guest *g, enum guest_reg r)
{
	uint64_t v = 0;

	g_byte_array_set_size(g->bytes, 0);
	if (g->reg[r] && qemu_plugin_read_register(g->reg[r], g->bytes) > 0)
		memcpy(&v, g->bytes->data, g->bytes->len < 8 ? g->bytes->len : 8);
	return v;
}

uint64_t guest_u64(struct guest *g, uint64_t addr)
{
	uint64_t v = 0;

	if (qemu_plugin_read_memory_vaddr(addr, g->bytes, 8))
		memcpy(&v, g->bytes->data, 8);
	return v;
}

/*
 * Where comm lies differs from kernel to kernel, but the boot task is called
 * "swapper", and its task_struct holds that word once.
 */
static uint64_t find_comm(struct guest *g, uint64_t boot_task)
{
	static const char swapper[] = "swapper";

	for (uint64_t at = 0; at < TASK_STRUCT_MAX; at += 64) {
		if (!qemu_plugin_read_memory_vaddr(boot_task + at, g->bytes, 72))
			continue;
		for (unsigned int i = 0; i < 64; i++)
			if (!memcmp(g->bytes->data + i, swapper, sizeof(swapper) - 1))
				return at + i;
	}
	return 0;
}

static void read_comm(struct guest *g, uint64_t task, char comm[17])
{
	memset(comm, 0, 17);
	if (g->comm_off && qemu_plugin_read_memory_vaddr(task + g->comm_off, g->bytes, 16))
		memcpy(comm, g->bytes->data, 16);
	for (char *c = comm; *c; c++)
		if (*c <= ' ' || *c >= 127)
			*c = '_';
}

/*
 * A task is its address and its name: the memory of one that ended may serve
 * a later one. The boot tasks keep their row when exec renames them.
 */
uint32_t guest_task(struct guest *g, uint64_t addr)
{
	char comm[17];
	struct task *t;

	read_comm(g, addr, comm);
	for (uint32_t i = g->nr_tasks; i-- > 0;) {
		t = &g->tasks[i];
		if (t->addr == addr &&
		    (t->now[0].doing == DO_PHASE || !strcmp(t->comm, comm)))
			return i;
	}
	g->tasks = ledger_grow(g->tasks, g->nr_tasks, sizeof(*g->tasks));
	t = &g->tasks[g->nr_tasks];
	*t = (struct task){ .addr = addr };
	memcpy(t->comm, comm, sizeof(comm));
	return g->nr_tasks++;
}

void guest_name_task(struct guest *g, uint32_t no, uint64_t addr)
{
	g->tasks[no].addr = addr;
	if (!g->comm_off)
		g->comm_off = find_comm(g, addr);
	read_comm(g, addr, g->tasks[no].comm);
}
