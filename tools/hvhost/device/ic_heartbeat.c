// SPDX-License-Identifier: GPL-2.0-only
/*
 * Heartbeat: every two seconds of guest time a number, and the guest answers
 * with the next one. A guest whose drivers do not run lets a beat go by, which
 * is logged once, and again when it is back. No beat before the guest has opened
 * the channel and picked a version: a guest without hv_utils is not disturbed.
 */
#include "counters.h"
#include "device.h"
#include "device/ic.h"
#include "lib.h"

#define PERIOD	(2 * 10000000ull)	/* hv_util.c: "Every two seconds" */

struct heartbeat {
	struct ic ic;
	struct event beat;
	u64 sent, answered;	/* sequence numbers, from 1 */
	u64 missed;		/* since the last that was answered */
	bool paused;
};

static struct heartbeat *heartbeat_of(struct ic *ic)
{
	return container_of(ic, struct heartbeat, ic);
}

static void beat(struct vm *vm, struct event *e)
{
	struct heartbeat *h = container_of(e, struct heartbeat, beat);
	struct ic_heartbeat m = { .sequence = h->sent + 1 };

	event_arm(vm, &h->beat, vm_time(vm) + PERIOD);
	if (h->sent > h->answered && !h->missed++)
		hv_log("%s: no answer to beat %lu", h->ic.dev.name, h->sent);
	if (h->ic.answers.waiting)	/* the guest's ring is full */
		return;
	h->sent++;
	count(vm, COUNT_HEARTBEATS, 1);
	ic_request(&h->ic, "beat", &m, sizeof(m));
}

static void heartbeat_ready(struct ic *ic)
{
	struct heartbeat *h = heartbeat_of(ic);

	h->sent = h->answered = h->missed = 0;
	h->beat.fn = beat;
	if (!h->paused)
		event_arm(ic->dev.vm, &h->beat, vm_time(ic->dev.vm));
}

/* Transaction 0 was the versions', so that from then on a beat has its number's low byte. */
static void heartbeat_answered(struct ic *ic, const struct ic_answer *a)
{
	struct heartbeat *h = heartbeat_of(ic);
	struct ic_heartbeat m;
	u64 of;

	if (a->len < sizeof(m.sequence)) {
		ic_refuse(ic, "a beat of bytes", a->len);
		return;
	}
	memcpy(&m.sequence, a->body, sizeof(m.sequence));
	of = m.sequence - 1;
	if (a->status != IC_S_OK || of > h->sent || (u8)of != a->transaction) {
		ic_refuse(ic, "the sequence number", m.sequence);
		return;
	}
	count(ic->dev.vm, COUNT_HEARTBEATS_ANSWERED, 1);
	if (h->missed && of == h->sent) {
		hv_log("%s: beat %lu is answered, %lu were not in time", ic->dev.name, of,
		       h->missed);
		h->missed = 0;
	}
	h->answered = MAX(h->answered, of);
}

static void heartbeat_stopped(struct ic *ic)
{
	event_cancel(ic->dev.vm, &heartbeat_of(ic)->beat);
}

static int heartbeat_act(struct vmbus_device *dev, const struct vmbus_action *a)
{
	struct heartbeat *h = heartbeat_of(container_of(dev, struct ic, dev));
	bool pause = !strcmp(a->verb, "pause");

	if (!pause && strcmp(a->verb, "resume"))
		return -HV_ENOENT;
	if (a->n || h->paused == pause)
		return -HV_EINVAL;
	h->paused = pause;
	if (pause)
		event_cancel(dev->vm, &h->beat);
	else if (h->ic.ready)
		event_arm(dev->vm, &h->beat, vm_time(dev->vm));
	return 0;
}

static const struct ic_service heartbeat_service = {
	.type = ICMSG_HEARTBEAT, .nversions = 2, .versions = { IC_VERSION(3, 0), IC_VERSION(1, 0) },
	.ready = heartbeat_ready, .answered = heartbeat_answered, .stopped = heartbeat_stopped,
};

static const struct vmbus_device_ops heartbeat_ops = IC_OPS("heartbeat",
	GUID(0x57164f39, 0x9115, 0x4e78, 0xab, 0x55, 0x38, 0x2f, 0x3b, 0xd5, 0x42, 0x2d),
	heartbeat_act);

int heartbeat_create(struct vm *vm, u32 number)
{
	struct heartbeat *h = hv_alloc(sizeof(*h));

	return h ? ic_create(vm, &h->ic, &heartbeat_service, &heartbeat_ops, number) : -HV_ENOMEM;
}
