// SPDX-License-Identifier: GPL-2.0-only
/*
 * From counts to a boot's story. Three steps: marks for the plugin; each
 * context to a phase and a row; each block to a function.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "boot_profile.h"
#include "buf.h"
#include "exit.h"
#include "msg.h"
#include "profile_log.h"

#define KERNEL_MAP	UINT64_C(0xffffffff80000000)	/* __START_KERNEL_map */
#define USER_END	(1ull << 47)

const char *const boot_phase_name[NR_PHASES] = {
	"decompression", "early boot",
	"initcalls early", "initcalls pure", "initcalls core",
	"initcalls postcore", "initcalls arch", "initcalls subsys",
	"initcalls fs", "initcalls rootfs", "initcalls device",
	"initcalls late",
	"between initcalls", "after initcalls", "background",
};

/*
 * The marks. The last column says whether a kernel without this symbol can be
 * measured at all. Phases after the initcalls all count as "after initcalls":
 * several are listed because any one may be inlined in some kernel.
 */
static const struct {
	const char *kind, *name, *symbol;
	bool needed;
} marks[] = {
	{ "phase", "start_kernel", "start_kernel", true },
	{ "boot", "kernel_init", "kernel_init", true },
	{ "initcall", "initcalls", "do_one_initcall", true },
	{ "switch", "switch", "__switch_to_asm", true },
	{ "work", "work", "process_one_work", false },
	{ "phase", "idle", "cpu_startup_entry", false },
	{ "phase", "wait_for_initramfs", "wait_for_initramfs", false },
	{ "phase", "console_on_rootfs", "console_on_rootfs", false },
	{ "phase", "free_initmem", "free_initmem", false },
	{ "phase", "run_init_process", "run_init_process", false },
};

/* Functions that do nothing but let time pass, in any 6.x kernel. */
static const char *const waits[] = {
	"__const_udelay", "__delay", "__ndelay", "__udelay", "acpi_os_stall",
	"calibrate_APIC_clock", "calibrate_delay", "calibrate_delay_converge",
	"cpu_idle_poll", "cpu_idle_poll.isra", "default_idle", "default_idle_call",
	"delay_halt", "delay_halt_tpause", "delay_loop", "delay_tsc",
	"hpet_calibrate", "io_delay", "native_calibrate_cpu",
	"native_calibrate_cpu_early", "native_calibrate_tsc", "native_io_delay",
	"native_safe_halt", "pit_calibrate_tsc", "pit_expect_msb",
	"pit_hpet_ptimer_calibrate_cpu", "pv_native_safe_halt",
	"quick_pit_calibrate", "setup_boot_APIC_clock", "timer_irq_works",
	"tsc_read_refs", "wait_for_lsr", "wait_for_xmitr",
};

bool boot_profile_waits(const char *function)
{
	size_t len = strcspn(function, ".");

	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++)
		if (strlen(waits[i]) == len && !strncmp(function, waits[i], len))
			return true;
	return false;
}

/* Where an interrupt enters: arch/x86/include/asm/idtentry.h names them so. */
static void irq_marks(const struct ksyms *k, struct buf *out)
{
	for (size_t i = 0; i < k->texts; i++)
		if (str_starts(k->text[i].name, "asm_sysvec_") ||
		    !strcmp(k->text[i].name, "asm_common_interrupt"))
			buf_addf(out, "irq %s %" PRIx64 "\n", k->text[i].name + strlen("asm_"),
				 k->text[i].addr);
}

int boot_profile_marks(const struct ksyms *k, uint64_t entry, bool packed,
		       const char *symbols, struct buf *out)
{
	uint64_t addr = ksyms_addr(k, "startup_64");

	buf_addf(out, "boot kernel %" PRIx64 "\n", entry);
	if (packed && addr < KERNEL_MAP)
		return azk_err(AZK_EX_INPUT, symbols, NULL,
			       "startup_64 is not in the kernel's half: "
			       "not the symbols of an x86-64 kernel");
	/* entered through an identity map, where it was loaded */
	if (packed)
		buf_addf(out, "phase startup_64 %" PRIx64 "\n", addr - KERNEL_MAP);
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		addr = ksyms_addr(k, marks[i].symbol);
		if (addr)
			buf_addf(out, "%s %s %" PRIx64 "\n", marks[i].kind,
				 marks[i].name, addr);
		else if (marks[i].needed)
			return azk_err(AZK_EX_INPUT, symbols,
				       "build with CONFIG_KALLSYMS, or give its System.map",
				       "no symbol %s", marks[i].symbol);
	}
	irq_marks(k, out);
	return AZK_OK;
}

/* One cell before it is folded: names belong to somebody else. */
struct cell {
	const char *name, *where;
	int64_t insns;
};

