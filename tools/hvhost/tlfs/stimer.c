// SPDX-License-Identifier: GPL-2.0-only
/*
 * Synthetic timers: TLFS, "Timers". Timer 0 in direct mode, one shot, is what
 * Linux' clock events are made of, and has a comparator of the machine for
 * itself: it expires without an exit. All else is an event of the host.
 */
#include "lib.h"
#include "tlfs/tlfs.h"

static bool on_comparator(const struct stimer *s)
{
	return s->index == 0 && (s->config & (HV_STIMER_DIRECT | HV_STIMER_PERIODIC)) ==
	       HV_STIMER_DIRECT;
}

static void stop(struct stimer *s)
{
	struct vp *vp = s->owner->vp;

	event_cancel(vp->vm, &s->event);
	if (s->due && s->index == 0)
		vp_comparator(vp, 0, 0);
	s->due = 0;
	s->undelivered = false;
}

static void start(struct stimer *s)
{
	struct vp *vp = s->owner->vp;
	u64 now = vm_time(vp->vm);

	stop(s);
	if (!(s->config & HV_STIMER_ENABLE) || !s->count)
		return;
	s->due = s->config & HV_STIMER_PERIODIC ? now + s->count : MAX(s->count, 1ul);
	if (on_comparator(s))
		vp_comparator(vp, s->due, HV_STIMER_VECTOR(s->config));
	else
		event_arm(vp->vm, &s->event, s->due);
}

static void send(struct stimer *s)
{
	struct vp *vp = s->owner->vp;

	s->message.delivery = vm_time(vp->vm);
	s->undelivered = synic_post(vp, HV_STIMER_SINT(s->config), HV_MESSAGE_TIMER_EXPIRED,
				    &s->message, sizeof(s->message)) == -HV_EBUSY;
}

static void expired(struct vm *vm, struct event *e)
{
	struct stimer *s = container_of(e, struct stimer, event);
	u64 at = s->due;

	if (s->config & HV_STIMER_PERIODIC) {
		/* periods that were slept through do not pile up */
		s->due += (1 + (vm_time(vm) - at) / s->count) * s->count;
		event_arm(vm, e, s->due);
	} else {
		s->due = 0;
		s->config &= ~HV_STIMER_ENABLE;
	}
	if (s->config & HV_STIMER_DIRECT) {
		vp_interrupt(s->owner->vp, HV_STIMER_VECTOR(s->config));
		return;
	}
	if (s->undelivered)
		return;
	s->message = (struct hv_timer_payload){ .index = s->index, .expiration = at };
	send(s);
}

void stimer_init(struct tlfs_vp *t)
{
	for (u32 i = 0; i < HV_STIMERS; i++) {
		t->stimer[i].owner = t;
		t->stimer[i].index = i;
		t->stimer[i].event.fn = expired;
	}
}

void stimer_eom(struct tlfs_vp *t, u32 sint)
{
	for (u32 i = 0; i < HV_STIMERS; i++)
		if (t->stimer[i].undelivered && HV_STIMER_SINT(t->stimer[i].config) == sint)
			send(&t->stimer[i]);
}

/* A comparator tells nobody that it has expired. */
static void catch_up(struct stimer *s)
{
	if (!s->due || !on_comparator(s) || s->due > vm_time(s->owner->vp->vm))
		return;
	s->due = 0;
	s->config &= ~HV_STIMER_ENABLE;
}

u64 stimer_rdmsr(struct tlfs_vp *t, u32 msr)
{
	u32 at = msr - HV_MSR_STIMER0_CONFIG;
	struct stimer *s = &t->stimer[at / 2];

	catch_up(s);
	return at & 1 ? s->count : s->config;
}

bool stimer_wrmsr(struct tlfs_vp *t, u32 msr, u64 value)
{
	u32 at = msr - HV_MSR_STIMER0_CONFIG;
	struct stimer *s = &t->stimer[at / 2];

	if (at & 1) {
		s->count = value;
		if (!value)
			s->config &= ~HV_STIMER_ENABLE;
		else if (s->config & HV_STIMER_AUTO_ENABLE)
			s->config |= HV_STIMER_ENABLE;
		start(s);
		return true;
	}
	if (value & HV_STIMER_RESERVED)
		return false;
	if (value & HV_STIMER_DIRECT &&
	    (HV_STIMER_VECTOR(value) < 16 ||
	     !(tlfs_features(t->vp->vm) & HV_FEATURE_STIMER_DIRECT)))
		return false;
	/* a message timer cannot use SINT0: that says "no source" */
	if (!(value & HV_STIMER_DIRECT) && !HV_STIMER_SINT(value))
		value &= ~HV_STIMER_ENABLE;
	stop(s);
	s->config = value;
	start(s);
	return true;
}
