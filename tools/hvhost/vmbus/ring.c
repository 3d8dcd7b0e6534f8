// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two rings of an open channel, in memory that the guest owns and may write
 * at any time: every index is read once, checked, and used from the copy. An
 * index that points nowhere ends the channel's traffic, not the host.
 *
 * When to interrupt the other side is drivers/hv/ring_buffer.c's agreement: a
 * writer signals when it wrote into an empty ring whose reader has not masked
 * interrupts; a reader signals when it made the room that pending_send_sz of a
 * waiting writer asks for.
 */
#include "bus.h"
#include "counters.h"
#include "lib.h"

struct one_ring {
	u32 first;		/* page of the header within the GPADL; data follow */
	u32 size;		/* bytes of data */
};

struct ring {
	const struct gpadl *gpadl;	/* first: gpadl_teardown() looks at it */
	struct one_ring in, out;	/* seen from the host: in is what the guest sends */
	bool broken, batch, signal_due;
	bool waiting;			/* a send found no room */
	u8 *packet;			/* VMBUS_MAX_PACKET + what comes before the payload */
	struct gpa_piece *pieces;
};

#define PACKET_ROOM	(2 * VMBUS_MAX_PACKET)

static struct ring_header *header(struct vmbus_channel *ch, const struct one_ring *o)
{
	struct ring *r = ch->ring;

	return gpadl_page(ch->dev->vm, r->gpadl, o->first);
}

static int broken(struct vmbus_channel *ch, const char *what, u32 value)
{
	struct ring *r = ch->ring;

	hv_log("%s: ring broken: %s %x", ch->dev->name, what, value);
	count(ch->dev->vm, COUNT_REFUSED, 1);
	r->broken = true;
	return -HV_EINVAL;
}

int ring_open(struct vmbus_channel *ch, const struct gpadl *g, u32 downstream)
{
	struct ring *r;

	/* a header page and one of data at least, on both sides; whole pages */
	if (g->byte_offset || downstream < 2 || downstream > g->pages ||
	    g->pages - downstream < 2)
		return -HV_EINVAL;
	r = hv_alloc(sizeof(*r));
	if (!r)
		return -HV_ENOMEM;
	r->gpadl = g;
	r->in = (struct one_ring){ 0, (downstream - 1) * (u32)PAGE_SIZE };
	r->out = (struct one_ring){ downstream, (g->pages - downstream - 1) * (u32)PAGE_SIZE };
	r->packet = hv_alloc(PACKET_ROOM);
	r->pieces = hv_alloc(VMBUS_MAX_PIECES * sizeof(*r->pieces));
	ch->ring = r;
	if (!r->packet || !r->pieces) {
		ring_close(ch);
		return -HV_ENOMEM;
	}
	/* the host honours pending_send_sz */
	header(ch, &r->in)->feature_bits |= 1;
	return 0;
}

void ring_close(struct vmbus_channel *ch)
{
	struct ring *r = ch->ring;

	if (!r)
		return;
	hv_free(r->packet);
	hv_free(r->pieces);
	hv_free(r);
	ch->ring = NULL;
}

u32 ring_size(const struct vmbus_channel *ch)
{
	const struct ring *r = ch->ring;

	return r->in.size;
}

/* Copy @len bytes at ring offset @at, around the end. @at < size. */
static void copy(struct vmbus_channel *ch, const struct one_ring *o, u32 at, void *data, u32 len,
		 bool write)
{
	struct ring *r = ch->ring;
	u8 *d = data;

	while (len) {
		u32 in = at % PAGE_SIZE, n = MIN(len, (u32)PAGE_SIZE - in);
		u8 *page = gpadl_page(ch->dev->vm, r->gpadl, o->first + 1 + at / PAGE_SIZE);

		if (write)
			memcpy(page + in, d, n);
		else
			memcpy(d, page + in, n);
		d += n;
		len -= n;
		at = (at + n) % o->size;
	}
}

/* Both indices, checked: bytes to read are in *used. */
static int indices(struct vmbus_channel *ch, const struct one_ring *o, u32 *read, u32 *write,
		   u32 *used)
{
	struct ring_header *h = header(ch, o);

	*write = __atomic_load_n(&h->write_index, __ATOMIC_ACQUIRE);
	*read = __atomic_load_n(&h->read_index, __ATOMIC_ACQUIRE);
	if (*write >= o->size || *write % 8)
		return broken(ch, "write index", *write);
	if (*read >= o->size || *read % 8)
		return broken(ch, "read index", *read);
	*used = *write >= *read ? *write - *read : *write + o->size - *read;
	return 0;
}

static void signal_guest(struct vmbus_channel *ch)
{
	struct ring *r = ch->ring;

	if (r->batch) {
		r->signal_due = true;
		return;
	}
	synic_signal(&ch->dev->vm->vp[ch->target_vp], VMBUS_SINT, ch->relid);
}