static int by_name(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;
	int d = strcmp(x->name, y->name);

	return d ? d : strcmp(x->where, y->where);
}

static int by_insns(const void *a, const void *b)
{
	const struct boot_row *x = a, *y = b;

	if (x->insns != y->insns)
		return x->insns > y->insns ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Sum cells of one name into one row; the largest "where" is remembered. */
static void fold(struct cell *c, size_t n, struct boot_rows *rows)
{
	struct boot_row *r = NULL;
	int64_t here = 0, most = 0;

	if (!n)
		return;
	qsort(c, n, sizeof(*c), by_name);
	rows->v = xcalloc(n, sizeof(*rows->v));
	for (size_t i = 0; i < n; i++) {
		bool same = i && !strcmp(c[i].name, c[i - 1].name);

		if (!same) {
			r = &rows->v[rows->n++];
			r->name = xstrdup(c[i].name);
			most = 0;
		}
		r->insns += c[i].insns;
		if (!same || strcmp(c[i].where, c[i - 1].where))
			here = 0;
		here += c[i].insns;
		if (!*c[i].where || here <= most)
			continue;
		most = here;
		free(r->where);
		r->where = xstrdup(c[i].where);
	}
	qsort(rows->v, rows->n, sizeof(*rows->v), by_insns);
}

static void rows_free(struct boot_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		free(rows->v[i].name);
		free(rows->v[i].where);
	}
	free(rows->v);
}

void boot_profile_free(struct boot_profile *b)
{
	rows_free(&b->initcalls);
	rows_free(&b->background);
	rows_free(&b->functions);
	memset(b, 0, sizeof(*b));
}

static const char *name_of(const struct ksyms *k, uint64_t addr)
{
	const struct ksym *s = ksyms_at(k, addr);

	return s ? s->name : "(unknown)";
}

/* Task 0 runs the firmware until the kernel's first instruction. */
static bool is_firmware(const struct plog_ctx *c)
{
	return c->doing == PLOG_TASK && c->task == 0;
}

static bool is_idle(const struct plog_ctx *c)
{
	return c->doing == PLOG_PHASE && !strcmp(c->phase, "idle");
}

static bool is_boot_line(const struct plog *p, const struct plog_ctx *c)
{
	const struct plog_mark *m = plog_mark(p, "kernel_init");

	return c->doing == PLOG_PHASE ? !is_idle(c) :
	       c->doing == PLOG_INITCALL && m && m->task == c->task;
}

static bool is_unpacking(const struct plog *p, const struct plog_ctx *c)
{
	return c->doing == PLOG_PHASE && !strcmp(c->phase, "kernel") &&
	       plog_mark(p, "startup_64");
}

static const char *function_at(const struct ksyms *k, const struct plog_ctx *c,
			       uint64_t addr)
{
	if (addr < 1ull << 32 && ksyms_at(k, addr + KERNEL_MAP) &&
	    addr + KERNEL_MAP < k->end)
		return name_of(k, addr + KERNEL_MAP);	/* identity map */
	if (addr < USER_END)
		return "(user mode)";
	if (addr >= k->end)
		return "(modules and generated code)";
	return name_of(k, addr);
}

/* "initcall pci_subsys_init", "work eval_map_work_func", "task kthreadd", ... */
static char *context_name(const struct plog *p, const struct ksyms *k,
			  const struct plog_ctx *c)
{
	switch (c->doing) {
	case PLOG_INITCALL:
		return xasprintf("initcall %s", name_of(k, c->fn));
	case PLOG_WORK:
		return xasprintf("work %s", name_of(k, c->fn));
	case PLOG_PHASE:
		return xstrdup(is_idle(c) ? "idle task" :
			       is_unpacking(p, c) ? "decompression" : c->phase);
	default:
		return xasprintf("task %s", p->task[c->task].name);
	}
}

/* Level of initcall @fn: its place among those the boot line called. */
static int level_of(const struct plog *p, const struct ksyms *k, uint64_t fn)
{
	const struct plog_mark *m = plog_mark(p, "kernel_init");
	size_t nth = 0;

	for (size_t i = 0; i < p->initcalls; i++) {
		if (p->initcall[i].task != m->task)
			continue;
		if (p->initcall[i].fn == fn)
			return ksyms_level(k, nth);
		nth++;
	}
	return -1;
}

static enum boot_phase phase_of(const struct plog *p, const struct ksyms *k,
				const struct plog_ctx *c)
{
	int level;

	if (!is_boot_line(p, c))
		return PHASE_BACKGROUND;
	if (c->doing == PLOG_INITCALL) {
		level = level_of(p, k, c->fn);
		return level < 0 ? PHASE_BETWEEN : PHASE_INITCALL + level;
	}
	if (is_unpacking(p, c))
		return PHASE_DECOMPRESSION;
	if (!strcmp(c->phase, "initcalls"))
		return PHASE_BETWEEN;
	if (!strcmp(c->phase, "kernel") || !strcmp(c->phase, "startup_64") ||
	    !strcmp(c->phase, "start_kernel") || !strcmp(c->phase, "kernel_init"))
		return PHASE_EARLY;
	return PHASE_AFTER;
}

