// SPDX-License-Identifier: GPL-2.0-only
/* See flat.h. start.S calls flat_main(), flat_ap() and flat_trap(). */
#include "flat.h"
#include "lib.h"
#include "runtime.h"

#define SERIAL		0x3f8
#define EXIT_PORT	0xf4	/* QEMU's isa-debug-exit */
#define PIC_MASK	0x21
#define PIC2_MASK	0xa1
#define AP_PAGE		0x9
#define AP_STACK	16384
#define PAGES		64
#define MSR_APIC_BASE	0x1b
#define X2APIC_ON	0xc00u
#define MSR_X2APIC_ID	0x802
#define MSR_X2APIC_EOI	0x80b
#define MSR_X2APIC_SVR	0x80f
#define MSR_X2APIC_ICR	0x830
#define ICR_INIT	0x4500
#define ICR_SIPI	0x4600

struct frame {
	u64 r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
	u64 vector, error, rip, cs, rflags, rsp, ss;
};

struct fixup {
	u64 at, to;
};

struct gate {
	u16 low, selector;
	u8 ist, type;
	u16 mid;
	u32 high, zero;
};

extern u8 flat_vectors[], ap_start[], ap_end[];
extern struct gate flat_idt[256];
extern u64 ap_stack, ap_number;
extern struct fixup flat_fixups[], flat_fixups_end[];

static struct cpu {
	volatile bool online;
	void (*volatile fn)(void);
	volatile u32 taken[256];
} cpu[FLAT_CPUS];
static u8 stacks[FLAT_CPUS][AP_STACK] __aligned(16);
static u8 pages[PAGES][PAGE_SIZE] __aligned(4096);
static u32 pages_used, reports, failed, ncpus = 1, upper_kib;
static const char *cmdline = "";

static inline void outb(u16 port, u8 v) { __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port)); }
static inline u8 inb(u16 port) { u8 v; __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port)); return v; }
void port_write32(u16 port, u32 v) { __asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port)); }

static void put(const char *s)
{
	for (; *s; s++) {
		while (!(inb(SERIAL + 5) & 0x20))
			;
		outb(SERIAL, (u8)*s);
	}
}

static void line(const char *front, const char *format, va_list args)
{
	char text[256];

	hv_vsnprintf(text, sizeof(text), format, args);
	put(front);
	put(text);
	put("\n");
}

void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line("# ", format, args);
	va_end(args);
}

void report(bool ok, const char *format, ...)
{
	char front[32];
	va_list args;

	failed += !ok;
	hv_snprintf(front, sizeof(front), "%sok %u - ", ok ? "" : "not ", ++reports);
	va_start(args, format);
	line(front, format, args);
	va_end(args);
}

static void leave(u32 status)
{
	port_write32(EXIT_PORT, status);
	for (;;)
		__asm__ volatile("hlt");
}

u64 argument(const char *name, u64 other)
{
	size_t n = strlen(name);
	u64 v = 0;

	for (const char *s = cmdline; *s; s++) {
		if ((s != cmdline && s[-1] != ' ') || strncmp(s, name, n) || s[n] != '=')
			continue;
		s += n + 1;
		if (s[0] == '0' && s[1] == 'x')
			for (s += 2; (*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'f'); s++)
				v = v << 4 | (u64)(*s <= '9' ? *s - '0' : *s - 'a' + 10);
		else
			for (; *s >= '0' && *s <= '9'; s++)
				v = v * 10 + (u64)(*s - '0');
		return v;
	}
	return other;
}

void *page(void)
{
	if (pages_used == PAGES) {
		note("no page left");
		leave(99);
	}
	memset(pages[pages_used], 0, PAGE_SIZE);
	return pages[pages_used++];
}

u64 ram_end(void) { return ((u64)upper_kib << 10) + (1u << 20); }
u32 cpus(void) { return ncpus; }
u32 interrupts(u32 i, u32 vector) { return cpu[i].taken[vector]; }

/* ---- exceptions and instructions that may end in one ---- */

/* After "1:" an instruction; on an exception its vector is in R11. */
#define FIXED(code) "1:" code "\n2:\n.pushsection .fixup, \"a\"\n.quad 1b, 2b\n.popsection\n"

u32 msr_read(u32 msr, u64 *value)
{
	register u64 fault __asm__("r11") = 0;
	u32 lo = 0, hi = 0;

	__asm__ volatile(FIXED("rdmsr") : "+a"(lo), "+d"(hi), "+r"(fault) : "c"(msr) : "memory");
	*value = (u64)hi << 32 | lo;
	return (u32)fault;
}

u32 msr_write(u32 msr, u64 value)
{
	register u64 fault __asm__("r11") = 0;

	__asm__ volatile(FIXED("wrmsr") : "+r"(fault)
			 : "c"(msr), "a"((u32)value), "d"((u32)(value >> 32)) : "memory");
	return (u32)fault;
}

