// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time when QEMU counts instructions (-icount shift=0) and there is one processor:
 * each instruction is a nanosecond, of the TSC and of the HPET alike, and the host's
 * are nobody's. Called by svm/exit.c around each entry.
 *
 * While hvhost runs, guest time stands still, and no comparator runs (the guest's is
 * stopped with the third instruction after the exit). An entry is
 * prepared for a moment of the machine a little ahead, and waited for to the
 * instruction (svm/run.S): then the guest's TSC goes on where it stood, and whatever is
 * due for the guest comes at its own time, to the nanosecond. So what a guest runs
 * between two exits does not depend on how long the host took for one. The moment is
 * chosen so that guest time changes on ticks of the HPET.
 *
 * Clocks that the guest has of the machine (PM timer, RTC) show the host's time, too.
 * They begin alike, at a whole second.
 */
#include "boot/config.h"
#include "lib.h"
#include "lib/hw.h"
#include "svm/svm.h"

#define MSI_NMI		(4u << 8)
#define SECOND		1000000000ull
#define UNIT		100	/* ns of vm_time() */
#define AHEAD		576	/* ns for arming two comparators and the way to the wait */
#define REST		128	/* ns from icount_enter() to the wait in svm/run.S, at most */

/*
 * When the counter was 0: what is read lags by 0 to 9 ns, depending on the place
 * within a tick, so each place is tried. The access itself is 1 ns behind RDTSC.
 */
void icount_init(struct vm *vm)
{
	u64 first = UINT64_MAX, last = 0;
	u32 places = 0, low;

	for (u32 i = 0; i < 1000 && places != 0x3ff; i++) {
		u64 at, zero;

		for (u32 k = 0; k < i % 16; k++)
			__asm__ volatile("nop");
		at = hpet_sample(&low) + 1;
		zero = at - (u64)low * HPET_TICK_NS;
		first = MIN(first, zero);
		last = MAX(last, zero);
		places |= 1u << at % HPET_TICK_NS;
	}
	if (places != 0x3ff || last - first != HPET_TICK_NS - 1)
		hv_die("TSC and HPET are not one clock: was QEMU started with -icount shift=0?");
	vm->svm->hpet_zero = first;
	vm->svm->hold = hpet_config(1);
	vm->svm->frozen = true;
	vm->svm->frozen_tsc = 0;
}

void icount_begin(struct vcpu *v)
{
	struct svm *s = v->vp->vm->svm;
	u64 at = (rdtsc() / SECOND + 1) * SECOND;

	/* so far ahead that it cannot come before HLT */
	if (at - rdtsc() < SECOND / 16)
		at += SECOND;
	hpet_arm(0, (at - s->hpet_zero) / HPET_TICK_NS, v->vp->apic_id, MSI_NMI);
	while (rdtsc() < at - HPET_TICK_NS)
		__asm__ volatile("stgi; hlt; clgi" : : : "memory");
	hpet_stop(0);
	/* the guest's clock is 0 now */
	v->exit_tsc = 0 - s->tsc_offset;
}

/* Comparator @n for guest time @due, after an entry at @at; the guest's TSC is @offset less. */
static void arm(struct svm *s, u32 n, u64 due, u64 at, u64 offset, u32 apic_id, u32 data)
{
	/* reference time is rounded down: due has come 1 ns after its first moment */
	u64 fires = MAX(due * UNIT + offset, at) + HPET_TICK_NS;
	u64 ticks = (fires - s->hpet_zero + HPET_TICK_NS - 1) / HPET_TICK_NS;

	s->fires[n] = ticks * HPET_TICK_NS + s->hpet_zero;
	hpet_arm(n, ticks, apic_id, data);
}

static void disarm(struct svm *s, u32 n)
{
	if (s->fires[n])
		hpet_stop(n);
	s->fires[n] = 0;
}

static void arm_all(struct vm *vm, u64 at, u64 offset)
{
	struct vcpu *v = vm->vp[0].vcpu;
	struct svm *s = vm->svm;

	if (v->due)
		arm(s, 1, v->due, at, offset, v->vp->apic_id, v->due_vector);
	else
		disarm(s, 1);
	if (vm->events)
		arm(s, 0, vm->events->due, at, offset, v->vp->apic_id, MSI_NMI);
	else
		disarm(s, 0);
}

void icount_leave(struct vcpu *v, u64 at)
{
	struct svm *s = v->vp->vm->svm;

	s->frozen = true;
	s->frozen_tsc = at + s->tsc_offset;
	/* A comparator tells nobody that it fired: it did before it was stopped, or not. */
	if (s->fires[1] && s->fires[1] < at + SVM_HOLD) {
		s->fires[1] = 0;
		v->due = 0;
	}
	if (s->fires[0])
		hpet_stop(0);
}

u64 icount_enter(struct vcpu *v)
{
	struct vm *vm = v->vp->vm;
	struct svm *s = vm->svm;
	u64 guest = v->exit_tsc + s->tsc_offset, ahead = AHEAD, at;

	for (;; ahead *= 2) {
		at = rdtsc() + ahead;
		/* up to where guest time and the HPET's counter are in step */
		at += HPET_TICK_NS - 1 -
		      (at - guest - s->hpet_zero + HPET_TICK_NS - 1) % HPET_TICK_NS;
		arm_all(vm, at, at - guest);
		if (rdtsc() + REST < at)
			break;
	}
	s->tsc_offset = guest - at;
	s->frozen = false;
	return at;
}
