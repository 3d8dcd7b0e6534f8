// SPDX-License-Identifier: GPL-2.0-only
/*
 * Persistent reservations, SPC-4 5.9, 6.13 and 6.14. A virtual disk has one
 * initiator, the guest, so there is one registration and nobody to conflict with
 * but a wrong key; a host script can refuse with a conflict.
 */
#include "device/scsi.h"
#include "lib.h"

enum { IN_KEYS, IN_RESERVATION, IN_CAPABILITIES, IN_STATUS };
enum { OUT_REGISTER, OUT_RESERVE, OUT_RELEASE, OUT_CLEAR, OUT_PREEMPT, OUT_PREEMPT_ABORT,
	OUT_REGISTER_IGNORE };

#define OUT_LIST	24	/* bytes of its parameters */

void scsi_persistent_in(struct scsi_lun *lun, struct scsi_command *c)
{
	u8 d[32] = { 0 };
	u32 len = 8;

	put_be32(d, lun->generation);
	switch (c->cdb[1] & 0x1f) {
	case IN_KEYS:
		if (lun->registered) {
			put_be32(d + 4, 8);
			put_be64(d + 8, lun->key);
			len = 16;
		}
		break;
	case IN_RESERVATION:
		if (lun->reserved) {
			put_be32(d + 4, 16);
			put_be64(d + 8, lun->key);
			d[21] = lun->type;
			len = 24;
		}
		break;
	case IN_CAPABILITIES:
		put_be16(d, 8);
		put_be16(d + 2, 0x8000 | 0x00);		/* the type mask is valid */
		d[4] = 0xea;				/* types 1, 3, 5, 6, 7 */
		d[5] = 0x01;				/* and 8 */
		break;
	default:
		scsi_fail(c, SENSE_KEY_ILLEGAL_REQUEST, ASC_INVALID_FIELD);
		return;
	}
	scsi_answer(c, d, len, be16(c->cdb + 7));
}

static void conflict(struct scsi_command *c)
{
	c->status = SAM_RESERVATION_CONFLICT;
	c->srb_status = SRB_STATUS_ERROR;
}

void scsi_persistent_out(struct scsi_lun *lun, struct scsi_command *c)
{
	u8 action = c->cdb[1] & 0x1f, type = c->cdb[2] & 0xf, p[OUT_LIST];
	u64 key, action_key;
	bool type_ok = type == 1 || type == 3 || (type >= 5 && type <= 8);

	if (be32(c->cdb + 5) != OUT_LIST || packet_read(c->vm, c->pkt, 0, p, sizeof(p))) {
		scsi_fail(c, SENSE_KEY_ILLEGAL_REQUEST, ASC_PARAMETER_LIST_LENGTH);
		return;
	}
	c->transferred = OUT_LIST;
	key = be64(p);
	action_key = be64(p + 8);
	if (action == OUT_REGISTER_IGNORE || (action == OUT_REGISTER && !lun->registered && !key)) {
		lun->registered = action_key;
	} else if (!lun->registered || key != lun->key) {
		conflict(c);
		return;
	} else if (action == OUT_REGISTER) {
		lun->registered = action_key;
	}
	switch (action) {
	case OUT_REGISTER:
	case OUT_REGISTER_IGNORE:
		lun->key = action_key;
		lun->reserved = lun->reserved && action_key;
		lun->generation++;
		return;
	case OUT_RESERVE:
		if (!type_ok)
			break;
		if (lun->reserved && lun->type != type) {
			conflict(c);
			return;
		}
		lun->reserved = true;
		lun->type = type;
		return;
	case OUT_RELEASE:
		if (lun->reserved && lun->type != type)
			break;
		lun->reserved = false;
		return;
	case OUT_CLEAR:
		lun->registered = lun->reserved = false;
		lun->generation++;
		return;
	case OUT_PREEMPT:
	case OUT_PREEMPT_ABORT:
		/* of ourselves, the only one there is */
		if (!type_ok)
			break;
		if (action_key != lun->key) {
			conflict(c);
			return;
		}
		lun->reserved = true;
		lun->type = type;
		lun->generation++;
		return;
	}
	scsi_fail(c, SENSE_KEY_ILLEGAL_REQUEST, ASC_INVALID_FIELD);
}
