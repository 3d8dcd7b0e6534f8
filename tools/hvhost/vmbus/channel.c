// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a channel: offered, opened over a GPADL that holds its two rings,
 * closed, rescinded, its relid given back. Devices put themselves on the bus
 * here and see only struct vmbus_channel.
 */
#include "bus.h"
#include "counters.h"
#include "hv_tlfs.h"
#include "lib.h"

struct bus_channel *channel_by_relid(struct vmbus *bus, u32 relid)
{
	for (struct bus_channel *c = bus->channels; c; c = c->next)
		if (c->ch.relid == relid)
			return c;
	return NULL;
}

bool channel_is_rescinded(struct vmbus *bus, u32 relid)
{
	const struct bus_channel *c = channel_by_relid(bus, relid);

	return c && c->state == CHANNEL_RESCINDED;
}

/*
 * The next after the last one that was given: a relid that came back is reused as late as
 * can be, so that what is still said about the old channel meets none.
 */
static u32 free_relid(struct vmbus *bus)
{
	for (u32 i = 0; i < RELID_MAX; i++) {
		bus->last_relid = bus->last_relid % RELID_MAX + 1;
		if (!channel_by_relid(bus, bus->last_relid))
			return bus->last_relid;
	}
	return 0;
}

/* As a guest writes it: the first three fields are numbers. */
static void log_offer(const struct vmbus_device *d, const struct vmbus_channel *ch)
{
	static const u8 order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	char text[2][40];

	for (u32 which = 0; which < 2; which++) {
		const struct guid *g = which ? &d->instance : &d->ops->type;
		int n = 0;

		for (u32 i = 0; i < 16; i++)
			n += hv_snprintf(text[which] + n, sizeof(text[0]) - (u32)n, "%s%02x",
					 i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
					 g->b[order[i]]);
	}
	hv_log("vmbus: offer %s.%u: relid %u, class %s, instance %s", d->name, ch->sub_index,
	       ch->relid, text[0], text[1]);
}

static void offer(struct vmbus *bus, struct bus_channel *c)
{
	const struct vmbus_device *d = c->ch.dev;
	struct msg_offer m = {
		.header = { MSG_OFFERCHANNEL, 0 }, .type = d->ops->type, .instance = d->instance,
		.chn_flags = d->ops->chn_flags, .mmio_mb = d->ops->mmio_mb,
		.sub_index = c->ch.sub_index, .relid = c->ch.relid, .dedicated_interrupt = 1,
		.connection = CHANNEL_CONNECTION(c->ch.relid),
	};

	memcpy(m.user_def, d->user_def, sizeof(m.user_def));
	notify_offer(bus, c, &m);
	c->told = true;
	log_offer(d, &c->ch);
	bus_send(bus, &m, sizeof(m));
}

/* In the order devices were added: the list is kept by relid. */
void channel_offer_all(struct vmbus *bus)
{
	for (struct bus_channel *c = bus->channels; c; c = c->next)
		if (!c->told && c->state == CHANNEL_OFFERED)
			offer(bus, c);
}

static struct bus_channel *new_channel(struct vmbus_device *dev, u16 sub)
{
	struct vmbus *bus = dev->vm->vmbus;
	struct bus_channel *c, **at = &bus->channels;
	u32 relid = free_relid(bus);

	c = relid ? hv_alloc(sizeof(*c)) : NULL;
	if (!c)
		return NULL;
	c->ch.dev = dev;
	c->ch.relid = relid;
	c->ch.sub_index = sub;
	while (*at && (*at)->ch.relid < relid)
		at = &(*at)->next;
	c->next = *at;
	*at = c;
	if (!sub)
		dev->primary = &c->ch;
	if (bus->offers_wanted)
		offer(bus, c);
	return c;
}

static void remove(struct vmbus *bus, struct bus_channel *c)
{
	struct bus_channel **at = &bus->channels;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	if (c->ch.dev->primary == &c->ch)
		c->ch.dev->primary = NULL;
	gpadl_forget(bus, c->ch.relid);
	hv_free(c);
}

/* The same name gives the same GUID, so that a guest names devices alike. */
static void make_instance(struct vmbus_device *d)
{
	u64 a = 0x6876686f73740000ull, b;

	for (const char *s = d->name; *s; s++)
		a = a * 31 + (u8)*s;
	b = hv_random(&a);
	memcpy(d->instance.b, &a, 8);
	memcpy(d->instance.b + 8, &b, 8);
}

