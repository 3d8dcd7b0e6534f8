// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time synchronisation: what time it is for the host. A guest that has opened the
 * channel is told at once to set its clock by it (SYNC, as after a start or a
 * restored snapshot), and then every five seconds what the time is (SAMPLE), which
 * Linux shows as a PTP clock. From messages 4.0 on it is said with the reference
 * time at which it was so, which the guest reads too.
 *
 * The host's clock is vm_host_time(), and for a script that moves it, a step.
 */
#include "device.h"
#include "device/ic.h"
#include "lib.h"

#define PERIOD	(5 * 10000000ull)	/* Hyper-V's; the guest calls 600 s stale */
#define STEP_MAX (100ull * 365 * 86400 * 10000000)	/* a century, and no overflow */

struct timesync {
	struct ic ic;
	struct event sample;
	s64 step;		/* 100 ns that the host's clock was moved */
};

static struct timesync *timesync_of(struct ic *ic)
{
	return container_of(ic, struct timesync, ic);
}

static void tell(struct timesync *t, const char *what, u8 flags)
{
	struct vm *vm = t->ic.dev.vm;
	u64 reference = vm_time(vm), host = vm_host_time(vm) + (u64)t->step;
	struct ic_timesync_ref ref = { .host_time = host, .reference_time = reference,
				       .flags = flags };
	struct ic_timesync old = { .host_time = host, .flags = flags };

	event_arm(vm, &t->sample, reference + PERIOD);
	if (t->ic.answers.waiting)	/* late ones are worth nothing */
		return;
	if (t->ic.message >= IC_VERSION(4, 0))
		ic_request(&t->ic, what, &ref, sizeof(ref));
	else
		ic_request(&t->ic, what, &old, sizeof(old));
}

static void sample(struct vm *vm, struct event *e)
{
	tell(container_of(e, struct timesync, sample), "sample", TIMESYNC_SAMPLE);
}

static void timesync_ready(struct ic *ic)
{
	struct timesync *t = timesync_of(ic);

	t->sample.fn = sample;
	tell(t, "sync", TIMESYNC_SYNC);
}

static void timesync_answered(struct ic *ic, const struct ic_answer *a)
{
	if (a->status != IC_S_OK)
		ic_refuse(ic, "the time, with status", a->status);
}

static void timesync_stopped(struct ic *ic)
{
	event_cancel(ic->dev.vm, &timesync_of(ic)->sample);
}

/* "step TIME", "step-back TIME": the host's clock jumps, and the guest is to follow. */
static int step(struct timesync *t, const struct vmbus_action *a, bool back)
{
	u64 now = vm_host_time(t->ic.dev.vm) + (u64)t->step;

	if (a->n != 1 || !a->arg[0] || a->arg[0] > STEP_MAX || !t->ic.ready)
		return -HV_EINVAL;
	if (back ? a->arg[0] > now : now > 1ull << 62)
		return -HV_EINVAL;
	t->step += back ? -(s64)a->arg[0] : (s64)a->arg[0];
	tell(t, "sync", TIMESYNC_SYNC);
	return 0;
}

static int timesync_act(struct vmbus_device *dev, const struct vmbus_action *a)
{
	struct timesync *t = timesync_of(container_of(dev, struct ic, dev));

	if (!strcmp(a->verb, "step"))
		return step(t, a, false);
	if (!strcmp(a->verb, "step-back"))
		return step(t, a, true);
	if (strcmp(a->verb, "sample"))
		return -HV_ENOENT;
	if (a->n || !t->ic.ready)
		return -HV_EINVAL;
	tell(t, "sample", TIMESYNC_SAMPLE);
	return 0;
}

static const struct ic_service timesync_service = {
	.type = ICMSG_TIMESYNC, .nversions = 3,
	.versions = { IC_VERSION(4, 0), IC_VERSION(3, 0), IC_VERSION(1, 0) },
	.ready = timesync_ready, .answered = timesync_answered, .stopped = timesync_stopped,
};

static const struct vmbus_device_ops timesync_ops = IC_OPS("timesync",
	GUID(0x9527e630, 0xd0ae, 0x497b, 0xad, 0xce, 0xe8, 0x0a, 0xb0, 0x17, 0x5c, 0xaf),
	timesync_act);

int timesync_create(struct vm *vm, u32 number)
{
	struct timesync *t = hv_alloc(sizeof(*t));

	return t ? ic_create(vm, &t->ic, &timesync_service, &timesync_ops, number) : -HV_ENOMEM;
}
