// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shutdown: the host's administrator asks the guest to power off, to restart or
 * to hibernate, and the guest says whether it will. What then happens is the
 * guest's doing: it ends, or begins again by a reset (vm_reset()).
 */
#include "device.h"
#include "device/ic.h"
#include "lib.h"

struct shutdown {
	struct ic ic;
	const char *asked;	/* the last request */
};

/* Restart came with messages 3.1, hibernation with 3.2 (the guest's sd_versions[]). */
static const struct {
	const char *verb;
	u32 flags, since;
} requests[] = {
	{ "shutdown", 0, IC_VERSION(1, 0) },
	{ "reboot", SHUTDOWN_RESTART, IC_VERSION(3, 1) },
	{ "hibernate", SHUTDOWN_HIBERNATE, IC_VERSION(3, 2) },
};

static struct shutdown *shutdown_of(struct ic *ic)
{
	return container_of(ic, struct shutdown, ic);
}

static void shutdown_answered(struct ic *ic, const struct ic_answer *a)
{
	const char *asked = shutdown_of(ic)->asked;

	if (a->status == IC_S_OK)
		hv_log("%s: %s: the guest will", ic->dev.name, asked);
	else
		hv_log("%s: %s: the guest will not, status %x", ic->dev.name, asked, a->status);
}

/* An argument other than 0 asks for the same without regard for what runs. */
static int shutdown_act(struct vmbus_device *dev, const struct vmbus_action *a)
{
	struct shutdown *s = shutdown_of(container_of(dev, struct ic, dev));
	struct ic_shutdown m = { .reason = SHUTDOWN_REASON_PLANNED };
	u32 i = 0;

	while (i < ARRAY_SIZE(requests) && strcmp(a->verb, requests[i].verb))
		i++;
	if (i == ARRAY_SIZE(requests))
		return -HV_ENOENT;
	if (a->n > 1 || !s->ic.ready || s->ic.message < requests[i].since)
		return -HV_EINVAL;
	m.flags = requests[i].flags | (a->n && a->arg[0] ? SHUTDOWN_FORCE : 0);
	s->asked = requests[i].verb;
	ic_request(&s->ic, s->asked, &m, sizeof(m));
	return 0;
}

static const struct ic_service shutdown_service = {
	.type = ICMSG_SHUTDOWN, .nversions = 4,
	.versions = { IC_VERSION(3, 2), IC_VERSION(3, 1), IC_VERSION(3, 0), IC_VERSION(1, 0) },
	.answered = shutdown_answered,
};

static const struct vmbus_device_ops shutdown_ops = IC_OPS("shutdown",
	GUID(0x0e0b6031, 0x5213, 0x4934, 0x81, 0x8b, 0x38, 0xd9, 0x0c, 0xed, 0x39, 0xdb),
	shutdown_act);

int shutdown_create(struct vm *vm, u32 number)
{
	struct shutdown *s = hv_alloc(sizeof(*s));

	return s ? ic_create(vm, &s->ic, &shutdown_service, &shutdown_ops, number) : -HV_ENOMEM;
}