int vmbus_device_add(struct vm *vm, struct vmbus_device *dev, u32 number)
{
	struct vmbus_device **at = &vm->vmbus->devices;
	int err;

	dev->vm = vm;
	hv_snprintf(dev->name, sizeof(dev->name), "%s%u", dev->ops->name, number);
	make_instance(dev);
	err = vmbus_device_offer(dev);
	if (err)
		return err;
	while (*at && *at != dev)
		at = &(*at)->next;
	if (!*at) {
		dev->next = NULL;
		*at = dev;
	}
	return 0;
}

static int offer_now(struct vmbus_device *dev)
{
	if (dev->primary)
		return -HV_EBUSY;
	dev->offer_due = false;
	return new_channel(dev, 0) ? 0 : -HV_ENOMEM;
}

/* A channel that was rescinded and not given back. */
static struct bus_channel *left_over(const struct vmbus_device *dev)
{
	struct bus_channel *c = dev->vm->vmbus->channels;

	while (c && (c->ch.dev != dev || c->state != CHANNEL_RESCINDED))
		c = c->next;
	return c;
}

int vmbus_device_offer(struct vmbus_device *dev)
{
	const struct bus_channel *old = left_over(dev);

	if (!old || dev->primary)
		return offer_now(dev);
	hv_log("vmbus: offer %s: when relid %u is given back", dev->name, old->ch.relid);
	dev->offer_due = true;
	return 0;
}

static void offer_if_due(struct vmbus_device *dev)
{
	if (dev->offer_due && !left_over(dev) && offer_now(dev))
		hv_log("vmbus: %s cannot be offered again", dev->name);
}

u32 vmbus_subchannels(const struct vmbus_device *dev)
{
	u32 n = 0;

	for (struct bus_channel *c = dev->vm->vmbus->channels; c; c = c->next)
		n += c->ch.dev == dev && c->ch.sub_index && c->state != CHANNEL_RESCINDED;
	return n;
}

int vmbus_subchannel_offer(struct vmbus_device *dev, u16 sub)
{
	return new_channel(dev, sub) ? 0 : -HV_ENOMEM;
}

struct vmbus_device *vmbus_device_find(struct vm *vm, const char *name)
{
	struct vmbus_device *d = vm->vmbus->devices;

	while (d && strcmp(d->name, name))
		d = d->next;
	return d;
}

static void close(struct bus_channel *c)
{
	if (!c->ch.open)
		return;
	c->ch.open = false;
	event_cancel(c->ch.dev->vm, &c->drain);
	if (c->ch.dev->ops->close)
		c->ch.dev->ops->close(&c->ch);
	ring_close(&c->ch);
}

static void rescind(struct vmbus *bus, struct bus_channel *c)
{
	const struct msg_relid m = { { MSG_RESCIND_OFFER, 0 }, c->ch.relid };

	close(c);
	c->state = CHANNEL_RESCINDED;
	if (c->ch.dev->primary == &c->ch)
		c->ch.dev->primary = NULL;
	if (c->told)
		bus_send(bus, &m, sizeof(m));
	else
		remove(bus, c);
}

/* Once the primary channel is gone a guest does not look for its sub-channels: they go first. */
static void rescind_subchannels(struct vmbus_device *dev)
{
	struct vmbus *bus = dev->vm->vmbus;
	struct bus_channel *c, *next;

	for (c = bus->channels; c; c = next) {
		next = c->next;
		if (c->ch.dev == dev && c->ch.sub_index && c->state != CHANNEL_RESCINDED)
			rescind(bus, c);
	}
}

void vmbus_device_rescind(struct vmbus_device *dev)
{
	struct vmbus_channel *primary = dev->primary;

	rescind_subchannels(dev);
	if (primary)
		rescind(dev->vm->vmbus, container_of(primary, struct bus_channel, ch));
}

int vmbus_device_act(struct vmbus_device *dev, const struct vmbus_action *a)
{
	if (!strcmp(a->verb, "offer"))
		return vmbus_device_offer(dev);
	if (!strcmp(a->verb, "offer-now"))
		return offer_now(dev);
	if (!strcmp(a->verb, "rescind")) {
		if (!dev->primary && !dev->offer_due)
			return -HV_EINVAL;
		dev->offer_due = false;
		vmbus_device_rescind(dev);
		return 0;
	}
	return dev->ops->act ? dev->ops->act(dev, a) : -HV_ENOENT;
}

