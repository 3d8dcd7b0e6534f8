// SPDX-License-Identifier: GPL-2.0-only
/*
 * Things to do at a time: a list by due time, and one comparator that sends an
 * NMI to the first processor when the head is due. A comparator that was early
 * (the HPET is not the TSC) is simply armed again.
 *
 * Devices that hvhost drives itself send the same message. An NMI does not say
 * whose it is, so all of them are asked then.
 */
#include "counters.h"
#include "lib.h"
#include "svm/svm.h"

#define MSI_NMI	(4u << 8)

void events_arm(struct vm *vm)
{
	struct event *e = vm->events;

	if (!e && !vm->svm->event_armed)
		return;
	clock_comparator(vm, 0, e ? MAX(e->due, 1ul) : 0, vm->vp[0].apic_id, MSI_NMI);
	vm->svm->event_armed = e != NULL;
}

void event_cancel(struct vm *vm, struct event *e)
{
	struct event **at = &vm->events;

	if (!e->armed)
		return;
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	e->armed = false;
	if (at == &vm->events)
		events_arm(vm);
}

void event_arm(struct vm *vm, struct event *e, u64 due)
{
	struct event **at = &vm->events;

	event_cancel(vm, e);
	/* equal times in the order they were armed */
	while (*at && (*at)->due <= due)
		at = &(*at)->next;
	e->due = due;
	e->next = *at;
	e->armed = true;
	*at = e;
	if (at == &vm->events)
		events_arm(vm);
}

void vm_poll_add(struct vm *vm, struct poller *p)
{
	p->next = vm->pollers;
	vm->pollers = p;
}

void vm_poll_message(struct vm *vm, u64 *address, u32 *data)
{
	*address = 0xfee00000u | vm->vp[0].apic_id << 12;	/* SDM 3A, 11.11 */
	*data = MSI_NMI;
}

static void pollers_run(struct vm *vm)
{
	vm->svm->woken = false;
	for (struct poller *p = vm->pollers; p; p = p->next) {
		count(vm, COUNT_BACKEND_POLLS, 1);
		p->poll(vm, p);
	}
}

/*
 * What became due while this ran has its turn at the next exit: one that arms itself
 * for a time that is gone when it is done would never let the processor back in.
 */
void events_run(struct vm *vm)
{
	u64 now;
	struct event *e;

	if (vm->svm->woken)
		pollers_run(vm);
	now = vm_time(vm);
	while ((e = vm->events) && e->due <= now) {
		vm->events = e->next;
		e->armed = false;
		count(vm, COUNT_HOST_EVENTS, 1);
		e->fn(vm, e);
	}
	if (vm->events || vm->svm->event_armed)
		events_arm(vm);
}
