// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a virtual disk says of itself: INQUIRY with its pages, MODE SENSE, READ
 * CAPACITY. SPC-4 6.6, 7.5 and 7.8; SBC-3 5.15, 5.16 and 6.5. Vendor and product
 * are those guests know from Hyper-V.
 */
#include "device/scsi.h"
#include "lib.h"

#define PERIPHERAL_NONE		0x7f	/* no device, and none can be there */
#define VPD_SUPPORTED		0x00
#define VPD_SERIAL		0x80
#define VPD_IDENTIFICATION	0x83
#define VPD_BLOCK_LIMITS	0xb0
#define VPD_CHARACTERISTICS	0xb1
#define VPD_PROVISIONING	0xb2
#define MODE_CACHING		0x08
#define MODE_CONTROL		0x0a
#define MODE_ALL		0x3f

static void standard(u8 *d)
{
	memset(d, 0, 36);
	d[2] = 5;		/* SPC-3 */
	d[3] = 2;		/* response data format */
	d[4] = 36 - 5;
	d[7] = 2;		/* commands are queued */
	memcpy(d + 8, "Msft    Virtual Disk    1.0 ", 28);
}

void scsi_inquiry_absent(struct scsi_command *c)
{
	u8 d[36];

	standard(d);
	d[0] = PERIPHERAL_NONE;
	scsi_answer(c, d, sizeof(d), be16(c->cdb + 3));
}

/* Page 0x83: NAA, locally assigned, from the serial number; and T10 vendor id. */
static u32 identification(struct scsi_lun *lun, u8 *d)
{
	u8 *at = d;

	at[0] = 1;		/* binary */
	at[1] = 3;		/* NAA */
	at[3] = 8;
	for (u32 i = 0; i < 8; i++) {
		u8 hi = (u8)lun->serial[2 * i], lo = (u8)lun->serial[2 * i + 1];

		at[4 + i] = (u8)((hi <= '9' ? hi - '0' : hi - 'a' + 10) << 4 |
				 (lo <= '9' ? lo - '0' : lo - 'a' + 10));
	}
	at[4] = (u8)(0x30 | (at[4] & 0xf));
	at += 12;
	at[0] = 2;		/* ASCII */
	at[1] = 1;		/* T10 vendor */
	at[3] = 24;
	memcpy(at + 4, "Msft    ", 8);
	memcpy(at + 12, lun->serial, 16);
	return (u32)(at + 28 - d);
}

static u32 vpd(struct scsi_lun *lun, u8 page, u8 *d)
{
	static const u8 pages[] = { VPD_SUPPORTED, VPD_SERIAL, VPD_IDENTIFICATION,
				    VPD_BLOCK_LIMITS, VPD_CHARACTERISTICS, VPD_PROVISIONING };

	switch (page) {
	case VPD_SUPPORTED:
		memcpy(d, pages, sizeof(pages));
		return sizeof(pages);
	case VPD_SERIAL:
		memcpy(d, lun->serial, 16);
		return 16;
	case VPD_IDENTIFICATION:
		return identification(lun, d);
	case VPD_BLOCK_LIMITS:		/* numbers are from byte 4 of the page */
		put_be16(d + 2, SCSI_PHYSICAL / SCSI_BLOCK);
		put_be32(d + 16, 0xffffffff);		/* blocks of an UNMAP: any */
		put_be32(d + 20, SCSI_UNMAP_RANGES);
		put_be32(d + 24, (64u << 10) / SCSI_BLOCK);	/* granularity: ramdisk.c's */
		put_be64(d + 32, SCSI_MAX_BLOCKS);
		return 60;
	case VPD_CHARACTERISTICS:
		put_be16(d, 1);				/* does not turn */
		return 60;
	case VPD_PROVISIONING:
		d[1] = 0xe4;	/* UNMAP, WRITE SAME with UNMAP (both), unmapped reads as zeros */
		d[2] = 2;	/* thin */
		return 4;
	}
	return 0;
}

void scsi_inquiry(struct scsi_lun *lun, struct scsi_command *c)
{
	u8 d[128] = { 0 };
	u32 len;

	if (!(c->cdb[1] & 1)) {
		if (c->cdb[2]) {
			scsi_fail(c, SENSE_KEY_ILLEGAL_REQUEST, ASC_INVALID_FIELD);
			return;
		}
		standard(d);
		scsi_answer(c, d, 36, be16(c->cdb + 3));
		return;
	}
	len = vpd(lun, c->cdb[2], d + 4);
	if (!len) {
		scsi_fail(c, SENSE_KEY_ILLEGAL_REQUEST, ASC_INVALID_FIELD);
		return;
	}
	d[1] = c->cdb[2];
	put_be16(d + 2, (u16)len);
	scsi_answer(c, d, 4 + len, be16(c->cdb + 3));
}

/* Pages end up behind a header of 4 bytes (6) or 8 (10), no block descriptor. */
void scsi_mode_sense(struct scsi_lun *lun, struct scsi_command *c)
{
	bool ten = c->cdb[0] == 0x5a;
	u8 d[64] = { 0 }, page = c->cdb[2] & 0x3f, state = lun->block->read_only ? 0x80 : 0;
	u32 n = ten ? 8 : 4;
	bool changeable = c->cdb[2] >> 6 == 1;

	if (page != MODE_CACHING && page != MODE_CONTROL && page != MODE_ALL) {
		scsi_fail(c, SENSE_KEY_ILLEGAL_REQUEST, ASC_INVALID_FIELD);
		return;
	}
	state |= 0x10;				/* FUA and DPO are taken */
	if (page != MODE_CONTROL) {
		d[n] = MODE_CACHING;
		d[n + 1] = 18;
		d[n + 2] = changeable ? 0 : 4;	/* a write cache: SYNCHRONIZE CACHE counts */
		n += 20;
	}
	if (page != MODE_CACHING) {
		d[n] = MODE_CONTROL;
		d[n + 1] = 10;
		n += 12;
	}
	if (ten) {
		put_be16(d, (u16)(n - 2));
		d[3] = state;
		scsi_answer(c, d, n, be16(c->cdb + 7));
	} else {
		d[0] = (u8)(n - 1);
		d[2] = state;
		scsi_answer(c, d, n, c->cdb[4]);
	}
}

void scsi_read_capacity(struct scsi_lun *lun, struct scsi_command *c)
{
	u64 last = lun->block->bytes / SCSI_BLOCK - 1;
	u8 d[32] = { 0 };

	if (c->cdb[0] == 0x25) {
		put_be32(d, last > 0xffffffff ? 0xffffffff : (u32)last);
		put_be32(d + 4, SCSI_BLOCK);
		scsi_answer(c, d, 8, 8);
		return;
	}
	put_be64(d, last);
	put_be32(d + 8, SCSI_BLOCK);
	d[13] = 3;		/* 8 logical blocks in a physical one */
	d[14] = 0xc0;		/* thin, and unmapped reads as zeros */
	scsi_answer(c, d, sizeof(d), be32(c->cdb + 10));
}
