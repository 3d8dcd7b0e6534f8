// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of any content on a SCSI channel, with buffers that fit and that do not, to a
 * disk that answers at once and to one that answers late, or never before the channel is
 * closed or the device is gone.
 */
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "device.h"
#include "device/scsi.h"
#include "guest.h"
#include "input.h"
#include "late_disk.h"
#include "lib.h"

/* Codes that a disk knows are worth more tries than others. */
static u8 opcode(struct input *in)
{
	static const u8 known[] = { 0x00, 0x03, 0x08, 0x0a, 0x12, 0x1a, 0x25, 0x28, 0x2a, 0x2f, 0x35, 0x41,
				    0x42, 0x5a, 0x5e, 0x5f, 0x88, 0x8a, 0x91, 0x93, 0x9e, 0xa0, 0xa8, 0xaa };
	u8 v = (u8)take(in, 1);

	return v & 0x80 ? v : known[v % ARRAY_SIZE(known)];
}

/* Close the channel, or take the device away and give it back; and from the beginning. */
static void reopen(struct guest *g, struct vmbus_device *dev, struct guest_channel *c, bool rescind)
{
	const struct msg_header unload = { MSG_UNLOAD, 0 };
	u64 next = g->next_page;

	if (rescind)
		vmbus_device_rescind(dev);
	guest_post(g, &unload, sizeof(unload));
	guest_messages(g);
	if (rescind && vmbus_device_offer(dev))
		abort();
	g->offers = 0;
	/* on the same pages, and with memory for it */
	g->next_page = c->ring >> PAGE_SHIFT;
	g->fake->heap_left += 1ul << 20;
	if (!guest_contact(g, VMBUS_VERSION(5, 3)) || !guest_request_offers(g) ||
	    guest_open(g, c, &g->offer[0], 5))
		abort();
	g->next_page = next;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct guest *g = guest_begin(2);
	struct vmbus_device *dev = scsi_create(&g->fake->vm, 0, 2);
	struct late_disk *late;
	struct guest_packet r;
	struct guest_channel c;
	u64 buffer;

	late = late_disk_create();
	g->fake->heap_left = 2ul << 20;
	if (!dev || scsi_lun_add(dev, 1, &late->b) ||
	    scsi_lun_add(dev, 0, ramdisk_create(8ul << 20, NULL, 0)) ||
	    !guest_contact(g, VMBUS_VERSION(5, 3)) || !guest_request_offers(g) ||
	    guest_open(g, &c, &g->offer[0], 5))
		abort();
	buffer = guest_pages(g, 8);
	for (u32 steps = 0; in.left && steps < 48; steps++) {
		struct vstor_packet p = { .operation = VSTOR_EXECUTE_SRB };
		u8 what = (u8)take(&in, 1);
		u32 bytes = (u32)take(&in, 2) % (7u << PAGE_SHIFT);

		if (what >= 0xfc) {
			reopen(g, dev, &c, what & 1);
			continue;
		}
		switch (what & 7) {
		case 0:
			p.operation = (u32)take(&in, 1) % 16;
			p.sub_channels = (u16)take(&in, 1);
			break;
		case 1:
			if (what & 8)
				scsi_lun_add(dev, (u8)take(&in, 1), ramdisk_create(65536, NULL, 0));
			else
				scsi_lun_resize(dev, 0, take(&in, 3));
			break;
		case 2:
			late_answer(late, (u32)what >> 3, what & 0x20 ? -HV_EIO : 0);
			continue;
		default:
			p.srb.cdb_length = what & 0x10 ? (u8)take(&in, 1) : 16;
			p.srb.lun = what & 0x20 ? (u8)take(&in, 1) : what >> 3 & 1;
			p.srb.target = what >> 7;
			p.srb.cdb[0] = opcode(&in);
			for (u32 i = 1; i < 16; i++)
				p.srb.cdb[i] =
					what & 0x40 ? (u8)take(&in, 1) : (u8)(take(&in, 1) & 1);
			for (u32 i = 0; i < 32; i++)
				((u8 *)guest_at(g, buffer))[i] = (u8)take(&in, 1);
		}
		if (bytes)
			guest_send_gpa(g, &c, steps + 1, buffer + (what >> 5) * 100, bytes, &p,
				       sizeof(p));
		else
			guest_send(g, &c, steps + 1, &p, sizeof(p));
		guest_messages(g);
		g->offers = 0;
		while (guest_recv(g, &c, &r))
			;
	}
	/* whoever waited, the disk gets all of its slots back */
	for (u32 i = 0; i < 2 * LATE_SLOTS; i++)
		late_answer(late, i, 0);
	if (late_in_use(late))
		abort();
	guest_end(g);
	return 0;
}
