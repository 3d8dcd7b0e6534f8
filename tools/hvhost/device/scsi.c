// SPDX-License-Identifier: GPL-2.0-only
/*
 * A SCSI controller: the storage protocol on a channel and its sub-channels.
 * A guest begins with BEGIN_INITIALIZATION, agrees on a version, asks for the
 * properties, ends the initialization and may ask for sub-channels; then each
 * EXECUTE_SRB is one command with its data in the guest's pages.
 *
 * The disks are at path 0, target 0, one a LUN. Everything else is absent in the
 * way Hyper-V has it: INQUIRY says that nothing can be there, and REPORT LUNS
 * succeeds with an empty list; an INVALID_LUN there would make the guest's driver
 * take away the disk of that number.
 */
#include "device.h"
#include "device/scsi.h"
#include "lib.h"
#include "vmbus_proto.h"

#define MAX_TRANSFER	(512u << 10)
#define OP_INQUIRY	0x12
#define OP_REPORT_LUNS	0xa0

static const u16 versions[] = { VSTOR_VERSION(6, 2), VSTOR_VERSION(6, 0), VSTOR_VERSION(5, 1) };

static void answer(struct scsi *s, struct vmbus_channel *ch, u64 id, const char *what,
		   struct vstor_packet *p)
{
	bool srb = p->operation == VSTOR_EXECUTE_SRB;
	struct answer_packet a = { .what = what, .type = VM_PKT_COMP, .trans_id = id,
				   .data = p, .len = sizeof(*p) };

	a.status_at = srb ? offsetof(struct vstor_packet, srb.srb_status) :
		      offsetof(struct vstor_packet, status);
	a.status_size = srb ? 1 : 4;
	p->operation = VSTOR_COMPLETE_IO;
	answer_send(&s->answers, ch, &a);
}

/* ---- the protocol besides commands ---- */

static const char *version(struct scsi *s, struct vstor_packet *p)
{
	p->status = VSTOR_STATUS_UNSUCCESSFUL;
	for (u32 i = 0; i < ARRAY_SIZE(versions); i++)
		if (versions[i] == p->version.major_minor) {
			s->version = versions[i];
			p->status = 0;
		}
	return "version";
}

static const char *properties(struct scsi *s, struct vstor_packet *p)
{
	memset(&p->properties, 0, sizeof(p->properties));
	p->properties.max_channels = (u16)s->sub_channels_max;
	p->properties.flags = s->sub_channels_max ? VSTOR_MULTI_CHANNEL : 0;
	p->properties.max_transfer = MAX_TRANSFER;
	return "properties";
}

/* The offers follow the answer: the guest opens each when it comes. */
static u32 sub_channels(struct scsi *s, struct vstor_packet *p)
{
	u32 n = p->sub_channels;

	if (n > s->sub_channels_max || vmbus_subchannels(&s->dev)) {
		p->status = VSTOR_STATUS_UNSUCCESSFUL;
		return 0;
	}
	return n;
}

static void control(struct scsi *s, struct vmbus_channel *ch, u64 id, struct vstor_packet *p)
{
	const char *what = "other";
	u32 offer = 0;

	p->status = 0;
	switch (p->operation) {
	case VSTOR_BEGIN_INITIALIZATION:
		s->version = 0;
		what = "begin-init";
		break;
	case VSTOR_END_INITIALIZATION:
		what = "end-init";
		break;
	case VSTOR_QUERY_PROTOCOL_VERSION:
		what = version(s, p);
		break;
	case VSTOR_QUERY_PROPERTIES:
		what = properties(s, p);
		break;
	case VSTOR_CREATE_SUB_CHANNELS:
		offer = sub_channels(s, p);
		what = "sub-channels";
		break;
	case VSTOR_RESET_BUS:
	case VSTOR_RESET_ADAPTER:
	case VSTOR_RESET_LUN:
		/* whatever is late is dropped: the guest has given up on it */
		answers_forget(&s->answers, NULL);
		scsi_late_forget(s->late, NULL);
		what = "reset";
		break;
	default:
		vmbus_device_refused(&s->dev, "operation", p->operation);
		p->status = VSTOR_STATUS_UNSUCCESSFUL;
	}
	answer(s, ch, id, what, p);
	for (u16 i = 1; i <= offer; i++)
		if (ch->open && vmbus_subchannel_offer(&s->dev, i))
			hv_log("%s: no memory for sub-channel %u", s->dev.name, i);
}

/* ---- commands ---- */

