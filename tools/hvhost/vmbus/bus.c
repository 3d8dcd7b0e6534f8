// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contact, and the way of messages. The guest posts a message (a hypercall, from
 * tlfs/), it is handled at once, and what is answered waits in a queue until the
 * slot of the message SINT is free: the guest tells by EOM.
 *
 * The first is INITIATE_CONTACT with a version; from the highest it knows down,
 * a guest asks until one is accepted.
 */
#include "bus.h"
#include "counters.h"
#include "device.h"
#include "hv_tlfs.h"
#include "lib.h"
#include "script.h"

#define CONTACT_REFUSED	0
#define CONTACT_ACCEPTED 1

static const u32 versions[] = {
	VMBUS_VERSION(5, 3), VMBUS_VERSION(5, 2), VMBUS_VERSION(5, 1), VMBUS_VERSION(5, 0),
	VMBUS_VERSION(4, 1), VMBUS_VERSION(4, 0), VMBUS_VERSION(3, 0),
};

void bus_refuse(struct vmbus *bus, const char *what, u64 value)
{
	hv_log("vmbus: refused: %s %lx", what, value);
	count(bus->vm, COUNT_REFUSED, 1);
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
		hv_free(m);
	}
}

static void queue(struct vmbus *bus, struct out_message *m)
{
	m->next = NULL;
	*bus->out_end = m;
	bus->out_end = &m->next;
	flush(bus);
}

static void its_time(struct vm *vm, struct event *e)
{
	struct out_message *m = container_of(e, struct out_message, event), **at = &m->bus->late;

	while (*at != m)
		at = &(*at)->next;
	*at = m->next;
	queue(m->bus, m);
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
		return (struct message_kind){ "open-result", offsetof(struct msg_open_result, status), 4,
					      offsetof(struct msg_open_result, relid) };
	case MSG_GPADL_CREATED:
		return (struct message_kind){ "gpadl-created", offsetof(struct msg_gpadl_created, status),
					      4, offsetof(struct msg_gpadl_created, relid) };
	case MSG_GPADL_TORNDOWN:
		return (struct message_kind){ "gpadl-torndown", 0, 0, 0 };
	case MSG_VERSION_RESPONSE:
		return (struct message_kind){ "version-response",
					      offsetof(struct msg_version_response, supported), 1, 0 };
	case MSG_MODIFYCHANNEL_RESPONSE:
		return (struct message_kind){ "modify-response",
					      offsetof(struct msg_modify_response, status), 4,
					      offsetof(struct msg_modify_response, relid) };
	}
	return (struct message_kind){ "unload-response", 0, 0, 0 };
}