/* The unpacker's own name for @addr, made ours in @names. */
static const char *unpacker_at(const struct ksyms *u, uint64_t addr, struct strv *names)
{
	const struct ksym *s = u ? ksyms_at(u, addr) : NULL;

	if (addr < 0x100000)
		return "(real-mode setup)";
	if (!s || addr >= u->end)
		return "(decompressor)";
	strv_addf(names, "unpack/%s", s->name);
	return names->v[names->n - 1];
}

static void make_rows(const struct plog *p, const struct ksyms *k,
		      const struct ksyms *unpacker, struct boot_profile *b)
{
	struct cell *fn = xcalloc(p->blocks + 1, sizeof(*fn));
	struct cell *init = xcalloc(p->ctxs + 1, sizeof(*init));
	struct cell *back = xcalloc(p->ctxs + 1, sizeof(*back));
	struct strv made = STRV_INIT;
	char **names = xcalloc(p->ctxs + 1, sizeof(*names));
	size_t fns = 0, inits = 0, backs = 0;

	for (size_t i = 0; i < p->ctxs; i++) {
		const struct plog_ctx *c = &p->ctx[i];

		if (is_firmware(c))
			continue;
		names[i] = context_name(p, k, c);
		if (!is_boot_line(p, c))
			back[backs++] = (struct cell){ names[i], "", c->insns };
		else if (c->doing == PLOG_INITCALL)
			init[inits++] = (struct cell){ name_of(k, c->fn), "", c->insns };
		for (size_t n = 0; n < c->n; n++) {
			const struct plog_block *blk = &p->block[c->first + n];

			const char *name = is_unpacking(p, c) ?
				unpacker_at(unpacker, blk->addr, &made) :
				function_at(k, c, blk->addr);

			fn[fns++] = (struct cell){ name, names[i], blk->insns };
		}
	}
	fold(fn, fns, &b->functions);
	fold(init, inits, &b->initcalls);
	fold(back, backs, &b->background);
	for (size_t i = 0; i < p->ctxs; i++)
		free(names[i]);
	strv_free(&made);
	free(names);
	free(fn);
	free(init);
	free(back);
}

static void set_levels(const struct plog *p, const struct ksyms *k,
		       struct boot_rows *rows)
{
	for (size_t i = 0; i < p->initcalls; i++) {
		const char *name = name_of(k, p->initcall[i].fn);
		int level = level_of(p, k, p->initcall[i].fn);

		for (size_t r = 0; r < rows->n; r++)
			if (!strcmp(rows->v[r].name, name))
				rows->v[r].level = level < 0 ? "unknown" :
						   ksyms_level_name[level];
	}
}

int boot_profile_make(const char *name, const struct plog *p,
		      const struct ksyms *k, const struct ksyms *unpacker,
		      struct boot_profile *b)
{
	const struct plog_mark *first = plog_mark(p, "kernel");
	int64_t sum = 0;

	memset(b, 0, sizeof(*b));
	if (!first)
		return azk_err(AZK_EX_INPUT, name, "is it a bzImage for x86-64?",
			       "the kernel's first instruction was never run");
	if (!p->complete || !plog_mark(p, "kernel_init"))
		return azk_err(AZK_EX_INPUT, name, "see what 'azk boot' says about this kernel",
			       "the guest ended before init ran");
	b->firmware = first->at;
	b->end = p->end;
	b->total = p->end - first->at;
	b->idle_ns = plog_idle(p, p->end) - plog_idle(p, first->at);
	for (size_t i = 0; i < p->ctxs; i++)
		if (!is_firmware(&p->ctx[i]))
			b->phase[phase_of(p, k, &p->ctx[i])] += p->ctx[i].insns;
	for (int i = 0; i < NR_PHASES; i++)
		sum += b->phase[i];
	if (sum != (int64_t)b->total)
		return azk_err(AZK_EX_INPUT, name, "this is a fault of insncount.c",
			       "the phases add up to %" PRId64 ", not to %" PRIu64, sum,
			       b->total);
	make_rows(p, k, unpacker, b);
	set_levels(p, k, &b->initcalls);
	for (size_t i = 0; i < b->functions.n; i++) {
		struct boot_row *r = &b->functions.v[i];

		r->waiting = boot_profile_waits(r->name);
		if (r->waiting)
			b->waiting += (uint64_t)r->insns;
	}
	return AZK_OK;
}
