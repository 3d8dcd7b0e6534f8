// SPDX-License-Identifier: GPL-2.0-only
/*
 * insncount: a QEMU plugin that counts guest instructions exactly, by code
 * address and by what the guest was doing, without touching the guest.
 *
 * Enters: a list of marks (addresses with a meaning, written by azk bench from
 * the kernel's symbols) and the running guest. Leaves: a text log, read by
 * tools/azk/lib/profile_log.c, whose lines are described there. Loaded as
 *	qemu-system-x86_64 -icount shift=0,sleep=off \
 *		-plugin insncount.so,marks=FILE,log=FILE[,host=ENTRY-START-END][,windows=on]
 *
 * Counting. A translated block adds its length to a running total when it is
 * entered. A block may be left before its end (page fault, device access), so
 * each of its instructions also notes how far it got; the next block to be
 * entered finds that note and takes back what did not run. The guest's own
 * clock proves the sum: under icount one instruction is one nanosecond, so
 * after each RDTSC the difference between the clock and the total may change
 * only by time slept. Each such change is logged; one without a HLT is a leak.
 *
 * With host= a host runs first and the guest that is counted is its guest
 * (qemu/host.h): the books open at the first VMRUN, with the guest's clock at 0, and
 * the host's instructions are summed up apart. An instruction that makes the guest
 * exit does not run: the host does in its place what it stands for.
 *
 * Attribution. Block counters are folded into a context whenever the context
 * changes: another task is switched to, an initcall begins or ends, a worker
 * takes its next work item, or a boot phase begins; or by windows (qemu/window.h).
 *
 * One vCPU only: under icount QEMU 10.0 lets vCPUs share translated blocks, but
 * puts the number of the vCPU that translated a block into it as a constant
 * (accel/tcg/plugin-gen.c, gen_cpu_index), so counters of a second one would be
 * written to the wrong place.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "insncount.h"

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_API_VERSION;

#define MAX_FIX		1000	/* a larger step back was written by the guest */

#define POS_TSC	(1u << 16)	/* pos: the block ended with RDTSC */

struct insncount g;

static qemu_plugin_u64 cell(size_t offset)
{
	return (qemu_plugin_u64){ g.score, offset };
}

/* RDTSC was the last instruction of @b, and its result is still there. */
static void on_clock(struct vcpu *v, const struct block *b)
{
	uint64_t tsc = guest_reg(&g.guest, REG_RDX) << 32 | (uint32_t)guest_reg(&g.guest, REG_RAX);
	struct cells *c = v->cells;
	int64_t drift = (int64_t)(tsc - c->total), lost;

	if (b->host) {
		lost = host_clock(&g.host, tsc, c->host);
		if (g.open && lost)
			fprintf(g.log, "astray %" PRIu64 " %" PRId64 "\n", c->total, lost);
		return;
	}
	if (!g.open)
		return;
	if (drift < v->drift && drift > v->drift - MAX_FIX) {
		/* The last instruction of a block faulted: begun twice. */
		lost = v->drift - drift;
		fprintf(g.log, "fix %" PRIu64 " %" PRId64 "\n", c->total, lost);
		c->total -= (uint64_t)lost;
		charge(v->ctx, b, -lost);
		return;
	}
	if (drift != v->drift)
		fprintf(g.log, "clock %" PRIu64 " %" PRIu64 "\n", c->total, tsc);
	if (drift > v->drift && !c->slept)
		fprintf(g.log, "leak %" PRIu64 " %" PRId64 "\n", c->total, drift - v->drift);
	v->drift = drift;
	c->slept = 0;
}

static void take_back(struct vcpu *v, const struct block *b, int64_t lost)
{
	if (b->host)
		v->cells->host -= (uint64_t)lost;
	else
		v->cells->total -= (uint64_t)lost;
	charge(v->ctx, b, -lost);
}

/*
 * A block was entered while the note of an earlier one was still there:
 * either RDTSC was its last instruction, or it was left early.
 */
