// SPDX-License-Identifier: GPL-2.0-only
/*
 * GPADLs: page lists by which a guest lends memory for rings and buffers. A list
 * comes in a header message and as many body messages as it needs; each page
 * frame is checked once, when it comes, and guest RAM does not change.
 */
#include "bus.h"
#include "counters.h"
#include "lib.h"

struct range {
	u32 byte_count, byte_offset;
} __packed;

struct gpadl *gpadl_by_handle(struct vmbus *bus, u32 handle)
{
	struct gpadl *g = bus->gpadls;

	while (g && g->handle != handle)
		g = g->next;
	return g && g->have == g->pages ? g : NULL;
}

static struct gpadl *any_by_handle(struct vmbus *bus, u32 handle)
{
	struct gpadl *g = bus->gpadls;

	while (g && g->handle != handle)
		g = g->next;
	return g;
}

static void drop(struct vmbus *bus, struct gpadl *g)
{
	struct gpadl **at = &bus->gpadls;

	while (*at != g)
		at = &(*at)->next;
	*at = g->next;
	bus->ngpadls--;
	hv_free(g->pfn);
	hv_free(g);
}

static void answer(struct vmbus *bus, u32 relid, u32 handle, u32 status)
{
	const struct msg_gpadl_created r = {
		{ MSG_GPADL_CREATED, 0 }, relid, handle, status };

	bus_send(bus, &r, sizeof(r));
}

/* Take page frames; false when one is not the guest's or there are too many. */
static bool take(struct vmbus *bus, struct gpadl *g, const u8 *from, u32 n)
{
	if (n > g->pages - g->have)
		n = g->pages - g->have;	/* a body may be longer than it needs to be */
	for (u32 i = 0; i < n; i++) {
		u64 pfn;

		memcpy(&pfn, from + 8 * i, 8);
		if (pfn >> 52 || !gpa_range(bus->vm, pfn << PAGE_SHIFT, PAGE_SIZE)) {
			bus_refuse(bus, "GPADL with page frame", pfn);
			return false;
		}
		g->pfn[g->have++] = pfn;
	}
	return true;
}

static struct gpadl *create(struct vmbus *bus, const u8 *m, u32 len)
{
	struct msg_gpadl_header h;
	struct range r;
	struct gpadl *g;
	u32 pages;

	memcpy(&h, m, sizeof(h));
	/* one range: what vmbus_establish_gpadl() sends */
	if (h.ranges != 1 || h.range_len < sizeof(r) || (h.range_len - sizeof(r)) % 8 ||
	    len < sizeof(h) + sizeof(r)) {
		bus_refuse(bus, "GPADL with ranges", h.ranges);
		return NULL;
	}
	memcpy(&r, m + sizeof(h), sizeof(r));
	pages = (h.range_len - sizeof(r)) / 8;
	if (r.byte_offset >= PAGE_SIZE || !r.byte_count ||
	    ((u64)r.byte_offset + r.byte_count + PAGE_SIZE - 1) / PAGE_SIZE != pages ||
	    pages > GPADL_PAGES_MAX) {
		bus_refuse(bus, "GPADL of bytes", r.byte_count);
		return NULL;
	}
	if (any_by_handle(bus, h.gpadl) || bus->ngpadls >= GPADLS_MAX ||
	    !channel_by_relid(bus, h.relid)) {
		bus_refuse(bus, "GPADL with handle", h.gpadl);
		return NULL;
	}
	g = hv_alloc(sizeof(*g));
	if (!g)
		return NULL;
	*g = (struct gpadl){ bus->gpadls, h.gpadl, h.relid, pages, 0, r.byte_count,
			     r.byte_offset, hv_alloc(8ul * pages) };
	if (!g->pfn) {
		hv_free(g);
		return NULL;
	}
	bus->gpadls = g;
	bus->ngpadls++;
	return g;
}

void gpadl_header(struct vmbus *bus, const u8 *m, u32 len)
{
	const u32 head = sizeof(struct msg_gpadl_header) + sizeof(struct range);
	struct msg_gpadl_header h;
	struct gpadl *g;

	memcpy(&h, m, sizeof(h));
	if (channel_is_rescinded(bus, h.relid)) {
		bus_too_late(bus, "GPADL", h.relid);
		bus->late_gpadl = h.gpadl;
		return;
	}
	bus->late_gpadl = 0;
	g = create(bus, m, len);
	if (!g) {
		answer(bus, h.relid, h.gpadl, VMBUS_STATUS_REFUSED);
		return;
	}
	if (!take(bus, g, m + head, (len - head) / 8)) {
		drop(bus, g);
		answer(bus, h.relid, h.gpadl, VMBUS_STATUS_REFUSED);
		return;
	}
	if (g->have == g->pages)
		answer(bus, g->relid, g->handle, 0);
}