/* The guest waits for room in its outbound ring: is there enough now? */
static void made_room(struct vmbus_channel *ch, u32 before, u32 after)
{
	struct ring *r = ch->ring;
	u32 want = __atomic_load_n(&header(ch, &r->in)->pending_send_sz, __ATOMIC_SEQ_CST);

	if (want && r->in.size - before <= want && r->in.size - after > want)
		signal_guest(ch);
}

/* Ranges of a GPA direct packet behind its header: u32 reserved, u32 count, then each. */
static int take_pieces(struct vmbus_channel *ch, struct vmbus_packet *p, const u8 *from, u32 len)
{
	struct ring *r = ch->ring;
	u32 ranges, at = 8, n = 0;

	if (len < 8)
		return broken(ch, "GPA packet of bytes", len);
	memcpy(&ranges, from + 4, 4);
	p->total = 0;
	for (u32 i = 0; i < ranges; i++) {
		u32 bytes, offset;

		if (len - at < 8)
			return broken(ch, "GPA ranges", ranges);
		memcpy(&bytes, from + at, 4);
		memcpy(&offset, from + at + 4, 4);
		at += 8;
		if (offset >= PAGE_SIZE)
			return broken(ch, "GPA range with offset", offset);
		p->total += bytes;
		while (bytes) {
			u32 part = MIN(bytes, (u32)PAGE_SIZE - offset);
			u64 pfn;

			if (len - at < 8 || n == VMBUS_MAX_PIECES)
				return broken(ch, "GPA range with bytes left", bytes);
			memcpy(&pfn, from + at, 8);
			at += 8;
			if (pfn >> 52 ||
			    !gpa_range(ch->dev->vm, (pfn << PAGE_SHIFT) + offset, part))
				return broken(ch, "GPA range with page frame", (u32)pfn);
			r->pieces[n++] = (struct gpa_piece){ (pfn << PAGE_SHIFT) + offset, part };
			bytes -= part;
			offset = 0;
		}
	}
	p->pieces = r->pieces;
	p->npieces = n;
	return 0;
}

int channel_recv(struct vmbus_channel *ch, struct vmbus_packet *p)
{
	struct ring *r = ch->ring;
	struct packet_header h;
	u32 read, write, used, len, data;

	memset(p, 0, sizeof(*p));
	if (!r || r->broken)
		return r ? -HV_EINVAL : 0;
	if (indices(ch, &r->in, &read, &write, &used))
		return -HV_EINVAL;
	if (!used)
		return 0;
	if (used < sizeof(h) + VM_PKT_TRAILER)
		return broken(ch, "bytes for a packet", used);
	copy(ch, &r->in, read, &h, sizeof(h), false);
	len = h.len8 * 8u;
	data = h.offset8 * 8u;
	if (len < sizeof(h) || len + VM_PKT_TRAILER > used || data < sizeof(h) || data > len ||
	    len > PACKET_ROOM)
		return broken(ch, "packet of bytes", len);
	copy(ch, &r->in, read, r->packet, len, false);
	/* the header a second time could be another one */
	memcpy(r->packet, &h, sizeof(h));

	p->type = h.type;
	p->flags = h.flags;
	p->trans_id = h.trans_id;
	p->data = r->packet + data;
	p->len = len - data;
	p->ring_bytes = len + VM_PKT_TRAILER;
	if (h.type == VM_PKT_DATA_USING_GPA_DIRECT &&
	    take_pieces(ch, p, r->packet + sizeof(h), data - (u32)sizeof(h)))
		return -HV_EINVAL;
	if (h.type == VM_PKT_DATA_USING_XFER_PAGES && data >= sizeof(h) + 2)
		memcpy(&p->xfer_pageset, r->packet + sizeof(h), 2);
	read = (read + len + VM_PKT_TRAILER) % r->in.size;
	__atomic_store_n(&header(ch, &r->in)->read_index, read, __ATOMIC_SEQ_CST);
	count(ch->dev->vm, COUNT_PACKETS_IN, 1);
	made_room(ch, used, used - len - VM_PKT_TRAILER);
	return 1;
}

