// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attribution: whose the instructions are that were counted. A context is a task
 * and what it does; marks say when it changes. Called from insncount.c.
 */
#include <inttypes.h>
#include <stdio.h>

#include "insncount.h"

static const char *const doing_names[] = { "task", "phase", "initcall", "work", "window" };

void charge(uint32_t ctx, const struct block *b, int64_t insns)
{
	if (g.open && !b->host)
		ledger_charge(&g.ledger, ctx, b->id, insns);
}

void fold(struct vcpu *v)
{
	for (uint32_t i = 0; i < g.blocks.n; i++) {
		const struct block *b = g.blocks.v[i];
		uint64_t c = v->cells->count[i];

		if (!c)
			continue;
		charge(v->ctx, b, (int64_t)(c * b->n));
		v->cells->count[i] = 0;
	}
}

uint32_t find_ctx(uint32_t task)
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
		charge(was, b, -rest);
		charge(v->ctx, b, rest);
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

static void push(struct task *t, enum doing d, uint64_t value)
{
	if (t->nest + 1 < MAX_NEST)
		t->nest++;
	t->now[t->nest].doing = d;
	t->now[t->nest].value = value;
}

static void set_phase(struct vcpu *v, const struct site *s, struct mark *m)
{
	struct task *t = &g.guest.tasks[v->task];

	t->now[0].doing = DO_PHASE;
	t->now[0].value = (uintptr_t)m;
	change_ctx(v, s->block, s->i);
	if (m->kind == MARK_BOOT && t->addr)
		g.user_armed = true;
}

void on_mark(unsigned int cpu, void *arg)
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
		if (!marks_at(&g.marks, ret))
			marks_add(&g.marks, MARK_RETURN, ret, "return");
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
		charge(v->ctx, s->block, -(int64_t)(s->block->n - s->i));
		fprintf(g.log, "mark %" PRIu64 " %u user\n", at, v->task);
		fold(v);
		g.end = at;
		g.host_insns = v->cells->host;
		g.done = true;
		break;
	case MARK_IRQ:
		m->n++;
		break;
	case MARK_COPY:
	case MARK_COPY_RCX:
		window_copied(&g.copies, t->now[0].value,
			      guest_u64(&g.guest, guest_reg(&g.guest, REG_RSP)),
			      guest_reg(&g.guest, m->kind == MARK_COPY ? REG_RDX : REG_RCX));
		break;
	case MARK_WINDOW:
		t->now[0].doing = DO_WINDOW;
		t->now[0].value = window_value(++g.nr_windows, (uint8_t)guest_reg(&g.guest, REG_RAX));
		change_ctx(v, s->block, s->i);
		break;
	default:
		break;
	}
	m->seen = true;
}

void write_contexts(void)
{
	struct ledger *l = &g.ledger;
	size_t n = ledger_close(l);
	uint32_t ctx = UINT32_MAX;

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
			g.blocks.v[(uint32_t)key]->vaddr, l->cell[i].insns);
	}
}
