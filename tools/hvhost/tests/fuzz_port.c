// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses of any kind to ports that exit. The room ends the run when the machine
 * would be told to do what no guest may tell it.
 */
#include "input.h"
#include "port_room.h"
#include "tlfs_exit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const u16 likely[] = { PORT_APM, ROOM_PM1, PORT_EXIT, PORT_PHASE, PORT_TESTDEV,
				      PORT_PCI, PORT_PCI + 4, 0x510, 0x92 };
	struct input in = { data, size };

	room_begin();
	room.fake->config.testdev = take(&in, 1) & 1;
	if (room.fake->config.testdev)
		assert(tlfs_init(&room.fake->vm) && testdev_init(&room.fake->vm));
	while (in.left) {
		u8 what = (u8)take(&in, 1);
		u32 bytes = 1u << take(&in, 1) % 3, before = room.outs;
		u16 port = what & 0x80 ? (u16)take(&in, 2) :
					 likely[take(&in, 1) % ARRAY_SIZE(likely)];
		u64 rax = take(&in, what & 0x40 ? 8 : 2), after;
		u32 how = (what & (IOIO_IN | IOIO_STRING | IOIO_REP)) | IOIO_SIZE(bytes);

		after = room_access(port, how, rax);
		/* what is not read into stays: all of it, or what is above */
		if (!(how & IOIO_IN) || how & IOIO_STRING)
			assert(after == rax);
		else if (bytes < 4)
			assert((after ^ rax) >> (8 * bytes) == 0);
		else
			assert(after >> 32 == 0);
		if (how & (IOIO_IN | IOIO_STRING))
			assert(room.outs == before);
	}
	fake_end();
	return 0;
}
