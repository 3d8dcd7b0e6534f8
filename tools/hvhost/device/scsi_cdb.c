// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a virtual disk does with a command: a table of operation codes, each with
 * the function that does it. Reads and writes move between the disk and the
 * guest's pages directly. SBC-3 5, SPC-4 6.
 */
#include "counters.h"
#include "device/scsi.h"
#include "lib.h"

void scsi_fail(struct scsi_command *c, u8 key, u16 asc)
{
	c->status = SAM_CHECK_CONDITION;
	c->srb_status = SRB_STATUS_ERROR | SRB_STATUS_AUTOSENSE_VALID;
	memset(c->sense, 0, sizeof(c->sense));
	c->sense[0] = 0x70;		/* current, fixed format */
	c->sense[2] = key;
	c->sense[7] = 10;
	put_be16(c->sense + 12, asc);
	c->sense_length = 18;
	c->transferred = 0;
}

static void illegal(struct scsi_command *c, u16 asc)
{
	scsi_fail(c, SENSE_KEY_ILLEGAL_REQUEST, asc);
}

void scsi_answer(struct scsi_command *c, const void *data, u32 len, u32 allocated)
{
	u64 n = MIN(MIN((u64)len, (u64)allocated), c->pkt->total);

	if (packet_write(c->vm, c->pkt, 0, data, n))
		illegal(c, ASC_INVALID_FIELD);
	else
		c->transferred = n;
}

/* First block and number of them, of READ, WRITE, VERIFY, WRITE SAME in each size. */
static void range(const u8 *cdb, u64 *lba, u32 *blocks)
{
	switch (cdb[0] >> 5) {
	case 0:
		*lba = (cdb[1] & 0x1fu) << 16 | be16(cdb + 2);
		*blocks = cdb[4] ? cdb[4] : 256;
		break;
	case 4:
		*lba = be64(cdb + 2);
		*blocks = be32(cdb + 10);
		break;
	case 5:
		*lba = be32(cdb + 2);
		*blocks = be32(cdb + 6);
		break;
	default:
		*lba = be32(cdb + 2);
		*blocks = be16(cdb + 7);
	}
}

static bool in_range(struct scsi_lun *lun, struct scsi_command *c, u64 lba, u64 blocks)
{
	u64 have = lun->block->bytes / SCSI_BLOCK;

	if (lba <= have && blocks <= have - lba)
		return true;
	illegal(c, ASC_LBA_OUT_OF_RANGE);
	return false;
}

static bool writable(struct scsi_lun *lun, struct scsi_command *c)
{
	if (!lun->block->read_only)
		return true;
	scsi_fail(c, SENSE_KEY_DATA_PROTECT, ASC_WRITE_PROTECTED);
	return false;
}

/* All pieces, or as many bytes as the command asks for. */
static void transfer(struct scsi_lun *lun, struct scsi_command *c, bool write)
{
	struct block *b = lun->block;
	u64 lba, offset, left;
	u32 blocks;

	range(c->cdb, &lba, &blocks);
	if (!in_range(lun, c, lba, blocks) || (write && !writable(lun, c)))
		return;
	offset = lba * SCSI_BLOCK;
	left = (u64)blocks * SCSI_BLOCK;
	if (left > c->pkt->total) {
		/* the buffer is too small: nothing of it is used */
		c->srb_status = SRB_STATUS_DATA_OVERRUN;
		return;
	}
	count(c->vm, write ? COUNT_SCSI_WRITES : COUNT_SCSI_READS, 1);
	count(c->vm, write ? COUNT_SCSI_WRITE_BYTES : COUNT_SCSI_READ_BYTES, left);
	for (u32 i = 0; i < c->pkt->npieces && left; i++) {
		u64 n = MIN(left, (u64)c->pkt->pieces[i].len);
		void *at = gpa_range(c->vm, c->pkt->pieces[i].gpa, n);

		if (!at) {
			illegal(c, ASC_INVALID_FIELD);
			return;
		}
		if (write ? b->ops->write(b, offset, at, n) : b->ops->read(b, offset, at, n)) {
			scsi_fail(c, SENSE_KEY_DATA_PROTECT, ASC_SPACE_ALLOCATION_FAILED);
			return;
		}
		offset += n;
		left -= n;
		c->transferred += n;
	}
}

static void read(struct scsi_lun *lun, struct scsi_command *c)
{
	transfer(lun, c, false);
}

static void write(struct scsi_lun *lun, struct scsi_command *c)
{
	transfer(lun, c, true);
}

/* VERIFY and SYNCHRONIZE CACHE: what is written is there. A range has to exist. */
static void nothing_to_do(struct scsi_lun *lun, struct scsi_command *c)
{
	u64 lba;
	u32 blocks;

	range(c->cdb, &lba, &blocks);
	in_range(lun, c, lba, blocks);
}