static void on_note(unsigned int cpu, void *arg)
{
	const struct block *next = arg, *b;
	struct vcpu *v = &g.vcpu;
	struct cells *c = v->cells;
	uint64_t pos = c->pos, sp, stop, resume;
	int64_t lost;

	c->pos = 0;
	if (g.done)
		return;
	b = g.blocks.v[c->cur];
	if (pos == POS_TSC) {
		on_clock(v, b);
		return;
	}
	/*
	 * Instruction pos-1 was begun. A device access is carried out by a
	 * block of its own that is not reported, and counts; what faulted will
	 * run again, and does not. The stack of an exception says which.
	 */
	stop = b->vaddr + b->off[pos - 1];
	resume = b->vaddr + b->off[pos];
	lost = (int64_t)(b->n - pos);
	if (next->vaddr == stop) {
		lost++;
	} else if (next->vaddr != resume) {
		sp = guest_reg(&g.guest, REG_RSP);
		if (guest_u64(&g.guest, sp) == stop || guest_u64(&g.guest, sp + 8) == stop)
			lost++;
	}
	take_back(v, b, lost);
}

/*
 * The guest was left: the host runs the instruction behind VMRUN. What the guest
 * was left in did not run; between two instructions all that were begun did.
 */
static void on_left(unsigned int cpu, void *arg)
{
	struct vcpu *v = &g.vcpu;
	struct cells *c = v->cells;
	const struct block *b = g.blocks.v[c->cur];
	uint64_t pos = c->pos, vmcb = host_exit(&g.host, &g.guest, g.done);
	bool in = host_intercepted(&g.guest, vmcb);

	c->pos = 0;
	if (g.done || b->host)
		return;		/* nothing is open, or the guest ran nothing */
	if (pos == 0)
		take_back(v, b, in);
	else if (pos != POS_TSC)
		take_back(v, b, (int64_t)(b->n - pos) +
			  (in || host_guest_rip(&g.guest, vmcb) != b->vaddr + b->off[pos]));
}

/* VMRUN for the first time: what ran until now was before the guest. */
static void on_vmrun(unsigned int cpu, void *arg)
{
	struct vcpu *v = &g.vcpu;

	if (g.open)
		return;
	fold(v);
	g.host.firmware = v->cells->total;
	g.host.setup = v->cells->host;
	v->cells->total = v->cells->host = 0;
	v->drift = 0;
	g.open = true;
}

static void add_site(struct mark *m, struct block *b, uint32_t i,
		     struct qemu_plugin_insn *insn)
{
	struct site *s = malloc(sizeof(*s));

	if (!s)
		die("no memory", "sites");
	*s = (struct site){ m, b, i };
	qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, PLUGIN_CB_R_REGS, s);
}

/* RDTSC or RDTSCP: under icount QEMU ends a block after either. */
static bool reads_tsc(const struct qemu_plugin_insn *insn)
{
	unsigned char op[3] = { 0 };

	qemu_plugin_insn_data(insn, op, sizeof(op));
	return op[0] == 0x0f && (op[1] == 0x31 || (op[1] == 0x01 && op[2] == 0xf9));
}

static bool sleeps(const struct qemu_plugin_insn *insn)
{
	unsigned char op = 0;

	qemu_plugin_insn_data(insn, &op, 1);
	return op == 0xf4;
}

/* What an entry of the block adds up and notes. */
static void count_block(struct qemu_plugin_tb *tb, struct block *b)
{
	size_t sum = b->host ? offsetof(struct cells, host) : offsetof(struct cells, total);

	if (b->host && b->vaddr == g.host.behind)
		qemu_plugin_register_vcpu_tb_exec_cond_cb(tb, on_left, PLUGIN_CB_R_REGS,
				PLUGIN_COND_ALWAYS, cell(offsetof(struct cells, pos)), 0, b);
	else
		qemu_plugin_register_vcpu_tb_exec_cond_cb(tb, on_note, PLUGIN_CB_R_REGS,
				PLUGIN_COND_NE, cell(offsetof(struct cells, pos)), 0, b);
	qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(tb,
			PLUGIN_INLINE_ADD_U64,
			cell(offsetof(struct cells, count) + 8 * b->id), 1);
	qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(tb,
			PLUGIN_INLINE_ADD_U64, cell(sum), b->n);
	qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(tb,
			PLUGIN_INLINE_STORE_U64,
			cell(offsetof(struct cells, cur)), b->id);
}

