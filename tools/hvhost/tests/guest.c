// SPDX-License-Identifier: GPL-2.0-only
/* Called by unit tests of vmbus/ and device/: see guest.h. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "tlfs_exit.h"
#include "vmbus.h"

#define PAGE_INPUT	1ull	/* page frames of the guest's own */
#define PAGE_OUTPUT	2ull
#define PAGE_SYNIC	3ull	/* message and event page of each VP */

struct guest *guest_begin(u32 vps)
{
	struct guest *g = calloc(1, sizeof(*g));

	g->fake = fake_begin(vps);
	g->next_page = 64;
	g->next_gpadl = 0xe1e10;
	assert(tlfs_init(&g->fake->vm));
	assert(!vmbus_init(&g->fake->vm));
	assert(tlfs_wrmsr(&g->fake->vm.vp[0], HV_MSR_GUEST_OS_ID, 0x8100000000000000ull));
	assert(tlfs_wrmsr(&g->fake->vm.vp[0], HV_MSR_HYPERCALL, guest_pages(g, 1) | 1));
	for (u32 i = 0; i < vps; i++) {
		struct vp *vp = &g->fake->vm.vp[i];
		u64 page = PAGE_SYNIC + 2 * i;

		assert(tlfs_wrmsr(vp, HV_MSR_SIMP, page << PAGE_SHIFT | 1));
		assert(tlfs_wrmsr(vp, HV_MSR_SIEFP, (page + 1) << PAGE_SHIFT | 1));
		assert(tlfs_wrmsr(vp, HV_MSR_SINT0 + VMBUS_SINT, GUEST_VECTOR));
		assert(tlfs_wrmsr(vp, HV_MSR_SCONTROL, 1));
	}
	return g;
}

void guest_end(struct guest *g)
{
	fake_end();
	free(g);
}

u64 guest_pages(struct guest *g, u32 pages)
{
	u64 at = g->next_page << PAGE_SHIFT;

	g->next_page += pages;
	assert(g->next_page << PAGE_SHIFT <= FAKE_RAM);
	return at;
}

void *guest_at(struct guest *g, u64 gpa)
{
	return g->fake->ram + gpa;
}

u16 guest_hypercall(struct guest *g, u64 control, u64 in, u64 out)
{
	struct hypercall_regs r = { .rcx = control, .rdx = in, .r8 = out };

	assert(tlfs_hypercall(&g->fake->vm.vp[0], &r));
	return (u16)r.rax;
}

u16 guest_post(struct guest *g, const void *message, u32 len)
{
	struct hv_post_message_input in = { .connection = VMBUS_CONNECTION_ID_4, .type = 1,
					    .payload_size = len };

	memcpy(in.payload, message, len);
	memcpy(guest_at(g, PAGE_INPUT << PAGE_SHIFT), &in, sizeof(in));
	return guest_hypercall(g, HV_CALL_POST_MESSAGE, PAGE_INPUT << PAGE_SHIFT, 0);
}

u32 guest_messages(struct guest *g)
{
	struct hv_message *slot = guest_at(g, PAGE_SYNIC << PAGE_SHIFT);
	u32 last = 0, type;

	slot += VMBUS_SINT;
	while (slot->type) {
		memcpy(&type, slot->payload, 4);
		if (type == MSG_OFFERCHANNEL) {
			/* one that asks again and again, as a fuzzer's does, gets more than it keeps */
			if (g->offers < GUEST_OFFERS)
				memcpy(&g->offer[g->offers++], slot->payload,
				       sizeof(g->offer[0]));
		} else {
			memcpy(g->message, slot->payload, sizeof(g->message));
			g->message_len = slot->payload_size;
			last = type;
		}
		slot->type = 0;
		if (slot->flags & 1)
			assert(tlfs_wrmsr(&g->fake->vm.vp[0], HV_MSR_EOM, 0));
	}
	return last;
}

bool guest_contact(struct guest *g, u32 version)
{
	struct msg_contact m = { .header = { MSG_INITIATE_CONTACT, 0 }, .version = version,
				 .interrupt_page = VMBUS_SINT };
	struct msg_version_response r;

	assert(!guest_post(g, &m, sizeof(m)));
	if (guest_messages(g) != MSG_VERSION_RESPONSE)
		return false;
	memcpy(&r, g->message, sizeof(r));
	return r.supported;
}

u32 guest_request_offers(struct guest *g)
{
	const struct msg_header m = { MSG_REQUESTOFFERS, 0 };
	u32 before = g->offers;

	assert(!guest_post(g, &m, sizeof(m)));
	assert(guest_messages(g) == MSG_ALLOFFERS_DELIVERED);
	return g->offers - before;
}

u32 guest_gpadl(struct guest *g, u32 relid, u32 handle, u64 gpa, u32 pages)
{
	u8 m[240];
	struct msg_gpadl_header h = { { MSG_GPADL_HEADER, 0 }, relid, handle,
				      (u16)(8 + 8 * pages), 1 };
	u32 range[2] = { pages << PAGE_SHIFT, 0 }, sent = 0, number = 0, at;
	struct msg_gpadl_created r;

	memcpy(m, &h, sizeof(h));
	memcpy(m + sizeof(h), range, sizeof(range));
	at = sizeof(h) + sizeof(range);
	while (sent < pages) {
		for (; sent < pages && at + 8 <= sizeof(m); at += 8, sent++) {
			u64 pfn = (gpa >> PAGE_SHIFT) + sent;

			memcpy(m + at, &pfn, 8);
		}
		assert(!guest_post(g, m, at));
		memcpy(m, &(struct msg_gpadl_body){ { MSG_GPADL_BODY, 0 }, ++number, handle },
		       sizeof(struct msg_gpadl_body));
		at = sizeof(struct msg_gpadl_body);
	}
	assert(guest_messages(g) == MSG_GPADL_CREATED);
	memcpy(&r, g->message, sizeof(r));
	assert(r.gpadl == handle && r.relid == relid);
	return r.status;
}