static void write_same(struct scsi_lun *lun, struct scsi_command *c)
{
	bool unmap = c->cdb[1] & 8, no_data = c->cdb[0] == 0x93 && c->cdb[1] & 1;
	struct block *b = lun->block;
	u8 one[SCSI_BLOCK] = { 0 };
	u64 lba;
	u32 blocks;

	range(c->cdb, &lba, &blocks);
	if (!blocks || blocks > SCSI_MAX_BLOCKS) {
		illegal(c, ASC_INVALID_FIELD);
		return;
	}
	if (!in_range(lun, c, lba, blocks) || !writable(lun, c))
		return;
	if (!no_data && packet_read(c->vm, c->pkt, 0, one, sizeof(one))) {
		illegal(c, ASC_PARAMETER_LIST_LENGTH);
		return;
	}
	for (u32 i = 0; !no_data && unmap && i < sizeof(one); i++)
		unmap = !one[i];
	c->transferred = no_data ? 0 : sizeof(one);
	if (unmap || no_data) {
		b->ops->discard(b, lba * SCSI_BLOCK, (u64)blocks * SCSI_BLOCK);
		return;
	}
	for (u32 i = 0; i < blocks; i++)
		if (b->ops->write(b, (lba + i) * SCSI_BLOCK, one, sizeof(one))) {
			scsi_fail(c, SENSE_KEY_DATA_PROTECT, ASC_SPACE_ALLOCATION_FAILED);
			return;
		}
}

/* UNMAP: a header of 8 bytes, then 16 a range. All are checked before one is done. */
static void unmap(struct scsi_lun *lun, struct scsi_command *c)
{
	u8 p[8 + 16 * SCSI_UNMAP_RANGES];
	u32 len = be16(c->cdb + 7), n;

	if (!writable(lun, c))
		return;
	if (!len)
		return;
	if (len < 8 || packet_read(c->vm, c->pkt, 0, p, MIN(len, (u32)sizeof(p)))) {
		illegal(c, ASC_PARAMETER_LIST_LENGTH);
		return;
	}
	n = be16(p + 2) / 16u;
	if (n > (len - 8) / 16 || n > SCSI_UNMAP_RANGES) {
		illegal(c, ASC_INVALID_PARAMETER);
		return;
	}
	for (u32 i = 0; i < n; i++)
		if (!in_range(lun, c, be64(p + 8 + 16 * i), be32(p + 16 + 16 * i)))
			return;
	for (u32 i = 0; i < n; i++)
		lun->block->ops->discard(lun->block, be64(p + 8 + 16 * i) * SCSI_BLOCK,
					 (u64)be32(p + 16 + 16 * i) * SCSI_BLOCK);
	c->transferred = MIN((u64)len, c->pkt->total);
}

static void ready(struct scsi_lun *lun, struct scsi_command *c)
{
}

/* Sense is always sent with the status, so there is none left. */
static void request_sense(struct scsi_lun *lun, struct scsi_command *c)
{
	u8 d[18] = { 0x70 };

	d[7] = 10;
	scsi_answer(c, d, sizeof(d), c->cdb[4]);
}

static void service_in(struct scsi_lun *lun, struct scsi_command *c)
{
	if ((c->cdb[1] & 0x1f) == 0x10)
		scsi_read_capacity(lun, c);
	else
		illegal(c, ASC_INVALID_FIELD);
}

static const struct operation {
	u8 code;
	const char *name;	/* in scripts */
	void (*run)(struct scsi_lun *lun, struct scsi_command *c);
} operations[] = {
	{ 0x00, "test-unit-ready", ready },
	{ 0x03, "request-sense", request_sense },
	{ 0x08, "read", read },
	{ 0x0a, "write", write },
	{ 0x12, "inquiry", scsi_inquiry },
	{ 0x1a, "mode-sense", scsi_mode_sense },
	{ 0x1b, "start-stop", ready },
	{ 0x25, "read-capacity", scsi_read_capacity },
	{ 0x28, "read", read },
	{ 0x2a, "write", write },
	{ 0x2f, "verify", nothing_to_do },
	{ 0x35, "flush", nothing_to_do },
	{ 0x41, "write-same", write_same },
	{ 0x42, "unmap", unmap },
	{ 0x5a, "mode-sense", scsi_mode_sense },
	{ 0x5e, "persistent-in", scsi_persistent_in },
	{ 0x5f, "persistent-out", scsi_persistent_out },
	{ 0x88, "read", read },
	{ 0x8a, "write", write },
	{ 0x8f, "verify", nothing_to_do },
	{ 0x91, "flush", nothing_to_do },
	{ 0x93, "write-same", write_same },
	{ 0x9e, "read-capacity", service_in },
	{ 0xa8, "read", read },
	{ 0xaa, "write", write },
};

static const struct operation *find(u8 code)
{
	for (u32 i = 0; i < ARRAY_SIZE(operations); i++)
		if (operations[i].code == code)
			return &operations[i];
	return NULL;
}

const char *scsi_name(const u8 *cdb)
{
	const struct operation *o = find(cdb[0]);

	return o ? o->name : cdb[0] == 0xa0 ? "report-luns" : "other";
}

void scsi_execute(struct scsi_lun *lun, struct scsi_command *c)
{
	const struct operation *o = find(c->cdb[0]);

	c->status = SAM_GOOD;
	c->srb_status = SRB_STATUS_SUCCESS;
	if (lun->attention && c->cdb[0] != 0x12 && c->cdb[0] != 0x03) {
		scsi_fail(c, SENSE_KEY_UNIT_ATTENTION, lun->attention);
		lun->attention = ASC_NONE;
		return;
	}
	if (!o) {
		illegal(c, ASC_INVALID_OPCODE);
		return;
	}
	if (o->run != read && o->run != write)
		count(c->vm, COUNT_SCSI_OTHER, 1);
	o->run(lun, c);
}
