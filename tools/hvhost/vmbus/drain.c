// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring is emptied while its device has the host to itself: no other processor of
 * the guest is served meanwhile, and they may write into the ring as fast as it is
 * read. So a call ends after as many bytes as the ring holds, which is all that a
 * guest can have meant by one signal; what came in meanwhile has its turn later,
 * from an event, since the guest need not signal again for a ring it did not fill
 * from empty. In between the others have as much time as the call took.
 */
#include "bus.h"

#define PAUSE	1000	/* 100 ns; at least */

void channel_drain(struct vmbus_channel *ch, channel_take *take, channel_full *full)
{
	u64 began = vm_time(ch->dev->vm);
	struct vmbus_packet p;
	u32 left = ring_size(ch);

	while (ch->open && !(full && full(ch)) && channel_recv(ch, &p) == 1) {
		bool last = p.ring_bytes >= left;

		left -= MIN(left, p.ring_bytes);
		take(ch, &p);
		if (last) {
			if (ch->open)
				notify_later(container_of(ch, struct bus_channel, ch),
					     MAX(vm_time(ch->dev->vm) - began, (u64)PAUSE));
			return;
		}
	}
}
