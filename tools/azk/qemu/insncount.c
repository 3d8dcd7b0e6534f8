// SPDX-License-Identifier: GPL-2.0-only
/*
 * insncount: a QEMU plugin that counts guest instructions exactly, by code
 * address and by what the guest was doing, without touching the guest.
 *
 * Enters: a list of marks (addresses with a meaning, written by azk bench from
 * the kernel's symbols) and the running guest. Leaves: a text log, read by
 * tools/azk/lib/profile_log.c, whose lines are described there. Loaded as
 *	qemu-system-x86_64 -icount shift=0,sleep=off \
 *		-plugin insncount.so,marks=FILE,log=FILE
 *
 * Counting. A translated block adds its length to a running total when it is
 * entered. A block may be left before its end (page fault, device access), so
 * each of its instructions also notes how far it got; the next block to be
 * entered finds that note and takes back what did not run. The guest's own
 * clock proves the sum: under icount one instruction is one nanosecond, so
 * after each RDTSC the difference between the clock and the total may change
 * only by time slept. Each such change is logged.
 *
 * Attribution. Block counters are folded into a context whenever the context
 * changes: another task is switched to, an initcall begins or ends, a worker
 * takes its next work item, or a boot phase begins.
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

#include "guest.h"
#include "ledger.h"
#include "plugin_api.h"

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_API_VERSION;

#define MAX_BLOCKS	(1u << 18)
#define MAX_FIX		1000	/* a larger step back was written by the guest */

enum mark_kind {
	MARK_BOOT,	/* the running task is a boot task from now on; a phase */
	MARK_PHASE,	/* a phase begins, if a boot task runs outside initcalls */
	MARK_ONCE,	/* log the first time */
	MARK_SWITCH,	/* rdi = previous task, rsi = next task */
	MARK_INITCALL,	/* rdi = function; ends at the return address */
	MARK_WORK,	/* rsi = struct work_struct, function at +24 */
	MARK_RETURN,	/* made at run time: an initcall's return address */
	MARK_USER,	/* made at run time: first user instruction */
	NR_KINDS
};

static const char *const kind_names[NR_KINDS] = {
	"boot", "phase", "once", "switch", "initcall", "work", "return", "user",
};

struct mark {
	struct mark *next;
	enum mark_kind kind;
	uint64_t addr;
	bool seen;
	char name[64];
};

struct block {
	uint64_t vaddr;
	uint32_t n;		/* instructions */
	uint32_t id;
	struct block *next;	/* same hash */
	uint16_t *off;		/* of each instruction from vaddr */
};

static const char *const doing_names[] = { "task", "phase", "initcall", "work" };

/* The vCPU's cells, written by translated code. */
struct cells {
	uint64_t total;		/* instructions entered */
	uint64_t pos;		/* 0, or instructions of a block begun so far */
	uint64_t cur;		/* id of the running block */
	uint64_t count[];	/* executions of each block */
};

#define POS_TSC	(1u << 16)	/* pos: the block ended with RDTSC */

struct vcpu {
	struct cells *cells;
	uint32_t task, ctx;
	int64_t drift;		/* clock minus total; both begin at 0 */
};

/*
 * QEMU hands callbacks no pointer of ours at translation, so this one
 * structure is the plugin's state.
 */
static struct {
	FILE *log;		/* log= */
	struct mark *marks[1024];
	struct block *hash[1u << 16], *blocks[MAX_BLOCKS];
	uint32_t nr_blocks;
	struct qemu_plugin_scoreboard *score;
	struct vcpu vcpu;
	struct ledger ledger;
	struct guest guest;
	bool user_armed, done;
	struct mark user;
} g;

static void die(const char *what, const char *arg)
{
	fprintf(stderr, "insncount: %s: %s\n", arg, what);
	exit(1);
}

static qemu_plugin_u64 cell(size_t offset)
{
	return (qemu_plugin_u64){ g.score, offset };
}