/* A packet of three parts into the guest's inbound ring. */
static int send(struct vmbus_channel *ch, struct packet_header *h, const void *mid, u32 mid_len,
		const void *data, u32 len)
{
	static const u8 zeros[8];
	struct ring *r = ch->ring;
	u32 body = (u32)sizeof(*h) + mid_len + len, all = ALIGN_UP(body, 8u), read, write, used, at;
	u64 began;

	if (!r || !ch->open)
		return -HV_ENOENT;
	if (r->broken || indices(ch, &r->out, &read, &write, &used))
		return -HV_EINVAL;
	if (all / 8 > 0xffff)
		return -HV_EINVAL;
	/* a full ring would look empty: one byte stays free at least */
	if (all + VM_PKT_TRAILER >= r->out.size - used) {
		/* the guest signals when so much is free; it may have been just now */
		__atomic_store_n(&header(ch, &r->out)->pending_send_sz, all + VM_PKT_TRAILER,
				 __ATOMIC_SEQ_CST);
		r->waiting = true;
		if (indices(ch, &r->out, &read, &write, &used))
			return -HV_EINVAL;
		if (all + VM_PKT_TRAILER >= r->out.size - used)
			return -HV_ENOSPC;
	}
	if (r->waiting)
		__atomic_store_n(&header(ch, &r->out)->pending_send_sz, 0, __ATOMIC_SEQ_CST);
	r->waiting = false;
	h->offset8 = (u16)((sizeof(*h) + mid_len) / 8);
	h->len8 = (u16)(all / 8);
	began = (u64)write << 32;
	at = write;
	copy(ch, &r->out, at, h, sizeof(*h), true);
	at = (at + (u32)sizeof(*h)) % r->out.size;
	copy(ch, &r->out, at, (void *)mid, mid_len, true);
	at = (at + mid_len) % r->out.size;
	copy(ch, &r->out, at, (void *)data, len, true);
	at = (at + len) % r->out.size;
	copy(ch, &r->out, at, (void *)zeros, all - body, true);
	at = (at + all - body) % r->out.size;
	copy(ch, &r->out, at, &began, VM_PKT_TRAILER, true);
	at = (at + VM_PKT_TRAILER) % r->out.size;
	__atomic_store_n(&header(ch, &r->out)->write_index, at, __ATOMIC_SEQ_CST);
	count(ch->dev->vm, COUNT_PACKETS_OUT, 1);
	/* empty before, and the reader wants to know */
	if (!__atomic_load_n(&header(ch, &r->out)->interrupt_mask, __ATOMIC_SEQ_CST) &&
	    __atomic_load_n(&header(ch, &r->out)->read_index, __ATOMIC_SEQ_CST) == write)
		signal_guest(ch);
	return 0;
}

int channel_send(struct vmbus_channel *ch, u16 type, u16 flags, u64 trans_id, const void *data,
		 u32 len)
{
	struct packet_header h = { type, 0, 0, flags, trans_id };

	return send(ch, &h, NULL, 0, data, len);
}

int channel_complete(struct vmbus_channel *ch, u64 trans_id, const void *data, u32 len)
{
	return channel_send(ch, VM_PKT_COMP, 0, trans_id, data, len);
}

int channel_send_xfer(struct vmbus_channel *ch, u64 trans_id, u16 pageset,
		      const struct xfer_range *ranges, u32 n, const void *data, u32 len)
{
	struct {
		u16 pageset;
		u8 sender_owns, reserved;
		u32 count;
		struct xfer_range range[64];
	} __packed mid = { .pageset = pageset, .count = n };
	struct packet_header h = { VM_PKT_DATA_USING_XFER_PAGES, 0, 0, 1, trans_id };

	if (n > ARRAY_SIZE(mid.range))
		return -HV_EINVAL;
	memcpy(mid.range, ranges, n * sizeof(*ranges));
	return send(ch, &h, &mid, 8 + n * (u32)sizeof(*ranges), data, len);
}

void channel_corrupt(struct vmbus_channel *ch, u32 write_index)
{
	struct ring *r = ch->ring;

	if (!r || !ch->open)
		return;
	__atomic_store_n(&header(ch, &r->out)->write_index, write_index, __ATOMIC_SEQ_CST);
	signal_guest(ch);
}

void channel_batch_begin(struct vmbus_channel *ch)
{
	struct ring *r = ch->ring;

	if (r)
		r->batch = true;
}

void channel_batch_end(struct vmbus_channel *ch)
{
	struct ring *r = ch->ring;

	if (!r)
		return;
	r->batch = false;
	if (r->signal_due)
		signal_guest(ch);
	r->signal_due = false;
}

static int pieces_copy(struct vm *vm, const struct vmbus_packet *p, u64 offset, u8 *data, u64 len,
		       bool write)
{
	if (offset > p->total || len > p->total - offset)
		return -HV_EFAULT;
	for (u32 i = 0; i < p->npieces && len; i++) {
		u64 n;
		u8 *at;

		if (offset >= p->pieces[i].len) {
			offset -= p->pieces[i].len;
			continue;
		}
		n = MIN(len, p->pieces[i].len - offset);
		at = gpa_range(vm, p->pieces[i].gpa + offset, n);
		if (!at)
			return -HV_EFAULT;
		if (write)
			memcpy(at, data, n);
		else
			memcpy(data, at, n);
		data += n;
		len -= n;
		offset = 0;
	}
	return 0;
}

int packet_read(struct vm *vm, const struct vmbus_packet *pkt, u64 offset, void *to, u64 len)
{
	return pieces_copy(vm, pkt, offset, to, len, false);
}

int packet_write(struct vm *vm, const struct vmbus_packet *pkt, u64 offset, const void *from,
		 u64 len)
{
	return pieces_copy(vm, pkt, offset, (u8 *)from, len, true);
}
