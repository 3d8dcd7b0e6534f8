// SPDX-License-Identifier: GPL-2.0-only
/*
 * hvhost as seen from below. Offsets in the VMCB and exit codes: AMD64 Architecture
 * Programmer's Manual, volume 2, appendices B and C.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "blocks.h"
#include "host.h"

#define VMCB_EXIT_CODE	0x070
#define VMCB_RIP	0x578

#define EXIT_INTR	0x60	/* to VINTR: INTR, NMI, SMI, INIT come between */
#define EXIT_VINTR	0x64	/* two instructions; all else is in one */
#define EXIT_VMMCALL	0x81

#define VMRUN_BYTES	3	/* 0f 01 d8 */

void host_read(struct host *h, const char *arg)
{
	if (sscanf(arg, "%" SCNx64 "-%" SCNx64 "-%" SCNx64, &h->entry, &h->start,
		   &h->end) != 3 || h->entry < h->start || h->entry >= h->end)
		die("not ENTRY-START-END", arg);
	h->there = true;
}

static bool is_vmrun(const struct qemu_plugin_insn *insn)
{
	unsigned char op[VMRUN_BYTES] = { 0 };

	return qemu_plugin_insn_data(insn, op, sizeof(op)) == sizeof(op) &&
	       op[0] == 0x0f && op[1] == 0x01 && op[2] == 0xd8;
}

bool host_owns(struct host *h, const struct qemu_plugin_tb *tb, bool *vmrun)
{
	struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, 0);
	char *at = qemu_plugin_insn_haddr(insn);

	*vmrun = false;
	if (!h->there || !at)
		return false;
	/* nothing runs there before the loader enters it, and then one to one */
	if (!h->ram && qemu_plugin_tb_vaddr(tb) == h->entry)
		h->ram = at - h->entry;
	if (!h->ram || at < h->ram + h->start || at >= h->ram + h->end)
		return false;
	/* QEMU ends a block with it */
	insn = qemu_plugin_tb_get_insn(tb, qemu_plugin_tb_n_insns(tb) - 1);
	*vmrun = is_vmrun(insn);
	if (*vmrun)
		h->behind = qemu_plugin_insn_vaddr(insn) + VMRUN_BYTES;
	return true;
}

static void add(struct host_count *c, bool done)
{
	c->all++;
	c->before += !done;
}

static void add_call(struct host *h, uint32_t code, bool done)
{
	uint32_t i;

	for (i = 0; i < h->calls && h->call[i].code != code; i++)
		;
	if (i == HOST_CALLS)
		return;		/* the host counts them, too: azk will see it */
	h->calls += i == h->calls;
	h->call[i].code = code;
	add(&h->call[i], done);
}

static uint32_t exit_code(struct guest *g, uint64_t vmcb)
{
	return (uint32_t)guest_u64(g, vmcb + VMCB_EXIT_CODE);
}

/* VMRUN brings RAX back, which is the VMCB; the other registers are the guest's still. */
uint64_t host_exit(struct host *h, struct guest *g, bool done)
{
	uint64_t vmcb = guest_reg(g, REG_RAX);
	uint32_t code = exit_code(g, vmcb);

	if (code >= HOST_CODES)
		die("an exit code that there is not", "host");
	add(&h->exit[code], done);
	if (code == EXIT_VMMCALL)
		add_call(h, guest_reg(g, REG_RCX) & 0xffff, done);
	h->timed = false;
	return vmcb;
}

bool host_intercepted(struct guest *g, uint64_t vmcb)
{
	uint32_t code = exit_code(g, vmcb);

	return code < EXIT_INTR || code > EXIT_VINTR;
}

uint64_t host_guest_rip(struct guest *g, uint64_t vmcb)
{
	return guest_u64(g, vmcb + VMCB_RIP);
}

int64_t host_clock(struct host *h, uint64_t tsc, uint64_t insns)
{
	int64_t drift = (int64_t)(tsc - insns), off = h->timed ? drift - h->drift : 0;

	h->timed = true;
	h->drift = drift;
	return off;
}

void host_write(const struct host *h, FILE *log, uint64_t insns)
{
	if (!h->there)
		return;
	for (uint32_t i = 0; i < HOST_CODES; i++)
		if (h->exit[i].all)
			fprintf(log, "exit %x %" PRIu64 " %" PRIu64 "\n", i, h->exit[i].before,
				h->exit[i].all);
	for (uint32_t i = 0; i < h->calls; i++)
		fprintf(log, "call %x %" PRIu64 " %" PRIu64 "\n", h->call[i].code,
			h->call[i].before, h->call[i].all);
	fprintf(log, "host %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", h->firmware, h->setup, insns);
}
