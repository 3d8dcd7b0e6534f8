// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a virtual disk does with a command: a table of operation codes, each with
 * the function that does it. Reads and writes move between the disk and the
 * guest's pages, directly or by way of the backend's own memory (block.h). SBC-3
 * 5, SPC-4 6.
 */
#include "counters.h"
#include "device/scsi.h"
#include "lib.h"

#define FUA	8	/* byte 1 of READ and WRITE, but for those of 6 bytes */

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

/* What went wrong below, in the words of SPC-4. */
static void backend_fail(struct scsi_command *c, int err, bool write)
{
	if (err == -HV_ENOSPC)
		scsi_fail(c, SENSE_KEY_DATA_PROTECT, ASC_SPACE_ALLOCATION_FAILED);
	else if (err == -HV_EFAULT)
		illegal(c, ASC_INVALID_FIELD);
	else
		scsi_fail(c, SENSE_KEY_MEDIUM_ERROR, write ? ASC_WRITE_ERROR : ASC_READ_ERROR);
}

void scsi_moved(struct scsi_command *c, int err, bool write, u64 len)
{
	if (err)
		backend_fail(c, err, write);
	else
		c->transferred = len;
}

static int move_pieces(struct block *b, struct scsi_command *c, bool write, u64 offset, u64 len)
{
	int err = 0;

	for (u32 i = 0; i < c->pkt->npieces && len && !err; i++) {
		u64 n = MIN(len, (u64)c->pkt->pieces[i].len);
		void *at = gpa_range(c->vm, c->pkt->pieces[i].gpa, n);

		if (!at)
			return -HV_EFAULT;
		err = write ? b->ops->write(b, offset, at, n) : b->ops->read(b, offset, at, n);
		offset += n;
		len -= n;
	}
	return err;
}

/* The backend's memory in between: its device is never given a guest's address. */
static int move_buffered(struct block *b, struct scsi_command *c, bool write, u64 offset, u64 len)
{
	int err = 0;

	for (u64 done = 0; done < len && !err;) {
		u64 n = MIN(len - done, (u64)b->buffer_bytes);

		err = write ? packet_read(c->vm, c->pkt, done, b->buffer, n) :
			      b->ops->read(b, offset + done, b->buffer, n);
		if (!err)
			err = write ? b->ops->write(b, offset + done, b->buffer, n) :
				      packet_write(c->vm, c->pkt, done, b->buffer, n);
		done += n;
	}
	return err;
}

/* All pieces, or as many bytes as the command asks for. */
static void transfer(struct scsi_lun *lun, struct scsi_command *c, bool write)
{
	struct block *b = lun->block;
	bool fua = write && c->cdb[0] >> 5 && c->cdb[1] & FUA && b->ops->flush;
	u64 lba, len;
	u32 blocks;
	int err;

	range(c->cdb, &lba, &blocks);
	if (!in_range(lun, c, lba, blocks) || (write && !writable(lun, c)))
		return;
	len = (u64)blocks * SCSI_BLOCK;
	if (len > c->pkt->total) {
		/* the buffer is too small: nothing of it is used */
		c->srb_status = SRB_STATUS_DATA_OVERRUN;
		return;
	}
	count(c->vm, write ? COUNT_SCSI_WRITES : COUNT_SCSI_READS, 1);
	count(c->vm, write ? COUNT_SCSI_WRITE_BYTES : COUNT_SCSI_READ_BYTES, len);
	if (scsi_late_begin(c, b, write, fua, lba * SCSI_BLOCK, len))
		return;
	err = b->buffer ? move_buffered(b, c, write, lba * SCSI_BLOCK, len) :
			  move_pieces(b, c, write, lba * SCSI_BLOCK, len);
	if (!err && fua)
		err = b->ops->flush(b);
	scsi_moved(c, err, write, len);
}

static void read(struct scsi_lun *lun, struct scsi_command *c)
{
	transfer(lun, c, false);
}

static void write(struct scsi_lun *lun, struct scsi_command *c)
{
	transfer(lun, c, true);
}

/* VERIFY: what is written is there. A range has to exist. */
static void verify(struct scsi_lun *lun, struct scsi_command *c)
{
	u64 lba;
	u32 blocks;

	range(c->cdb, &lba, &blocks);
	in_range(lun, c, lba, blocks);
}

/* SYNCHRONIZE CACHE: more than the range may be written. */
static void flush(struct scsi_lun *lun, struct scsi_command *c)
{
	struct block *b = lun->block;
	u64 lba;
	u32 blocks;
	int err;

	range(c->cdb, &lba, &blocks);
	if (!in_range(lun, c, lba, blocks) || !b->ops->flush)
		return;
	err = b->ops->flush(b);
	if (err)
		backend_fail(c, err, true);
}

/* The same block over and over. */
static int repeat(struct block *b, u64 offset, u64 len, u8 one[SCSI_BLOCK])
{
	u8 *from = b->buffer ? b->buffer : one;
	u64 step = b->buffer ? b->buffer_bytes : SCSI_BLOCK;
	int err = 0;

	for (u64 i = 0; b->buffer && i < MIN(step, len); i += SCSI_BLOCK)
		memcpy(from + i, one, SCSI_BLOCK);
	for (u64 done = 0; done < len && !err; done += step)
		err = b->ops->write(b, offset + done, from, MIN(len - done, step));
	return err;
}

static void write_same(struct scsi_lun *lun, struct scsi_command *c)
{
	bool unmap = c->cdb[1] & 8, no_data = c->cdb[0] == 0x93 && c->cdb[1] & 1;
	struct block *b = lun->block;
	u8 one[SCSI_BLOCK] = { 0 };
	u64 lba, len;
	u32 blocks;
	int err;

	range(c->cdb, &lba, &blocks);
	len = (u64)blocks * SCSI_BLOCK;
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
	if (unmap || no_data)
		err = b->ops->discard(b, lba * SCSI_BLOCK, len);
	else
		err = repeat(b, lba * SCSI_BLOCK, len, one);
	if (err)
		backend_fail(c, err, true);
}

/* UNMAP: a header of 8 bytes, then 16 a range. All are checked before one is done. */
static void unmap(struct scsi_lun *lun, struct scsi_command *c)
{
	u8 p[8 + 16 * SCSI_UNMAP_RANGES];
	u32 len = be16(c->cdb + 7), n;
	int err = 0;

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
	for (u32 i = 0; i < n && !err; i++)
		err = lun->block->ops->discard(lun->block, be64(p + 8 + 16 * i) * SCSI_BLOCK,
					       (u64)be32(p + 16 + 16 * i) * SCSI_BLOCK);
	if (err)
		backend_fail(c, err, true);
	else
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
	{ 0x2f, "verify", verify },
	{ 0x35, "flush", flush },
	{ 0x41, "write-same", write_same },
	{ 0x42, "unmap", unmap },
	{ 0x5a, "mode-sense", scsi_mode_sense },
	{ 0x5e, "persistent-in", scsi_persistent_in },
	{ 0x5f, "persistent-out", scsi_persistent_out },
	{ 0x88, "read", read },
	{ 0x8a, "write", write },
	{ 0x8f, "verify", verify },
	{ 0x91, "flush", flush },
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