u32 guest_open(struct guest *g, struct guest_channel *c, const struct msg_offer *o, u32 half)
{
	struct msg_open m = { .header = { MSG_OPENCHANNEL, 0 }, .relid = o->relid,
			      .open_id = o->relid, .downstream_page = half };
	struct msg_open_result r;

	*c = (struct guest_channel){ o->relid, o->connection, g->next_gpadl++,
				     guest_pages(g, 2 * half), half };
	assert(!guest_gpadl(g, c->relid, c->gpadl, c->ring, 2 * half));
	m.ring_gpadl = c->gpadl;
	assert(!guest_post(g, &m, sizeof(m)));
	assert(guest_messages(g) == MSG_OPENCHANNEL_RESULT);
	memcpy(&r, g->message, sizeof(r));
	return r.status;
}

/* ---- rings ---- */

static void ring_copy(struct guest *g, u64 ring, u32 size, u32 *at, void *data, u32 len, bool write)
{
	u8 *ring_data = guest_at(g, ring + PAGE_SIZE), *d = data;

	while (len--) {
		if (write)
			ring_data[*at] = *d++;
		else
			*d++ = ring_data[*at];
		*at = (*at + 1) % size;
	}
}

void guest_write(struct guest *g, struct guest_channel *c, u16 type, u16 flags, u64 id,
		 const void *mid, u32 mid_len, const void *data, u32 len)
{
	struct ring_header *h = guest_at(g, c->ring);
	u32 size = (c->half - 1) << PAGE_SHIFT, at = h->write_index;
	u32 all = ALIGN_UP((u32)sizeof(struct packet_header) + mid_len + len, 8u);
	struct packet_header p = { type, (u16)((sizeof(p) + mid_len) / 8), (u16)(all / 8), flags,
				   id };
	u64 began = (u64)at << 32, zero = 0;

	ring_copy(g, c->ring, size, &at, &p, sizeof(p), true);
	ring_copy(g, c->ring, size, &at, (void *)mid, mid_len, true);
	ring_copy(g, c->ring, size, &at, (void *)data, len, true);
	ring_copy(g, c->ring, size, &at, &zero, all - sizeof(p) - mid_len - len, true);
	ring_copy(g, c->ring, size, &at, &began, 8, true);
	h->write_index = at;
}

u16 guest_signal(struct guest *g, struct guest_channel *c)
{
	return guest_hypercall(g, HV_CALL_SIGNAL_EVENT | HV_CALL_FAST, c->connection, 0);
}

void guest_send(struct guest *g, struct guest_channel *c, u64 id, const void *data, u32 len)
{
	guest_write(g, c, VM_PKT_DATA_INBAND, 1, id, NULL, 0, data, len);
	assert(!guest_signal(g, c));
}

void guest_send_gpa(struct guest *g, struct guest_channel *c, u64 id, u64 gpa, u32 bytes,
		    const void *data, u32 len)
{
	u64 mid[2 + 64];
	u32 pages = (u32)(((gpa & (PAGE_SIZE - 1)) + bytes + PAGE_SIZE - 1) >> PAGE_SHIFT);
	u32 head[4] = { 0, 1, bytes, (u32)(gpa & (PAGE_SIZE - 1)) };

	assert(pages <= 64);
	memcpy(mid, head, sizeof(head));
	for (u32 i = 0; i < pages; i++)
		mid[2 + i] = (gpa >> PAGE_SHIFT) + i;
	guest_write(g, c, VM_PKT_DATA_USING_GPA_DIRECT, 1, id, mid, 16 + 8 * pages, data, len);
	assert(!guest_signal(g, c));
}

bool guest_recv(struct guest *g, struct guest_channel *c, struct guest_packet *p)
{
	u64 ring = c->ring + ((u64)c->half << PAGE_SHIFT), began;
	struct ring_header *h = guest_at(g, ring);
	u32 size = (c->half - 1) << PAGE_SHIFT, at = h->read_index, start = at, skip;
	struct packet_header ph;
	u8 byte;

	if (h->read_index == h->write_index)
		return false;
	ring_copy(g, ring, size, &at, &ph, sizeof(ph), false);
	skip = ph.offset8 * 8u - (u32)sizeof(ph);
	p->ranges = 0;
	if (ph.type == VM_PKT_DATA_USING_XFER_PAGES) {
		u32 head[2];

		ring_copy(g, ring, size, &at, head, 8, false);
		p->pageset = (u16)head[0];
		p->ranges = head[1];
		assert(skip == 8 + 8 * p->ranges && p->ranges <= 64);
		ring_copy(g, ring, size, &at, p->range, skip - 8, false);
		skip = 0;
	}
	while (skip--)
		ring_copy(g, ring, size, &at, &byte, 1, false);
	p->type = ph.type;
	p->flags = ph.flags;
	p->trans_id = ph.trans_id;
	p->len = (ph.len8 - ph.offset8) * 8u;
	assert(p->len <= sizeof(p->data));
	ring_copy(g, ring, size, &at, p->data, p->len, false);
	ring_copy(g, ring, size, &at, &began, 8, false);
	assert(began == (u64)start << 32);
	h->read_index = at;
	return true;
}
