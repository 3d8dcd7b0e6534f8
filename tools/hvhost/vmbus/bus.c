// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contact, and what a message from the guest leads to. They come from message.c,
 * one at a time, a private copy each; answers go back there.
 *
 * The first is INITIATE_CONTACT with a version; from the highest it knows down,
 * a guest asks until one is accepted.
 */
#include "boot/config.h"
#include "bus.h"
#include "counters.h"
#include "device.h"
#include "hv_tlfs.h"
#include "lib.h"

#define CONTACT_REFUSED	0
#define CONTACT_ACCEPTED 1

static const u32 versions[] = {
	VMBUS_VERSION(5, 3), VMBUS_VERSION(5, 2), VMBUS_VERSION(5, 1), VMBUS_VERSION(5, 0),
	VMBUS_VERSION(4, 1), VMBUS_VERSION(4, 0), VMBUS_VERSION(3, 0), VMBUS_VERSION(2, 4),
};

static void refused(struct vm *vm, struct refusals *r, const char *name, const char *what,
		    u64 value)
{
	count(vm, COUNT_REFUSED, 1);
	if (refusal_told(r, name, what))
		hv_log("%s: refused: %s %lx", name, what, value);
}

void vmbus_device_refused(struct vmbus_device *dev, const char *what, u64 value)
{
	refused(dev->vm, &dev->refusals, dev->name, what, value);
}

void bus_refuse(struct vmbus *bus, const char *what, u64 value)
{
	refused(bus->vm, &bus->refusals, "vmbus", what, value);
}

void bus_too_late(struct vmbus *bus, const char *what, u32 relid)
{
	hv_log("vmbus: %s of relid %x, which was rescinded: no answer", what, relid);
}

static void forget(struct vmbus *bus)
{
	struct vmbus_device *d;

	channel_forget_all(bus);
	gpadl_forget_all(bus);
	notify_forget(bus);
	for (d = bus->devices; d; d = d->next)
		if (d->ops->reset)
			d->ops->reset(d);
	bus_messages_forget(bus);
	bus->offers_wanted = false;
	bus->version = 0;
}

static void contact(struct vmbus *bus, const struct msg_contact *m)
{
	struct msg_version_response r = { .header = { MSG_VERSION_RESPONSE, 0 } };
	u32 max = bus->vm->config->vmbus_max;
	char name[24];	/* each version can be refused by its own name */

	/* a guest that asks version after version and takes no answer is forgotten, too */
	if (bus->version || bus_messages_full(bus))
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
		if (versions[i] == m->version && (!max || m->version <= max))
			bus->version = m->version;
	if (bus->version)
		notify_contact(bus, m);
	r.supported = bus->version ? CONTACT_ACCEPTED : CONTACT_REFUSED;
	r.connection = bus->connection;
	hv_snprintf(name, sizeof(name), "version-%u-%u", m->version >> 16, m->version & 0xffff);
	bus_send_named(bus, name, &r, sizeof(r));
	hv_log("vmbus: version %u.%u %s", m->version >> 16, m->version & 0xffff,
	       bus->version ? "accepted" : "refused");
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

/* A guest wants to connect() a socket to the host, where nobody listens. */
static void connect(struct vmbus *bus, const struct msg_connect *m)
{
	const struct msg_connect_result r = { { MSG_TL_CONNECT_RESULT, 0 }, m->endpoint, m->service,
					      VMBUS_CONNECTION_REFUSED };

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
	case MSG_TL_CONNECT_REQUEST: return sizeof(struct msg_connect);
	}
	return sizeof(struct msg_header);
}

void bus_handle(struct vmbus *bus, const u8 *m, u32 len)
{
	u32 type;

	memcpy(&type, m, sizeof(type));
	if (len < least(type)) {
		bus_refuse(bus, "short message of type", type);
		return;
	}
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
	case MSG_TL_CONNECT_REQUEST:
		/* sockets came with 4.0 (hvs_init() in net/vmw_vsock/hyperv_transport.c) */
		if (bus->version < VMBUS_VERSION(4, 0))
			break;
		connect(bus, (const void *)m);
		return;
	case MSG_MODIFYCHANNEL:
		channel_modify(bus, (const void *)m);
		return;
	}
	bus_refuse(bus, "message of type", type);
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