u32 hypercall(u64 control, u64 rdx, u64 r8, u64 *result)
{
	register u64 fault __asm__("r11") = 0;
	register u64 out __asm__("r8") = r8;

	*result = 0;
	__asm__ volatile(FIXED("vmmcall") : "+r"(fault), "+c"(control), "+d"(rdx), "+r"(out),
			 "=a"(*result) : : "memory", "r9", "r10");
	return (u32)fault;
}

u16 call(u64 control, u64 rdx, u64 r8)
{
	u64 result;
	u32 fault = hypercall(control, rdx, r8, &result);

	if (fault)
		report(false, "hypercall %lx: exception %u", control, fault);
	return (u16)result;
}

void cpuid_leaf(u32 leaf, u32 r[4])
{
	__asm__ volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3])
			 : "a"(leaf), "c"(0));
}

u32 this_cpu(void)
{
	u64 id;

	msr_read(MSR_X2APIC_ID, &id);
	return (u32)id;
}

void flat_trap(struct frame *f)
{
	if (f->vector >= 32) {
		cpu[this_cpu()].taken[f->vector]++;
		msr_write(MSR_X2APIC_EOI, 0);
		return;
	}
	for (const struct fixup *x = flat_fixups; x < flat_fixups_end; x++)
		if (x->at == f->rip) {
			f->rip = x->to;
			f->r11 = f->vector;
			return;
		}
	note("exception %lu (error %lx) at %lx", f->vector, f->error, f->rip);
	leave(98);
}

/* ---- processors ---- */

static void x2apic_on(void)
{
	u64 base;

	msr_read(MSR_APIC_BASE, &base);
	/* from xAPIC mode to x2APIC mode: both bits in turn */
	msr_write(MSR_APIC_BASE, base | 0x800);
	msr_write(MSR_APIC_BASE, base | X2APIC_ON);
	msr_write(MSR_X2APIC_SVR, 0x1ff);
}

void flat_ap(u32 number)
{
	struct cpu *c = &cpu[number];

	x2apic_on();
	c->online = true;
	for (;;) {
		while (!c->fn)
			relax();
		c->fn();
		__atomic_store_n(&c->fn, NULL, __ATOMIC_SEQ_CST);
	}
}

void run_begin(u32 number)
{
	memcpy((void *)(AP_PAGE * PAGE_SIZE), ap_start, (size_t)(ap_end - ap_start));
	ap_stack = (u64)stacks[number] + AP_STACK;
	ap_number = number;
	cpu[number].online = false;
	cpu[number].fn = NULL;
	msr_write(MSR_X2APIC_ICR, (u64)number << 32 | ICR_INIT);
	msr_write(MSR_X2APIC_ICR, (u64)number << 32 | ICR_SIPI | AP_PAGE);
	while (!cpu[number].online)
		relax();
}

void run_start(u32 number, void (*fn)(void))
{
	if (number == this_cpu())
		fn();
	else
		__atomic_store_n(&cpu[number].fn, fn, __ATOMIC_SEQ_CST);
}

void run_wait(u32 number)
{
	while (cpu[number].fn)
		relax();
}

/* ---- the hypervisor ---- */

bool hypercalls_on(void)
{
	if (msr_write(HV_MSR_GUEST_OS_ID, 0x8100000000000001ull))
		return false;
	return !msr_write(HV_MSR_HYPERCALL, (u64)page() | HV_PAGE_ENABLE);
}

void synic_on(void **messages, void **events)
{
	*messages = page();
	*events = page();
	msr_write(HV_MSR_SIMP, (u64)*messages | HV_PAGE_ENABLE);
	msr_write(HV_MSR_SIEFP, (u64)*events | HV_PAGE_ENABLE);
	msr_write(HV_MSR_SCONTROL, 1);
}

/* An exception without a gate, and no gate for that one either. */
static void triple_fault(void)
{
	static const u8 none[10];

	__asm__ volatile("lidt %0; ud2" : : "m"(none));
}

/* Multiboot information: flags, lower and upper memory, boot device, command line. */
void flat_main(const u32 *info)
{
	for (u32 i = 0; i < 256; i++) {
		u64 at = (u64)flat_vectors + 16 * i;

		flat_idt[i] = (struct gate){ (u16)at, 8, 0, 0x8e, (u16)(at >> 16),
					     (u32)(at >> 32), 0 };
	}
	if (info[0] & 1)
		upper_kib = info[2];
	if (info[0] & 4)
		cmdline = (const char *)(u64)info[4];
	if (argument("exit", ~0ull) != ~0ull)
		leave((u32)argument("exit", 0));
	if (argument("triple", 0))
		triple_fault();
	/* the firmware's timer would come as exception 8 */
	outb(PIC_MASK, 0xff);
	outb(PIC2_MASK, 0xff);
	x2apic_on();
	put("KTAP version 1\n");
	ncpus = (u32)argument("cpus", 1);
	for (u32 i = 1; i < ncpus && i < FLAT_CPUS; i++)
		run_begin(i);
	flat_test();
	{
		char plan[32];

		hv_snprintf(plan, sizeof(plan), "1..%u\n", reports);
		put(plan);
	}
	leave(failed || !reports);
}