static void send_one(struct vmbus *bus, const u8 *message, u32 len, u64 delay)
{
	struct out_message *m = hv_alloc(sizeof(*m)), **at = &bus->late;

	if (!m) {
		bus_refuse(bus, "no memory for a message of type", message[0]);
		return;
	}
	memcpy(m->data, message, len);
	m->len = len;
	m->bus = bus;
	if (!delay) {
		queue(bus, m);
		return;
	}
	while (*at)
		at = &(*at)->next;
	*at = m;
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

void bus_send(struct vmbus *bus, const void *message, u32 len)
{
	u8 m[HV_MESSAGE_PAYLOAD];
	struct message_kind k;
	struct fault f;
	u32 type;

	memcpy(m, message, len);
	memcpy(&type, m, sizeof(type));
	k = kind_of(type);
	script_at(bus->vm, "vmbus", k.name, m, len, &f);
	switch (f.action) {
	case FAULT_DROP:
		return;
	case FAULT_RESCIND:
		/* only what was offered can be rescinded */
		if (type == MSG_OFFERCHANNEL)
			send_one(bus, m, len, f.delay);
		rescind_of(bus, k.relid_at, m);
		return;
	case FAULT_REFUSE:
		memcpy(m + k.status_at, &f.status, k.status_size);
		break;
	case FAULT_SHORT:
		len = MIN(len, f.len);
		break;
	case FAULT_DUPLICATE:
		send_one(bus, m, len, f.delay);
		break;
	case FAULT_THEN_RESCIND:
		send_one(bus, m, len, f.delay);
		rescind_of(bus, k.relid_at, m);
		return;
	default:
		break;
	}
	send_one(bus, m, len, f.delay);
}

static void forget(struct vmbus *bus)
{
	struct vmbus_device *d;

	channel_forget_all(bus);
	gpadl_forget_all(bus);
	for (d = bus->devices; d; d = d->next)
		if (d->ops->reset)
			d->ops->reset(d);
	while (bus->out) {
		struct out_message *m = bus->out;

		bus->out = m->next;
		hv_free(m);
	}
	bus->out_end = &bus->out;
	while (bus->late) {
		struct out_message *m = bus->late;

		bus->late = m->next;
		event_cancel(bus->vm, &m->event);
		hv_free(m);
	}
	bus->offers_wanted = false;
	bus->version = 0;
}

static void contact(struct vmbus *bus, const struct msg_contact *m)
{
	struct msg_version_response r = { .header = { MSG_VERSION_RESPONSE, 0 } };

	if (bus->version)
		forget(bus);
	if (m->target_vp >= bus->vm->vps) {
		bus_refuse(bus, "contact from VP", m->target_vp);
		return;
	}
	bus->target_vp = m->target_vp;
	bus->sint = VMBUS_SINT;
	bus->connection = VMBUS_CONNECTION_ID;
	if (m->version >= VMBUS_VERSION(5, 0)) {
		bus->sint = (u8)m->interrupt_page;
		bus->connection = VMBUS_CONNECTION_ID_4;
		if (bus->sint >= HV_SINTS || !bus->sint) {
			bus_refuse(bus, "messages on SINT", bus->sint);
			return;
		}
	}
	for (u32 i = 0; i < ARRAY_SIZE(versions); i++)
		if (versions[i] == m->version)
			bus->version = m->version;
	r.supported = bus->version ? CONTACT_ACCEPTED : CONTACT_REFUSED;
	r.connection = bus->connection;
	hv_log("vmbus: version %u.%u %s", m->version >> 16, m->version & 0xffff,
	       bus->version ? "accepted" : "refused");
	bus_send(bus, &r, sizeof(r));
}

static void unload(struct vmbus *bus)
{
	const struct msg_header r = { MSG_UNLOAD_RESPONSE, 0 };

	forget(bus);
	bus_send(bus, &r, sizeof(r));
}

static void request_offers(struct vmbus *bus)
{
	const struct msg_header r = { MSG_ALLOFFERS_DELIVERED, 0 };

	bus->offers_wanted = true;
	channel_offer_all(bus);
	bus_send(bus, &r, sizeof(r));
}

/* The least a message of each type has to have. */
static u32 least(u32 type)
{
	switch (type) {
	case MSG_INITIATE_CONTACT: return sizeof(struct msg_contact);
	case MSG_OPENCHANNEL: return sizeof(struct msg_open);
	case MSG_CLOSECHANNEL:
	case MSG_RELID_RELEASED: return sizeof(struct msg_relid);
	case MSG_GPADL_HEADER: return sizeof(struct msg_gpadl_header);
	case MSG_GPADL_BODY: return sizeof(struct msg_gpadl_body);
	case MSG_GPADL_TEARDOWN: return sizeof(struct msg_gpadl_teardown);
	case MSG_MODIFYCHANNEL: return sizeof(struct msg_modify);
	}
	return sizeof(struct msg_header);
}

static void handle(struct vmbus *bus, u32 type, const u8 *m, u32 len)
{
	switch (type) {
	case MSG_INITIATE_CONTACT:
		contact(bus, (const void *)m);
		return;
	case MSG_UNLOAD:
		unload(bus);
		return;
	}
	if (!bus->version) {
		bus_refuse(bus, "no contact yet, message", type);
		return;
	}
	switch (type) {
	case MSG_REQUESTOFFERS:
		request_offers(bus);
		return;
	case MSG_OPENCHANNEL:
		channel_open_request(bus, (const void *)m);
		return;
	case MSG_CLOSECHANNEL:
		channel_close_request(bus, ((const struct msg_relid *)m)->relid);
		return;
	case MSG_RELID_RELEASED:
		channel_released(bus, ((const struct msg_relid *)m)->relid);
		return;
	case MSG_GPADL_HEADER:
		gpadl_header(bus, m, len);
		return;
	case MSG_GPADL_BODY:
		gpadl_body(bus, m, len);
		return;
	case MSG_GPADL_TEARDOWN:
		gpadl_teardown(bus, (const void *)m);
		return;
	case MSG_MODIFYCHANNEL:
		channel_modify(bus, (const void *)m);
		return;
	}
	bus_refuse(bus, "message of type", type);
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
	/* of the 16 that a port holds none is free */
	script_at(vp->vm, "vmbus", "post", NULL, 0, &f);
	if (f.action == FAULT_QUEUE_FULL)
		return HV_STATUS_INSUFFICIENT_BUFFERS;
	if (len < least(what)) {
		bus_refuse(bus, "short message of type", what);
		return HV_STATUS_SUCCESS;
	}
	handle(bus, what, payload, len);
	return HV_STATUS_SUCCESS;
}

void vmbus_eom(struct vp *vp, u32 sint)
{
	struct vmbus *bus = vp->vm->vmbus;

	if (vp->index == bus->target_vp && sint == bus->sint)
		flush(bus);
}

int vmbus_init(struct vm *vm)
{
	struct vmbus *bus = hv_alloc(sizeof(*bus));

	if (!bus)
		return -HV_ENOMEM;
	bus->vm = vm;
	bus->sint = VMBUS_SINT;
	bus->out_end = &bus->out;
	vm->vmbus = bus;
	return 0;
}
