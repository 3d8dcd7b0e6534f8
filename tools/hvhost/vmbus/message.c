// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of messages. Up: what the guest posts (a hypercall, from tlfs/) is
 * handled at once, or waits in the port, which holds sixteen, while the host script
 * makes the host slow. Down: what the bus says is shown to the script and then
 * waits in a queue until the slot of the message SINT is free, which the guest
 * tells by EOM. What the messages mean is bus.c's.
 */
#include "bus.h"
#include "counters.h"
#include "hv_tlfs.h"
#include "lib.h"
#include "script.h"

#define PORT_DEPTH	16	/* TLFS, HvCallPostMessage: message buffers of a port */
/*
 * Messages that a guest has not taken and that the host keeps for it: above that it
 * has to take some before it posts another. A guest that asks for all its offers gets
 * one for each channel at a time, which is why the bound is looked at before.
 */
#define WAITING_MAX	1024

/* ---- down ---- */

static void gone(struct out_message *m)
{
	m->bus->waiting--;
	hv_free(m);
}

static void flush(struct vmbus *bus)
{
	while (bus->out) {
		struct out_message *m = bus->out;
		int err = synic_post(&bus->vm->vp[bus->target_vp], bus->sint, VMBUS_MESSAGE_TYPE,
				     m->data, m->len);

		if (err == -HV_EBUSY)
			return;
		if (err)
			bus_refuse(bus, "no place for a message, SINT", bus->sint);
		bus->out = m->next;
		if (!bus->out)
			bus->out_end = &bus->out;
		gone(m);
	}
}

static void append(struct out_message **list, struct out_message *m)
{
	while (*list)
		list = &(*list)->next;
	m->next = NULL;
	*list = m;
}

static void queue(struct vmbus *bus, struct out_message *m)
{
	m->next = NULL;
	*bus->out_end = m;
	bus->out_end = &m->next;
}

/* @m is said now, and behind it those that a script wants there. */
static void say(struct vmbus *bus, struct out_message *m)
{
	queue(bus, m);
	while (bus->held) {
		m = bus->held;
		bus->held = m->next;
		queue(bus, m);
	}
	flush(bus);
}

static void its_time(struct vm *vm, struct event *e)
{
	struct out_message *m = container_of(e, struct out_message, event), **at = &m->bus->late;

	while (*at != m)
		at = &(*at)->next;
	*at = m->next;
	say(m->bus, m);
}

/* What scripts call a message, where "refuse" puts its status, and whose it is. */
struct message_kind {
	const char *name;
	u32 status_at, status_size;	/* size 0: it has none */
	u32 relid_at;			/* 0: of no channel */
};

static struct message_kind kind_of(u32 type)
{
	switch (type) {
	case MSG_OFFERCHANNEL:
		return (struct message_kind){ "offer", 0, 0, offsetof(struct msg_offer, relid) };
	case MSG_RESCIND_OFFER:
		return (struct message_kind){ "rescind", 0, 0, 0 };
	case MSG_ALLOFFERS_DELIVERED:
		return (struct message_kind){ "all-offers", 0, 0, 0 };
	case MSG_OPENCHANNEL_RESULT:
		return (struct message_kind){ "open-result",
					      offsetof(struct msg_open_result, status), 4,
					      offsetof(struct msg_open_result, relid) };
	case MSG_GPADL_CREATED:
		return (struct message_kind){ "gpadl-created",
					      offsetof(struct msg_gpadl_created, status), 4,
					      offsetof(struct msg_gpadl_created, relid) };
	case MSG_GPADL_TORNDOWN:
		return (struct message_kind){ "gpadl-torndown", 0, 0, 0 };
	case MSG_VERSION_RESPONSE:
		return (struct message_kind){ "version-response",
					      offsetof(struct msg_version_response, supported), 1,
					      0 };
	case MSG_MODIFYCHANNEL_RESPONSE:
		return (struct message_kind){ "modify-response",
					      offsetof(struct msg_modify_response, status), 4,
					      offsetof(struct msg_modify_response, relid) };
	case MSG_TL_CONNECT_RESULT:
		return (struct message_kind){ "connect-result",
					      offsetof(struct msg_connect_result, status), 4, 0 };
	}
	return (struct message_kind){ "unload-response", 0, 0, 0 };
}

static struct out_message *keep(struct vmbus *bus, const u8 *message, u32 len)
{
	struct out_message *m = hv_alloc(sizeof(*m));

	if (!m) {
		bus_refuse(bus, "no memory for a message of type", message[0]);
		return NULL;
	}
	memcpy(m->data, message, len);
	m->len = len;
	m->bus = bus;
	bus->waiting++;
	return m;
}

static void send_one(struct vmbus *bus, const u8 *message, u32 len, u64 delay)
{
	struct out_message *m = keep(bus, message, len);

	if (!m)
		return;
	if (!delay) {
		say(bus, m);
		return;
	}
	append(&bus->late, m);
	m->event.fn = its_time;
	event_arm(bus->vm, &m->event, vm_time(bus->vm) + delay);
}

/* The device of the channel that message @m is about goes. */
static void rescind_of(struct vmbus *bus, u32 relid_at, const u8 *m)
{
	struct bus_channel *c;
	u32 relid;

	if (!relid_at)
		return;
	memcpy(&relid, m + relid_at, sizeof(relid));
	c = channel_by_relid(bus, relid);
	if (c)
		vmbus_device_rescind(c->ch.dev);
}