/* Fold the counters into the context that was running until now. */
static void fold(struct vcpu *v)
{
	for (uint32_t i = 0; i < g.nr_blocks; i++) {
		uint64_t c = v->cells->count[i];

		if (!c)
			continue;
		ledger_charge(&g.ledger, v->ctx, i, (int64_t)(c * g.blocks[i]->n));
		v->cells->count[i] = 0;
	}
}

static uint32_t find_ctx(uint32_t task)
{
	const struct task *t = &g.guest.tasks[task];

	return ledger_ctx(&g.ledger, task, t->now[t->nest].doing, t->now[t->nest].value);
}

/*
 * Instruction @i of @b is about to run in another context than the ones
 * before it in the same block, though the whole block was counted already.
 */
static void change_ctx(struct vcpu *v, const struct block *b, uint32_t i)
{
	uint32_t was = v->ctx;
	int64_t rest = (int64_t)(b->n - i);

	fold(v);
	v->ctx = find_ctx(v->task);
	if (v->ctx != was) {
		ledger_charge(&g.ledger, was, b->id, -rest);
		ledger_charge(&g.ledger, v->ctx, b->id, rest);
	}
}

static uint64_t total(const struct vcpu *v, const struct block *b, uint32_t i)
{
	return v->cells->total - (b->n - i);
}

static void on_switch(struct vcpu *v, const struct block *b, uint32_t i)
{
	if (!g.guest.tasks[v->task].addr)
		guest_name_task(&g.guest, v->task, guest_reg(&g.guest, REG_RDI));
	v->task = guest_task(&g.guest, guest_reg(&g.guest, REG_RSI));
	change_ctx(v, b, i);
}

/* Marks. */

static struct mark *find_mark(uint64_t addr)
{
	struct mark *m;

	for (m = g.marks[addr >> 2 & 1023]; m && m->addr != addr; m = m->next)
		;
	return m;
}

static struct mark *add_mark(enum mark_kind kind, uint64_t addr, const char *name)
{
	struct mark *m = calloc(1, sizeof(*m));

	if (!m)
		die("no memory", "marks");
	m->kind = kind;
	m->addr = addr;
	snprintf(m->name, sizeof(m->name), "%s", name);
	m->next = g.marks[addr >> 2 & 1023];
	g.marks[addr >> 2 & 1023] = m;
	return m;
}

static void push(struct task *t, enum doing d, uint64_t value)
{
	if (t->nest + 1 < MAX_NEST)
		t->nest++;
	t->now[t->nest].doing = d;
	t->now[t->nest].value = value;
}

static void write_log(bool complete, uint64_t at);

/* What a mark's callback needs: made once for each place it was translated. */
struct site {
	struct mark *mark;
	struct block *block;
	uint32_t i;		/* instruction in the block */
};

static void set_phase(struct vcpu *v, const struct site *s, struct mark *m)
{
	struct task *t = &g.guest.tasks[v->task];

	t->now[0].doing = DO_PHASE;
	t->now[0].value = (uintptr_t)m;
	change_ctx(v, s->block, s->i);
	if (m->kind == MARK_BOOT && t->addr)
		g.user_armed = true;
}

