/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the files of the SCSI controller: scsi.c is the protocol on the channel,
 * scsi_cdb.c what a disk does with a command, scsi_page.c what it says of itself,
 * scsi_reserve.c persistent reservations, scsi_plug.c disks that come and go,
 * scsi_late.c commands that take their time.
 */
#ifndef HVHOST_DEVICE_SCSI_H
#define HVHOST_DEVICE_SCSI_H

#include "block.h"
#include "bytes.h"
#include "device/answer.h"
#include "stor_proto.h"
#include "vmbus.h"

#define SCSI_BLOCK	512u		/* bytes of a logical block */
#define SCSI_PHYSICAL	4096u
#define SCSI_LUNS	64
#define SCSI_BYTES_MAX	(1ull << 40)	/* of a disk in memory: its table has to fit, too */
#define SCSI_ANSWER_MAX	1024u		/* bytes of an answer that is no data */
#define SCSI_MAX_BLOCKS	(8u << 10)	/* of one WRITE SAME; VPD page 0xb0 says so */
#define SCSI_UNMAP_RANGES 32

struct scsi_lun {
	struct block *block;	/* NULL: there is no such LUN */
	u8 id;
	char serial[17];	/* 16 hexadecimal digits */
	u16 attention;		/* ASC_* the next command is told, or ASC_NONE */
	/* persistent reservation: one initiator, hence one key */
	bool registered, reserved;
	u8 type;
	u32 generation;
	u64 key;
};

struct scsi {
	struct vmbus_device dev;
	struct answers answers;
	struct scsi_lun lun[SCSI_LUNS];
	struct scsi_late *late;	/* commands that are with their disks */
	u16 version;		/* agreed on; 0: none yet */
	u32 sub_channels_max;
};

static inline struct scsi *scsi_of(struct vmbus_device *d)
{
	return container_of(d, struct scsi, dev);
}

struct scsi_command {
	struct vm *vm;
	const u8 *cdb;		/* 16 bytes */
	const struct vmbus_packet *pkt;	/* its pieces are the data buffer */
	/* out */
	u8 status, srb_status;
	u8 sense[VSTOR_SENSE_SIZE];
	u8 sense_length;
	u64 transferred;	/* bytes */
	struct scsi_late *late;	/* answered later: scsi_late.c */
};

/* scsi_cdb.c: do it. Fills the command's out fields; GOOD when nothing else is said. */
void scsi_execute(struct scsi_lun *lun, struct scsi_command *c);
/* CHECK CONDITION with sense. */
void scsi_fail(struct scsi_command *c, u8 key, u16 asc);
/* An answer of @len bytes, of which the initiator takes @allocated. */
void scsi_answer(struct scsi_command *c, const void *data, u32 len, u32 allocated);
/* The word scripts use for the command of @cdb: "read", "write", ... */
const char *scsi_name(const u8 *cdb);
/* READ or WRITE of @len bytes is over: @err of the backend, or 0. */
void scsi_moved(struct scsi_command *c, int err, bool write, u64 len);
/* scsi_late.c */
/*
 * READ or WRITE of @len bytes without waiting: sets c->late. False: @b or this
 * command cannot, move it the other way.
 */
bool scsi_late_begin(struct scsi_command *c, struct block *b, bool write, bool fua, u64 offset,
		     u64 len);
/* Put @l into *@list and start it; @answer is called when it is done, perhaps at once. */
void scsi_late_go(struct scsi_late *l, struct scsi_late **list, struct vmbus_channel *ch,
		  const struct vstor_packet *p,
		  void (*answer)(struct vmbus_channel *ch, u64 id, struct vstor_packet *p,
				 struct scsi_command *c));
/* Nobody waits for those of @ch (NULL: all) any more. */
void scsi_late_forget(struct scsi_late *list, const struct vmbus_channel *ch);
/* scsi_page.c */
void scsi_inquiry(struct scsi_lun *lun, struct scsi_command *c);
void scsi_inquiry_absent(struct scsi_command *c);
void scsi_mode_sense(struct scsi_lun *lun, struct scsi_command *c);
void scsi_read_capacity(struct scsi_lun *lun, struct scsi_command *c);
/* scsi.c */
extern const struct vmbus_device_ops scsi_ops;
/* scsi_plug.c: "add" LUN BYTES, "remove" LUN, "resize" LUN BYTES. */
int scsi_act(struct vmbus_device *dev, const struct vmbus_action *a);
/* scsi_reserve.c */
void scsi_persistent_in(struct scsi_lun *lun, struct scsi_command *c);
void scsi_persistent_out(struct scsi_lun *lun, struct scsi_command *c);

#endif