static u32 open_channel(struct vmbus *bus, struct bus_channel *c, const struct msg_open *m)
{
	const struct gpadl *g = gpadl_by_handle(bus, m->ring_gpadl);

	if (!c || c->state != CHANNEL_OFFERED || c->ch.open) {
		bus_refuse(bus, "open of relid", m->relid);
		return VMBUS_STATUS_REFUSED;
	}
	if (!g || g->relid != m->relid || m->target_vp >= bus->vm->vps) {
		bus_refuse(bus, "open with GPADL", m->ring_gpadl);
		return VMBUS_STATUS_REFUSED;
	}
	if (ring_open(&c->ch, g, m->downstream_page)) {
		bus_refuse(bus, "rings divided at page", m->downstream_page);
		return VMBUS_STATUS_REFUSED;
	}
	c->ch.target_vp = m->target_vp;
	c->ch.open = true;
	if (c->ch.dev->ops->open && c->ch.dev->ops->open(&c->ch)) {
		c->ch.open = false;
		ring_close(&c->ch);
		return VMBUS_STATUS_REFUSED;
	}
	notify_open(bus, c);
	hv_log("vmbus: open %s.%u: relid %u, VP %u", c->ch.dev->name, c->ch.sub_index, m->relid,
	       m->target_vp);
	return 0;
}

void channel_open_request(struct vmbus *bus, const struct msg_open *m)
{
	struct msg_open_result r = { { MSG_OPENCHANNEL_RESULT, 0 }, m->relid, m->open_id, 0 };

	if (channel_is_rescinded(bus, m->relid)) {
		bus_too_late(bus, "open", m->relid);
		return;
	}
	r.status = open_channel(bus, channel_by_relid(bus, m->relid), m);
	bus_send(bus, &r, sizeof(r));
}

/* There is no answer to this one. */
void channel_close_request(struct vmbus *bus, u32 relid)
{
	struct bus_channel *c = channel_by_relid(bus, relid);

	if (!c || !c->ch.open) {
		/* a rescinded channel was closed already, and the guest may not know */
		if (!c || c->state != CHANNEL_RESCINDED)
			bus_refuse(bus, "close of relid", relid);
		return;
	}
	close(c);
	/* what the guest asks of them again it is offered again */
	if (!c->ch.sub_index)
		rescind_subchannels(c->ch.dev);
}

void channel_released(struct vmbus *bus, u32 relid)
{
	struct bus_channel *c = channel_by_relid(bus, relid);
	struct vmbus_device *dev;

	/* a sub-channel goes when its closed primary has no use for it */
	if (!c || (c->state != CHANNEL_RESCINDED && (c->ch.open || !c->ch.sub_index))) {
		bus_refuse(bus, "release of relid", relid);
		return;
	}
	dev = c->ch.dev;
	hv_log("vmbus: release %s.%u: relid %u", dev->name, c->ch.sub_index, relid);
	if (dev->ops->released)
		dev->ops->released(&c->ch);
	remove(bus, c);
	offer_if_due(dev);
}

void channel_modify(struct vmbus *bus, const struct msg_modify *m)
{
	struct bus_channel *c = channel_by_relid(bus, m->relid);
	struct msg_modify_response r = { { MSG_MODIFYCHANNEL_RESPONSE, 0 }, m->relid, 0 };

	if (channel_is_rescinded(bus, m->relid)) {
		bus_too_late(bus, "move", m->relid);
		return;
	}
	if (!c || !c->ch.open || m->target_vp >= bus->vm->vps) {
		bus_refuse(bus, "move of relid", m->relid);
		r.status = VMBUS_STATUS_REFUSED;
	} else {
		c->ch.target_vp = m->target_vp;
		hv_log("vmbus: move %s.%u: relid %u, VP %u", c->ch.dev->name, c->ch.sub_index,
		       m->relid, m->target_vp);
	}
	/* answered from 5.3 on */
	if (bus->version >= VMBUS_VERSION(5, 3))
		bus_send(bus, &r, sizeof(r));
}

/* The guest left the bus. Primary channels are there to be offered again. */
void channel_forget_all(struct vmbus *bus)
{
	struct bus_channel *c, *next;

	for (c = bus->channels; c; c = next) {
		next = c->next;
		close(c);
		c->told = false;
		if (c->ch.sub_index || c->state == CHANNEL_RESCINDED)
			remove(bus, c);
	}
	bus->offers_wanted = false;
	for (struct vmbus_device *d = bus->devices; d; d = d->next)
		offer_if_due(d);
}

u16 vmbus_signal_event(struct vp *vp, u32 connection, u16 flag)
{
	struct vmbus *bus = vp->vm->vmbus;
	struct bus_channel *c;

	if (connection == VMBUS_EVENT_CONNECTION_ID && !flag)
		return notify_shared(bus);
	if (connection < CONNECTION_BASE || connection > CONNECTION_BASE + RELID_MAX)
		return HV_STATUS_INVALID_CONNECTION_ID;
	if (flag)
		return HV_STATUS_INVALID_PARAMETER;
	c = channel_by_relid(bus, connection - CONNECTION_BASE);
	if (!c)
		return HV_STATUS_INVALID_CONNECTION_ID;
	notify_channel(c);
	return HV_STATUS_SUCCESS;
}