void bus_send_named(struct vmbus *bus, const char *name, const void *message, u32 len)
{
	u8 m[HV_MESSAGE_PAYLOAD] = { 0 };
	struct out_message *kept;
	struct message_kind k;
	struct fault f;
	u32 type;

	memcpy(m, message, len);
	memcpy(&type, m, sizeof(type));
	k = kind_of(type);
	script_at(bus->vm, "vmbus", name ? name : k.name, m, len, &f);
	switch (f.action) {
	case FAULT_DROP:
		return;
	case FAULT_RESCIND:
		/* only what was offered can be rescinded */
		if (type == MSG_OFFERCHANNEL)
			send_one(bus, m, len, f.delay);
		rescind_of(bus, k.relid_at, m);
		return;
	case FAULT_THEN_RESCIND:
		send_one(bus, m, len, f.delay);
		rescind_of(bus, k.relid_at, m);
		return;
	case FAULT_REORDER:
		kept = keep(bus, m, len);
		if (kept)
			append(&bus->held, kept);
		return;
	case FAULT_REFUSE:
		memcpy(m + k.status_at, &f.status, k.status_size);
		if (type == MSG_VERSION_RESPONSE && !m[k.status_at])
			bus->version = 0;	/* so it was not agreed on */
		break;
	case FAULT_SHORT:
		len = MIN(len, f.len);
		break;
	case FAULT_LONG:
		len = MIN(len + f.len, (u32)sizeof(m));
		break;
	case FAULT_DUPLICATE:
		send_one(bus, m, len, f.delay);
		break;
	default:
		break;
	}
	send_one(bus, m, len, f.delay);
}

void bus_send(struct vmbus *bus, const void *message, u32 len)
{
	bus_send_named(bus, NULL, message, len);
}

static void drop(struct vmbus *bus, struct out_message **list)
{
	while (*list) {
		struct out_message *m = *list;

		*list = m->next;
		event_cancel(bus->vm, &m->event);
		gone(m);
	}
}

void bus_messages_forget(struct vmbus *bus)
{
	drop(bus, &bus->out);
	bus->out_end = &bus->out;
	drop(bus, &bus->late);
	drop(bus, &bus->held);
}

bool bus_messages_full(const struct vmbus *bus)
{
	return bus->waiting >= WAITING_MAX;
}

void vmbus_eom(struct vp *vp, u32 sint)
{
	struct vmbus *bus = vp->vm->vmbus;

	if (vp->index == bus->target_vp && sint == bus->sint)
		flush(bus);
}

/* ---- up ---- */

static void port_next(struct vm *vm, struct event *e)
{
	struct vmbus *bus = container_of(e, struct vmbus, in_event);
	struct in_message *m = bus->in;

	bus->in = m->next;
	bus->nin--;
	if (bus->in)
		event_arm(vm, e, bus->in->due);
	bus_handle(bus, m->data, m->len);
	hv_free(m);
}

/* Behind those that wait already. False: there is no buffer. */
static bool port_wait(struct vmbus *bus, const void *payload, u32 len, u64 due)
{
	struct in_message *m = bus->nin < PORT_DEPTH ? hv_alloc(sizeof(*m)) : NULL, **at = &bus->in;

	if (!m)
		return false;
	memcpy(m->data, payload, len);
	m->len = len;
	m->due = due;
	for (; *at; at = &(*at)->next)
		m->due = MAX(m->due, (*at)->due);
	*at = m;
	bus->nin++;
	if (bus->in == m) {
		bus->in_event.fn = port_next;
		event_arm(bus->vm, &bus->in_event, m->due);
	}
	return true;
}

/* @payload is a private copy already. */
u16 vmbus_post_message(struct vp *vp, u32 connection, u32 type, const void *payload, u32 len)
{
	struct vmbus *bus = vp->vm->vmbus;
	struct fault f;
	u32 what;

	if (connection != VMBUS_CONNECTION_ID && connection != VMBUS_CONNECTION_ID_4)
		return HV_STATUS_INVALID_CONNECTION_ID;
	if (type != VMBUS_MESSAGE_TYPE || len < sizeof(struct msg_header))
		return HV_STATUS_INVALID_PARAMETER;
	memcpy(&what, payload, sizeof(what));
	if (bus_messages_full(bus) && what != MSG_INITIATE_CONTACT && what != MSG_UNLOAD) {
		bus_refuse(bus, "a message before others are taken, that wait", bus->waiting);
		return HV_STATUS_INSUFFICIENT_BUFFERS;
	}
	script_at(vp->vm, "vmbus", "post", NULL, 0, &f);
	if (f.action == FAULT_QUEUE_FULL)
		return HV_STATUS_INSUFFICIENT_BUFFERS;
	if (f.action == FAULT_DROP)
		return HV_STATUS_SUCCESS;
	if (f.delay || bus->in) {
		if (!port_wait(bus, payload, len, vm_time(bus->vm) + f.delay))
			return HV_STATUS_INSUFFICIENT_BUFFERS;
	} else {
		bus_handle(bus, payload, len);
	}
	return HV_STATUS_SUCCESS;
}
