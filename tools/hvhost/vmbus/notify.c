// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a guest tells that there is something in a ring, besides one hypercall a
 * channel. Two ways, for devices that the command line names:
 *
 * Monitored: the offer has a monitor id, and the guest sets that bit in a page,
 * with no exit. The page is looked at every LATENCY while such a channel is open.
 *
 * Shared interrupt, before VMBus 5.0: the offer has no interrupt of its own, and
 * the guest sets the relid's bit in the interrupt page, then signals one
 * connection that all such channels have in common.
 *
 * Both pages come with INITIATE_CONTACT (drivers/hv/connection.c; layout of the
 * monitor page in drivers/hv/hyperv_vmbus.h). They are the guest's memory: only
 * bits of channels that are open mean anything, and none is trusted further.
 */
#include "boot/config.h"
#include "bus.h"
#include "counters.h"
#include "hv_tlfs.h"
#include "lib.h"
#include "script.h"

#define LATENCY		1000	/* 100 ns */
#define MONITORS	(MONITOR_GROUPS * 32)

static u64 page_of(struct vmbus *bus, const char *what, u64 gpa)
{
	if (!gpa)
		return 0;
	if (!(gpa & (PAGE_SIZE - 1)) && gpa_range(bus->vm, gpa, PAGE_SIZE))
		return gpa;
	bus_refuse(bus, what, gpa);
	return 0;
}

static bool named(const char *pattern, const struct vmbus_device *d)
{
	return !strcmp(pattern, "*") || !strcmp(pattern, d->name);
}

static bool monitored(struct vmbus *bus, const struct bus_channel *c)
{
	return bus->monitor_page[1] && c->ch.relid <= MONITORS &&
	       named(bus->vm->config->monitored, c->ch.dev);
}

static bool shared(struct vmbus *bus, const struct bus_channel *c)
{
	return bus->interrupt_page && named(bus->vm->config->shared, c->ch.dev);
}

void notify_contact(struct vmbus *bus, const struct msg_contact *m)
{
	notify_forget(bus);
	for (u32 i = 0; i < 2; i++)
		bus->monitor_page[i] = page_of(bus, "monitor page at", m->monitor_page[i]);
	/* from 5.0 on the same bytes say which SINT messages go to */
	if (m->version < VMBUS_VERSION(5, 0))
		bus->interrupt_page = page_of(bus, "interrupt page at", m->interrupt_page);
}

void notify_forget(struct vmbus *bus)
{
	event_cancel(bus->vm, &bus->monitor_event);
	bus->monitor_page[0] = bus->monitor_page[1] = bus->interrupt_page = 0;
}

void notify_offer(struct vmbus *bus, const struct bus_channel *c, struct msg_offer *m)
{
	if (monitored(bus, c)) {
		m->monitor_allocated = 1;
		m->monitor_id = (u8)(c->ch.relid - 1);
	}
	if (shared(bus, c)) {
		m->dedicated_interrupt = 0;
		m->connection = VMBUS_EVENT_CONNECTION_ID;
	}
}

static void drain(struct vm *vm, struct event *e)
{
	struct bus_channel *c = container_of(e, struct bus_channel, drain);

	c->ch.dev->ops->signal(&c->ch);
}

void notify_later(struct bus_channel *c, u64 late)
{
	struct vm *vm = c->ch.dev->vm;

	if (c->drain.armed)
		return;
	c->drain.fn = drain;
	event_arm(vm, &c->drain, vm_time(vm) + late);
}

/*
 * A host is busy and looks at a ring some time after the signal; what the guest writes
 * until then needs none. Closing the channel ends the waiting.
 */
void notify_channel(struct bus_channel *c)
{
	u64 late;

	if (!c->ch.open || c->drain.armed)
		return;
	late = script_drain(c->ch.dev->vm, c->ch.dev->name);
	if (!late) {
		c->ch.dev->ops->signal(&c->ch);
		return;
	}
	notify_later(c, late);
}

static void look(struct vm *vm, struct event *e);

/* What the page says of a monitor, for whoever reads it: how late, and to whom. */
void notify_open(struct vmbus *bus, struct bus_channel *c)
{
	u32 id = c->ch.relid - 1;

	if (!monitored(bus, c))
		return;
	for (u32 i = 0; i < 2; i++) {
		struct monitor_page *p = bus->monitor_page[i] ?
			gpa_range(bus->vm, bus->monitor_page[i], PAGE_SIZE) : NULL;

		if (!p)
			continue;
		p->latency[id / 32][id % 32] = LATENCY;
		p->parameter[id / 32][id % 32].connection = CHANNEL_CONNECTION(c->ch.relid);
		__atomic_or_fetch(&p->group_enable, 1u << id / 32, __ATOMIC_SEQ_CST);
	}
	bus->monitor_event.fn = look;
	if (!bus->monitor_event.armed)
		event_arm(bus->vm, &bus->monitor_event, vm_time(bus->vm) + LATENCY);
}

/* The bit of a channel was set and is not any more. */
static bool taken(struct vmbus *bus, u64 gpa, u32 offset, u32 bit)
{
	u32 *word = gpa_range(bus->vm, gpa + offset, sizeof(*word));

	return word && __atomic_fetch_and(word, ~(1u << bit), __ATOMIC_SEQ_CST) & 1u << bit;
}

static u32 pending_at(u32 id)
{
	return (u32)offsetof(struct monitor_page, group) + 8 * (id / 32);
}

/* The device may close or rescind what it likes when it is called: begin again behind it. */
static struct bus_channel *next_open(struct vmbus *bus, u32 behind,
				     bool (*is)(struct vmbus *bus, const struct bus_channel *c))
{
	for (struct bus_channel *c = bus->channels; c; c = c->next)
		if (c->ch.relid > behind && c->ch.open && is(bus, c))
			return c;
	return NULL;
}

static void look(struct vm *vm, struct event *e)
{
	struct vmbus *bus = vm->vmbus;
	struct bus_channel *c;
	u32 relid = 0;

	while ((c = next_open(bus, relid, monitored))) {
		relid = c->ch.relid;
		if (!e->armed)
			event_arm(vm, e, vm_time(vm) + LATENCY);
		if (!taken(bus, bus->monitor_page[1], pending_at(relid - 1), (relid - 1) % 32))
			continue;
		count(vm, COUNT_MONITORED, 1);
		notify_channel(c);
	}
}

u16 notify_shared(struct vmbus *bus)
{
	struct bus_channel *c;
	u32 relid = 0;

	if (!bus->interrupt_page)
		return HV_STATUS_INVALID_CONNECTION_ID;
	while ((c = next_open(bus, relid, shared))) {
		relid = c->ch.relid;
		if (taken(bus, bus->interrupt_page, PAGE_SIZE / 2 + 4 * (relid / 32), relid % 32))
			notify_channel(c);
	}
	return HV_STATUS_SUCCESS;
}
