/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The storage protocol on the wire, from the guest's drivers/scsi/storvsc_drv.c,
 * and of SCSI what both files of device/scsi share (SPC-4, SBC-3, SAM-5).
 */
#ifndef HVHOST_STOR_PROTO_H
#define HVHOST_STOR_PROTO_H

#include "types.h"

enum vstor_operation {
	VSTOR_COMPLETE_IO = 1, VSTOR_REMOVE_DEVICE, VSTOR_EXECUTE_SRB, VSTOR_RESET_LUN,
	VSTOR_RESET_ADAPTER, VSTOR_RESET_BUS, VSTOR_BEGIN_INITIALIZATION,
	VSTOR_END_INITIALIZATION, VSTOR_QUERY_PROTOCOL_VERSION, VSTOR_QUERY_PROPERTIES,
	VSTOR_ENUMERATE_BUS, VSTOR_FCHBA_DATA, VSTOR_CREATE_SUB_CHANNELS,
};

#define VSTOR_VERSION(major, minor)	((major) << 8 | (minor))
#define VSTOR_COMPLETION_WANTED		1u	/* flags */
#define VSTOR_MULTI_CHANNEL		1u	/* flags of the properties */
#define VSTOR_STATUS_UNSUCCESSFUL	0xc0000001u
#define VSTOR_SENSE_SIZE		20

#define SRB_STATUS_SUCCESS		0x01
#define SRB_STATUS_ABORTED		0x02
#define SRB_STATUS_ERROR		0x04
#define SRB_STATUS_INVALID_REQUEST	0x06
#define SRB_STATUS_DATA_OVERRUN		0x12
#define SRB_STATUS_INVALID_LUN		0x20
#define SRB_STATUS_AUTOSENSE_VALID	0x80

struct vstor_srb {
	u16 length;
	u8 srb_status, scsi_status;
	u8 port, path, target, lun;
	u8 cdb_length, sense_length, data_in, reserved;
	u32 transfer_length;
	union {
		u8 cdb[16];
		u8 sense[VSTOR_SENSE_SIZE];
	};
	u16 reserved2;
	u8 queue_tag, queue_action;
	u32 srb_flags, timeout, queue_sort_key;
} __packed;

struct vstor_properties {
	u32 reserved;
	u16 max_channels, reserved1;
	u32 flags, max_transfer;
	u64 reserved2;
} __packed;

struct vstor_packet {
	u32 operation, flags, status;
	union {
		struct vstor_srb srb;
		struct vstor_properties properties;
		struct { u16 major_minor, revision; } version;
		u16 sub_channels;
		u8 buffer[0x34];
	};
} __packed;
_Static_assert(sizeof(struct vstor_packet) == 64, "storvsc_drv.c");

#define SAM_GOOD			0x00
#define SAM_CHECK_CONDITION		0x02
#define SAM_RESERVATION_CONFLICT	0x18

/* Additional sense code and qualifier, as one number. */
#define ASC_NONE			0x0000
#define ASC_WRITE_ERROR			0x0c00
#define ASC_READ_ERROR			0x1100
#define ASC_INVALID_OPCODE		0x2000
#define ASC_LBA_OUT_OF_RANGE		0x2100
#define ASC_INVALID_FIELD		0x2400
#define ASC_INVALID_PARAMETER		0x2600
#define ASC_WRITE_PROTECTED		0x2700
#define ASC_SPACE_ALLOCATION_FAILED	0x2707
#define ASC_POWER_ON			0x2900
#define ASC_PARAMETER_LIST_LENGTH	0x1a00
#define ASC_CAPACITY_CHANGED		0x2a09
#define ASC_LUNS_CHANGED		0x3f0e

#define SENSE_KEY_NOT_READY		2
#define SENSE_KEY_MEDIUM_ERROR		3
#define SENSE_KEY_ILLEGAL_REQUEST	5
#define SENSE_KEY_UNIT_ATTENTION	6
#define SENSE_KEY_DATA_PROTECT		7

#endif