static void on_mark(unsigned int cpu, void *arg)
{
	const struct site *s = arg;
	struct vcpu *v = &g.vcpu;
	struct task *t = &g.guest.tasks[v->task];
	struct mark *m = s->mark;
	uint64_t at = total(v, s->block, s->i), fn, ret;

	if (g.done)
		return;
	switch (m->kind) {
	case MARK_BOOT:
	case MARK_PHASE:
		if (m->seen || t->nest ||
		    (m->kind == MARK_PHASE && t->now[0].doing != DO_PHASE))
			return;
		set_phase(v, s, m);
		/* fall through */
	case MARK_ONCE:
		if (!m->seen)
			fprintf(g.log, "mark %" PRIu64 " %u %s\n", at, v->task,
				m->name);
		break;
	case MARK_SWITCH:
		on_switch(v, s->block, s->i);
		break;
	case MARK_INITCALL:
		if (!m->seen && t->now[0].doing == DO_PHASE)
			set_phase(v, s, m);
		fn = guest_reg(&g.guest, REG_RDI);
		ret = guest_u64(&g.guest, guest_reg(&g.guest, REG_RSP));
		if (!find_mark(ret))
			add_mark(MARK_RETURN, ret, "return");
		push(t, DO_INITCALL, fn);
		change_ctx(v, s->block, s->i);
		fprintf(g.log, "initcall %" PRIu64 " %u %" PRIx64 "\n", at,
			v->task, fn);
		break;
	case MARK_RETURN:
		if (!t->nest || t->now[t->nest].doing != DO_INITCALL)
			return;
		fprintf(g.log, "initcall_end %" PRIu64 " %u %" PRIx64 "\n", at,
			v->task, t->now[t->nest].value);
		t->nest--;
		change_ctx(v, s->block, s->i);
		break;
	case MARK_WORK:
		t->now[0].doing = DO_WORK;
		t->now[0].value = guest_u64(&g.guest, guest_reg(&g.guest, REG_RSI) + 24);
		change_ctx(v, s->block, s->i);
		break;
	case MARK_USER:
		if (t->now[0].doing != DO_PHASE)
			return;
		change_ctx(v, s->block, s->i);
		ledger_charge(&g.ledger, v->ctx, s->block->id, -(int64_t)(s->block->n - s->i));
		fprintf(g.log, "mark %" PRIu64 " %u user\n", at, v->task);
		write_log(true, at);
		break;
	default:
		break;
	}
	m->seen = true;
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
	int64_t drift, lost;

	c->pos = 0;
	if (g.done)
		return;
	b = g.blocks[c->cur];
	if (pos == POS_TSC) {
		uint64_t tsc = guest_reg(&g.guest, REG_RDX) << 32 | (uint32_t)guest_reg(&g.guest, REG_RAX);

		drift = (int64_t)(tsc - c->total);
		if (drift < v->drift && drift > v->drift - MAX_FIX) {
			/* The last instruction of a block faulted: begun twice. */
			lost = v->drift - drift;
			fprintf(g.log, "fix %" PRIu64 " %" PRId64 "\n", c->total,
				lost);
			c->total -= (uint64_t)lost;
			ledger_charge(&g.ledger, v->ctx, b->id, -lost);
			return;
		}
		if (drift != v->drift)
			fprintf(g.log, "clock %" PRIu64 " %" PRIu64 "\n", c->total,
				tsc);
		v->drift = drift;
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
	c->total -= (uint64_t)lost;
	ledger_charge(&g.ledger, v->ctx, b->id, -lost);
}

/* One block for the same code; code that was changed makes another. */
static struct block *find_block(const struct qemu_plugin_tb *tb)
{
	uint64_t vaddr = qemu_plugin_tb_vaddr(tb);
	uint32_t n = (uint32_t)qemu_plugin_tb_n_insns(tb);
	struct block **head = &g.hash[(vaddr * 0x9e3779b97f4a7c15ull) >> 48], *b;
	uint16_t *off = calloc(n, sizeof(*off));

	if (!off)
		die("no memory", "blocks");
	for (uint32_t i = 0; i < n; i++)
		off[i] = (uint16_t)(qemu_plugin_insn_vaddr(
				qemu_plugin_tb_get_insn(tb, i)) - vaddr);
	for (b = *head; b; b = b->next) {
		if (b->vaddr != vaddr || b->n != n || memcmp(b->off, off, n * sizeof(*off)))
			continue;
		free(off);
		return b;
	}
	if (g.nr_blocks == MAX_BLOCKS)
		die("more code than the table holds", "blocks");
	b = calloc(1, sizeof(*b));
	if (!b)
		die("no memory", "blocks");
	*b = (struct block){ .vaddr = vaddr, .n = n, .id = g.nr_blocks, .next = *head,
			     .off = off };
	*head = b;
	g.blocks[g.nr_blocks++] = b;
	return b;
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

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	struct block *b = find_block(tb);
	struct qemu_plugin_insn *insn;
	struct mark *m;

	qemu_plugin_register_vcpu_tb_exec_cond_cb(tb, on_note, PLUGIN_CB_R_REGS,
			PLUGIN_COND_NE, cell(offsetof(struct cells, pos)), 0, b);
	qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(tb,
			PLUGIN_INLINE_ADD_U64,
			cell(offsetof(struct cells, count) + 8 * b->id), 1);
	qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(tb,
			PLUGIN_INLINE_ADD_U64,
			cell(offsetof(struct cells, total)), b->n);
	qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(tb,
			PLUGIN_INLINE_STORE_U64,
			cell(offsetof(struct cells, cur)), b->id);
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
		m = find_mark(qemu_plugin_insn_vaddr(insn));
		if (m)
			add_site(m, b, i, insn);
		else if (i == 0 && g.user_armed && !g.done &&
			 b->vaddr >= 1u << 20 && b->vaddr >> 47 == 0)
			add_site(&g.user, b, i, insn);
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

static void write_log(bool complete, uint64_t at)
{
	struct ledger *l = &g.ledger;
	uint32_t ctx = UINT32_MAX;
	size_t n;

	if (g.done)
		return;
	fold(&g.vcpu);
	for (uint32_t i = 0; i < g.guest.nr_tasks; i++)
		fprintf(g.log, "task %u %" PRIx64 " %s\n", i, g.guest.tasks[i].addr,
			g.guest.tasks[i].comm[0] ? g.guest.tasks[i].comm : "?");
	n = ledger_close(l);
	for (size_t i = 0; i < n; i++) {
		uint64_t key = l->cell[i].key - 1;

		if (ctx != key >> 32) {
			const struct ledger_ctx *c = &l->ctx[ctx = key >> 32];

			fprintf(g.log, "ctx %u %s ", c->task, doing_names[c->doing]);
			if (c->doing == DO_PHASE)
				fprintf(g.log, "%s", ((struct mark *)(uintptr_t)c->value)->name);
			else
				fprintf(g.log, "%" PRIx64, c->value);
			fprintf(g.log, " %" PRId64 "\n", c->insns);
		}
		fprintf(g.log, "b %" PRIx64 " %" PRId64 "\n",
			g.blocks[(uint32_t)key]->vaddr, l->cell[i].insns);
	}
	fprintf(g.log, "end %" PRIu64 " %s\n", at, complete ? "user" : "cut");
	fflush(g.log);
	g.done = true;
}

static void on_exit_qemu(qemu_plugin_id_t id, void *arg)
{
	static const struct block none = { .n = 0 };

	write_log(false, total(&g.vcpu, &none, 0));
}

static void read_marks(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[256], kind[16], name[64];
	uint64_t addr;
	int k;

	if (!f)
		die("cannot open", path);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%15s %63s %" SCNx64, kind, name, &addr) != 3)
			die("not KIND NAME ADDRESS", path);
		for (k = 0; k < NR_KINDS && strcmp(kind, kind_names[k]); k++)
			;
		if (k == NR_KINDS)
			die("unknown kind of mark", kind);
		add_mark(k, addr, name);
	}
	fclose(f);
}

PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id,
				      const struct qemu_info *info,
				      int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "marks=", 6))
			read_marks(argv[i] + 6);
		else if (!strncmp(argv[i], "log=", 4))
			g.log = fopen(argv[i] + 4, "w");
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
	g.score = qemu_plugin_scoreboard_new(sizeof(struct cells) +
					     8 * (size_t)MAX_BLOCKS);
	qemu_plugin_register_vcpu_init_cb(id, on_vcpu);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_atexit_cb(id, on_exit_qemu, NULL);
	return 0;
}