/* Instruction @i of the guest may have a mark, or be the first of init. */
static void set_mark(struct qemu_plugin_insn *insn, struct block *b, uint32_t i)
{
	struct mark *m = marks_at(&g.marks, qemu_plugin_insn_vaddr(insn));

	if (g.windows && window_insn(insn))
		add_site(&g.window, b, i, insn);
	else if (m)
		add_site(m, b, i, insn);
	else if (i == 0 && g.user_armed && !g.done &&
		 b->vaddr >= 1u << 20 && b->vaddr >> 47 == 0)
		add_site(&g.user, b, i, insn);
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	struct qemu_plugin_insn *insn;
	bool vmrun, host = host_owns(&g.host, tb, &vmrun);
	struct block *b = blocks_find(&g.blocks, tb, host);

	count_block(tb, b);
	for (uint32_t i = 0; i < b->n; i++) {
		bool last = i + 1 == b->n;
		uint64_t note = last ? 0 : i + 1;

		insn = qemu_plugin_tb_get_insn(tb, i);
		if (last && reads_tsc(insn))
			note = POS_TSC;
		if (b->n > 1 || note)
			qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn,
				PLUGIN_INLINE_STORE_U64,
				cell(offsetof(struct cells, pos)), note);
		if (last && !host && sleeps(insn))
			qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn,
				PLUGIN_INLINE_STORE_U64,
				cell(offsetof(struct cells, slept)), 1);
		if (last && vmrun)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_vmrun,
				PLUGIN_CB_R_REGS, NULL);
		if (!host && g.open)
			set_mark(insn, b, i);
	}
}

static void on_vcpu(qemu_plugin_id_t id, unsigned int cpu)
{
	struct vcpu *v = &g.vcpu;

	guest_init(&g.guest);
	v->cells = qemu_plugin_scoreboard_find(g.score, cpu);
	/* Until the first switch a task runs that nobody named. */
	v->task = guest_task(&g.guest, 0);
	v->ctx = find_ctx(v->task);
}

/* The log's tables: tasks, contexts, and what each block cost in each. */

/* Written when QEMU ends: the host's exits are counted up to there. */
static void on_exit_qemu(qemu_plugin_id_t id, void *arg)
{
	bool complete = g.done;

	if (!complete) {
		fold(&g.vcpu);
		g.end = g.vcpu.cells->total;
		g.host_insns = g.vcpu.cells->host;
		g.done = true;
	}
	for (uint32_t i = 0; i < g.guest.nr_tasks; i++)
		fprintf(g.log, "task %u %" PRIx64 " %s\n", i, g.guest.tasks[i].addr,
			g.guest.tasks[i].comm[0] ? g.guest.tasks[i].comm : "?");
	write_contexts();
	marks_write_irqs(&g.marks, g.log);
	window_write(&g.copies, g.log);
	host_write(&g.host, g.log, g.host_insns);
	fprintf(g.log, "end %" PRIu64 " %s\n", g.end, complete ? "user" : "cut");
	fflush(g.log);
}

PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id,
				      const struct qemu_info *info,
				      int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "marks=", 6))
			marks_read(&g.marks, argv[i] + 6);
		else if (!strncmp(argv[i], "log=", 4))
			g.log = fopen(argv[i] + 4, "w");
		else if (!strncmp(argv[i], "host=", 5))
			host_read(&g.host, argv[i] + 5);
		else if (!strcmp(argv[i], "windows=on"))
			g.windows = true;
		else
			die("unknown argument", argv[i]);
	}
	if (!g.log)
		die("cannot be written", "log=");
	if (strcmp(info->target_name, "x86_64"))
		die("only x86_64 guests", info->target_name);
	if (info->system.max_vcpus != 1)
		die("only one vCPU can be counted", "-smp");
	fprintf(g.log, "insncount 1\n");
	g.user.kind = MARK_USER;
	g.window.kind = MARK_WINDOW;
	g.open = !g.host.there;
	g.score = qemu_plugin_scoreboard_new(sizeof(struct cells) +
					     8 * (size_t)MAX_BLOCKS);
	qemu_plugin_register_vcpu_init_cb(id, on_vcpu);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_atexit_cb(id, on_exit_qemu, NULL);
	return 0;
}
