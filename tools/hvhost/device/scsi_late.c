// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands whose disk answers later: reads and writes of a disk that is a device
 * of the machine. scsi_cdb.c begins one, with its data in a slot of the disk's;
 * scsi.c keeps it with what the guest waits for; the disk says when it is done, and
 * scsi.c answers. What the guest's packet named is copied, since the packet is gone
 * by then. A guest that left in between is not answered and its memory not written.
 */
#include "device/scsi.h"
#include "lib.h"

struct scsi_late {
	struct scsi_late *next;
	struct scsi_late **list;
	struct vmbus_channel *ch;	/* NULL: nobody waits */
	void (*answer)(struct vmbus_channel *ch, u64 id, struct vstor_packet *p,
		       struct scsi_command *c);
	struct vstor_packet p;
	struct block *block;
	struct block_request *r;
	struct scsi_command c;
	struct vmbus_packet pkt;
	bool fua;
	u64 len;
	u8 cdb[16];
	struct gpa_piece piece[];
};

/* All that points into a packet or a stack points into @l from now on. */
static void keep_command(struct scsi_late *l, const struct scsi_command *c)
{
	l->c = *c;
	l->pkt = *c->pkt;
	l->c.late = NULL;
	memcpy(l->cdb, c->cdb, sizeof(l->cdb));
	memcpy(l->piece, c->pkt->pieces, c->pkt->npieces * sizeof(l->piece[0]));
	l->c.cdb = l->cdb;
	l->c.pkt = &l->pkt;
	l->pkt.pieces = l->piece;
	l->pkt.data = NULL;
	l->pkt.len = 0;
}

static void end(struct scsi_late *l)
{
	struct scsi_late **at = l->list;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	l->block->ops->end(l->block, l->r);
	hv_free(l);
}

static void done(struct block_request *r, int err)
{
	struct scsi_late *l = r->caller;
	bool write = r->op != BLOCK_READ;

	if (!err && l->fua) {
		l->fua = false;
		r->op = BLOCK_FLUSH;
		l->block->ops->submit(l->block, r);
		return;
	}
	if (l->ch) {
		if (!err && !write)
			err = packet_write(l->c.vm, &l->pkt, 0, r->data, l->len);
		scsi_moved(&l->c, err, write, l->len);
		l->answer(l->ch, l->pkt.trans_id, &l->p, &l->c);
	}
	end(l);
}

bool scsi_late_begin(struct scsi_command *c, struct block *b, bool write, bool fua, u64 offset,
		     u64 len)
{
	struct block_request *r;
	struct scsi_late *l;

	if (!b->ops->begin || !len || len > b->buffer_bytes)
		return false;
	r = b->ops->begin(b);
	if (!r)
		return false;
	l = hv_alloc(sizeof(*l) + c->pkt->npieces * sizeof(l->piece[0]));
	if (!l || (write && packet_read(c->vm, c->pkt, 0, r->data, len))) {
		b->ops->end(b, r);
		hv_free(l);
		return false;	/* the other way says what is wrong */
	}
	keep_command(l, c);
	l->block = b;
	l->r = r;
	l->len = len;
	l->fua = fua;
	r->op = write ? BLOCK_WRITE : BLOCK_READ;
	r->offset = offset;
	r->len = (u32)len;
	r->done = done;
	r->caller = l;
	c->late = l;
	return true;
}

void scsi_late_go(struct scsi_late *l, struct scsi_late **list, struct vmbus_channel *ch,
		  const struct vstor_packet *p,
		  void (*answer)(struct vmbus_channel *ch, u64 id, struct vstor_packet *p,
				 struct scsi_command *c))
{
	l->ch = ch;
	l->p = *p;
	l->answer = answer;
	l->list = list;
	l->next = *list;
	*list = l;
	l->block->ops->submit(l->block, l->r);
}

void scsi_late_forget(struct scsi_late *list, const struct vmbus_channel *ch)
{
	for (; list; list = list->next)
		if (!ch || list->ch == ch)
			list->ch = NULL;
}