void gpadl_body(struct vmbus *bus, const u8 *m, u32 len)
{
	struct msg_gpadl_body b;
	struct gpadl *g;

	memcpy(&b, m, sizeof(b));
	if (b.gpadl && b.gpadl == bus->late_gpadl)
		return;
	g = any_by_handle(bus, b.gpadl);
	if (g && channel_is_rescinded(bus, g->relid)) {
		bus_too_late(bus, "GPADL body", g->relid);
		return;
	}
	if (!g || g->have == g->pages) {
		bus_refuse(bus, "GPADL body for handle", b.gpadl);
		return;
	}
	if (!take(bus, g, m + sizeof(b), (len - (u32)sizeof(b)) / 8)) {
		answer(bus, g->relid, g->handle, VMBUS_STATUS_REFUSED);
		drop(bus, g);
		return;
	}
	if (g->have == g->pages)
		answer(bus, g->relid, g->handle, 0);
}

void gpadl_teardown(struct vmbus *bus, const struct msg_gpadl_teardown *m)
{
	const struct msg_gpadl_torndown r = { { MSG_GPADL_TORNDOWN, 0 }, m->gpadl };
	struct gpadl *g = any_by_handle(bus, m->gpadl);
	struct bus_channel *c = g ? channel_by_relid(bus, g->relid) : NULL;

	if (channel_is_rescinded(bus, m->relid)) {
		bus_too_late(bus, "teardown", m->relid);
		return;
	}
	/* the guest frees the pages when it is answered: a ring on them has to be closed */
	if (c && c->ch.open && c->ch.ring && *(struct gpadl **)c->ch.ring == g)
		channel_close_request(bus, g->relid);
	if (g && g->relid == m->relid)
		drop(bus, g);
	else
		bus_refuse(bus, "teardown of GPADL", m->gpadl);
	bus_send(bus, &r, sizeof(r));
}

/* Its channel is no more. A guest that was told of a rescind does not tear down. */
void gpadl_forget(struct vmbus *bus, u32 relid)
{
	struct gpadl *g, *next;

	for (g = bus->gpadls; g; g = next) {
		next = g->next;
		if (g->relid == relid)
			drop(bus, g);
	}
}

void gpadl_forget_all(struct vmbus *bus)
{
	while (bus->gpadls)
		drop(bus, bus->gpadls);
}

void *gpadl_page(struct vm *vm, const struct gpadl *g, u32 i)
{
	return gpa_range(vm, g->pfn[i] << PAGE_SHIFT, PAGE_SIZE);
}

struct gpadl *gpadl_find(struct vmbus_channel *ch, u32 handle)
{
	struct vmbus *bus = ch->dev->vm->vmbus;
	struct gpadl *g = gpadl_by_handle(bus, handle);
	struct bus_channel *c = g ? channel_by_relid(bus, g->relid) : NULL;

	return c && c->ch.dev == ch->dev ? g : NULL;
}

u64 gpadl_size(const struct gpadl *g)
{
	return g->byte_count;
}

static int copy(struct vm *vm, const struct gpadl *g, u64 offset, u8 *data, u64 len, bool write)
{
	if (offset > g->byte_count || len > g->byte_count - offset)
		return -HV_EFAULT;
	offset += g->byte_offset;
	while (len) {
		u64 in = offset % PAGE_SIZE, n = MIN(len, PAGE_SIZE - in);
		u8 *page = gpadl_page(vm, g, (u32)(offset / PAGE_SIZE));

		if (write)
			memcpy(page + in, data, n);
		else
			memcpy(data, page + in, n);
		data += n;
		offset += n;
		len -= n;
	}
	return 0;
}

int gpadl_read(struct vm *vm, const struct gpadl *g, u64 offset, void *to, u64 len)
{
	return copy(vm, g, offset, to, len, false);
}

int gpadl_write(struct vm *vm, struct gpadl *g, u64 offset, const void *from, u64 len)
{
	return copy(vm, g, offset, (u8 *)from, len, true);
}
