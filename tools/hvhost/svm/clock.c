// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time. Two clocks of the machine: the TSC, which the guest reads, and the HPET,
 * whose comparators can write any message to any local APIC. Under icount they
 * are one clock; else they drift, so what a comparator announces is checked
 * against the TSC (svm/event.c).
 *
 * When instructions are counted and there is one processor, guest time is the TSC
 * less what hvhost spent: svm/icount.c.
 *
 * With more processors guest time is the TSC less a constant. The offset of a
 * processor that is in the guest cannot be changed, so what hvhost spends for one
 * processor would stay in the clocks of the others, and each would see its own
 * go back by that much at its next exit.
 */
#include "boot/config.h"
#include "lib.h"
#include "lib/hw.h"
#include "svm/svm.h"
#include "tlfs_exit.h"

/* IA-PC HPET specification 1.0a, 2.3. */
#define HPET		0xfed00000ull
#define HPET_ID		0x000		/* high half: period in femtoseconds */
#define HPET_CONFIG	0x010
#define HPET_COUNTER	0x0f0
#define HPET_T_CONFIG(n)	(0x100 + 0x20 * (n))
#define HPET_T_COMPARE(n)	(0x108 + 0x20 * (n))
#define HPET_T_ROUTE(n)		(0x110 + 0x20 * (n))
#define HPET_T_ENABLE	(1u << 2)
#define HPET_T_FSB	(1u << 14)
#define HPET_T_HAS_FSB	(1u << 15)
#define HPET_TICKS	10		/* of HPET_TICK_NS in 100 ns, QEMU's hw/timer/hpet.c */
#define HPET_PERIOD	10000000	/* femtoseconds */

#define APIC_HZ		1000000000ull	/* QEMU's hw/intc/apic_common.c: a count is 1 ns */
#define CALIBRATE_TICKS	2000000		/* 20 ms */

static u64 hpet_now(void)
{
	u32 high, low;

	do {
		high = mmio_read(HPET + HPET_COUNTER + 4);
		low = mmio_read(HPET + HPET_COUNTER);
	} while (high != mmio_read(HPET + HPET_COUNTER + 4));
	return (u64)high << 32 | low;
}

/* Both clocks at one moment: the closest of a few tries. */
static void both(u64 *tsc, u64 *ticks)
{
	u64 best = UINT64_MAX;

	for (int i = 0; i < 16; i++) {
		u64 a = rdtsc(), t = hpet_now(), b = rdtsc();

		if (b - a >= best)
			continue;
		best = b - a;
		*tsc = a + (b - a) / 2;
		*ticks = t;
	}
}

static u64 calibrate(void)
{
	u64 t0, h0, t1, h1;

	both(&t0, &h0);
	while (hpet_now() - h0 < CALIBRATE_TICKS)
		__asm__ volatile("pause");
	both(&t1, &h1);
	return (t1 - t0) * 100000000ull / (h1 - h0);
}

void clock_init(struct vm *vm)
{
	struct svm *s = vm->svm;
	u64 high = 10000000, low = 0, left;

	if (mmio_read(HPET + HPET_ID + 4) != HPET_PERIOD)
		hv_die("no HPET with a period of 10 ns: not a machine hvhost knows");
	for (u32 n = 0; n <= vm->vps; n++)
		if (!(mmio_read(HPET + HPET_T_CONFIG(n)) & HPET_T_HAS_FSB))
			hv_die("HPET comparator %u sends no messages: start QEMU with -global hpet.msi=on -global hpet.timers=%u",
			       n, MAX(vm->vps + 1, 3u));
	mmio_write(HPET + HPET_CONFIG, 1);
	s->stops = vm->config->icount && vm->vps == 1;
	s->tsc_hz = vm->config->icount ? 1000000000ull : calibrate();
	/* 10^7 * 2^64 / Hz */
	__asm__("divq %4" : "=a"(s->tsc_scale), "=d"(left) : "0"(low), "1"(high), "r"(s->tsc_hz));
	s->epoch = rtc_read();
	s->tsc_offset = 0 - rdtsc();
	s->hold = &s->nothing;
	if (s->stops)
		icount_init(vm);
}

void hpet_arm(u32 n, u64 ticks, u32 apic_id, u32 data)
{
	mmio_write(HPET + HPET_T_CONFIG(n), 0);
	mmio_write(HPET + HPET_T_ROUTE(n), data);
	mmio_write(HPET + HPET_T_ROUTE(n) + 4, 0xfee00000 | apic_id << 12);
	mmio_write(HPET + HPET_T_COMPARE(n), (u32)ticks);
	mmio_write(HPET + HPET_T_COMPARE(n) + 4, (u32)(ticks >> 32));
	mmio_write(HPET + HPET_T_CONFIG(n), HPET_T_ENABLE | HPET_T_FSB);
}

u64 hpet_sample(u32 *low)
{
	u32 lo, hi;

	__asm__ volatile("rdtsc; movl (%3), %2"
			 : "=&a"(lo), "=&d"(hi), "=r"(*low) : "r"(HPET + HPET_COUNTER));
	return (u64)hi << 32 | lo;
}

volatile u32 *hpet_config(u32 n)
{
	return (volatile u32 *)(HPET + HPET_T_CONFIG(n));
}

void hpet_stop(u32 n)
{
	*hpet_config(n) = 0;
}

void clock_comparator(struct vm *vm, u32 n, u64 due, u32 apic_id, u32 data)
{
	u64 now = vm_time(vm);

	if (vm->svm->stops)
		return;		/* icount_enter() does all of them */
	if (due)
		hpet_arm(n, hpet_now() + (due > now ? due - now : 0) * HPET_TICKS + 1, apic_id,
			 data);
	else
		hpet_stop(n);
}

void vp_comparator(struct vp *vp, u64 due, u8 vector)
{
	vp->vcpu->due = due;
	vp->vcpu->due_vector = vector;
	clock_comparator(vp->vm, 1 + vp->index, due, vp->apic_id, vector);
}

u64 vm_guest_tsc(struct vm *vm)
{
	struct svm *s = vm->svm;

	return s->frozen ? s->frozen_tsc : rdtsc() + s->tsc_offset;
}

u64 vm_time(struct vm *vm)
{
	return (u64)(((unsigned __int128)vm_guest_tsc(vm) * vm->svm->tsc_scale) >> 64);
}

u64 vm_host_time(struct vm *vm)
{
	return vm->svm->epoch + vm_time(vm);
}

u64 vm_tsc_hz(struct vm *vm) { return vm->svm->tsc_hz; }
u64 vm_apic_hz(struct vm *vm) { return APIC_HZ; }
u64 vm_tsc_scale(struct vm *vm) { return vm->svm->tsc_scale; }

u64 vp_runtime(struct vp *vp)
{
	return (u64)(((unsigned __int128)vp->vcpu->run_tsc * vp->vm->svm->tsc_scale) >> 64);
}