static void report_luns(struct scsi *s, bool present, struct scsi_command *c)
{
	u8 d[8 + 8 * SCSI_LUNS] = { 0 };
	u32 n = 0;

	for (u32 i = 0; present && i < SCSI_LUNS; i++)
		if (s->lun[i].block)
			d[8 + 8 * n++ + 1] = (u8)i;
	put_be32(d, 8 * n);
	scsi_answer(c, d, 8 + 8 * n, be32(c->cdb + 6));
}

static void absent(struct scsi_command *c)
{
	if (c->cdb[0] == OP_INQUIRY)
		scsi_inquiry_absent(c);
	else
		c->srb_status = SRB_STATUS_INVALID_LUN;
}

/* What came of a command, to the guest. */
static void executed(struct vmbus_channel *ch, u64 id, struct vstor_packet *p,
		     struct scsi_command *c)
{
	struct vstor_srb *srb = &p->srb;

	p->status = 0;
	srb->srb_status = c->srb_status;
	srb->scsi_status = c->status;
	srb->transfer_length = (u32)c->transferred;
	srb->sense_length = c->sense_length;
	if (c->sense_length)
		memcpy(srb->sense, c->sense, sizeof(c->sense));
	answer(scsi_of(ch->dev), ch, id, scsi_name(c->cdb), p);
}

static void execute(struct scsi *s, struct vmbus_channel *ch, const struct vmbus_packet *pkt,
		    struct vstor_packet *p)
{
	struct vstor_srb *srb = &p->srb;
	bool here = !srb->path && !srb->target;
	struct scsi_lun *lun = here && srb->lun < SCSI_LUNS ? &s->lun[srb->lun] : NULL;
	u8 cdb[16];
	struct scsi_command c = { .vm = s->dev.vm, .cdb = cdb, .pkt = pkt,
				  .srb_status = SRB_STATUS_SUCCESS };

	memcpy(cdb, srb->cdb, sizeof(cdb));
	if (!srb->cdb_length || srb->cdb_length > sizeof(cdb))
		c.srb_status = SRB_STATUS_INVALID_REQUEST;
	else if (cdb[0] == OP_REPORT_LUNS)
		report_luns(s, here, &c);
	else if (lun && lun->block)
		scsi_execute(lun, &c);
	else
		absent(&c);
	if (c.late)
		scsi_late_go(c.late, &s->late, ch, p, executed);
	else
		executed(ch, pkt->trans_id, p, &c);
}

static void take(struct vmbus_channel *ch, const struct vmbus_packet *pkt)
{
	struct scsi *s = scsi_of(ch->dev);
	struct vstor_packet p = { 0 };

	if (pkt->len < sizeof(p)) {
		vmbus_device_refused(&s->dev, "a packet of bytes", pkt->len);
		return;
	}
	memcpy(&p, pkt->data, sizeof(p));
	if (p.operation == VSTOR_EXECUTE_SRB)
		execute(s, ch, pkt, &p);
	else
		control(s, ch, pkt->trans_id, &p);
}

static void scsi_signal(struct vmbus_channel *ch)
{
	answers_flush(&scsi_of(ch->dev)->answers);
	channel_batch_begin(ch);
	channel_drain(ch, take, NULL);
	if (ch->open)
		channel_batch_end(ch);
}

static void scsi_close(struct vmbus_channel *ch)
{
	struct scsi *s = scsi_of(ch->dev);

	answers_forget(&s->answers, ch);
	scsi_late_forget(s->late, ch);
	if (!ch->sub_index)
		s->version = 0;
}

static void scsi_reset(struct vmbus_device *d)
{
	struct scsi *s = scsi_of(d);

	answers_forget(&s->answers, NULL);
	scsi_late_forget(s->late, NULL);
	s->version = 0;
}

const struct vmbus_device_ops scsi_ops = {
	.name = "scsi",
	.type = GUID(0xba6163d9, 0x04a1, 0x4d29, 0xb6, 0x05, 0x72, 0xe2, 0xff, 0xb1, 0xdc, 0x7f),
	.close = scsi_close, .signal = scsi_signal, .reset = scsi_reset,
	.act = scsi_act,
};

/* ---- the host's side ---- */

struct vmbus_device *scsi_create(struct vm *vm, u32 number, u32 sub_channels_max)
{
	struct scsi *s = hv_alloc(sizeof(*s));

	if (!s)
		return NULL;
	s->dev.ops = &scsi_ops;
	s->dev.vm = vm;
	s->sub_channels_max = sub_channels_max;
	answers_init(&s->answers, &s->dev);
	if (!vmbus_device_add(vm, &s->dev, number))
		return &s->dev;
	hv_free(s);
	return NULL;
}
