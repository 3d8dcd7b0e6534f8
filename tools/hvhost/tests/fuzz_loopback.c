// SPDX-License-Identifier: GPL-2.0-only
/* Frames of any content to the loopback peer: it takes them apart, and what it sends is whole. */
#include <stdlib.h>
#include <string.h>

#include "backend/loopback.h"
#include "input.h"
#include "nic.h"

static bool receive(void *nic, const void *frame, u32 len)
{
	struct ip_frame f;
	u32 at;
	u16 type = frame_type(frame, len, &at);

	if (len > NET_FRAME_MAX || (type != ETH_P_ARP && !frame_parse(frame, len, &f)))
		abort();
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const u8 mine6[16] = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0x5e, 0xff, 0xfe, 0, 0x53, 1 };
	static const u16 ports[] = { 7, 9, 19, 80 };
	struct fake *fake = fake_begin(1);
	struct net_backend *b = loopback_create(&fake->vm);
	struct input in = { data, size };
	u32 seq = 1, ack = 0;

	if (!b)
		abort();
	b->receive = receive;
	b->ops->attach(b, nic_mac);
	fake->heap_left = 1 << 20;
	for (u32 steps = 0; in.left && steps < 64; steps++) {
		u8 kind = (u8)take(&in, 1), f[3000], *exact;
		u32 bytes = (u32)take(&in, 2) % 2000, at = kind & 1 ? 54 : 34, changes;
		u32 len = put_frame(f, kind & 1, kind & 2, ports[kind >> 2 & 3], bytes);
		u8 proto = kind & 2 ? PROTO_TCP : PROTO_UDP;

		if (kind & 1)
			memcpy(f + 38, mine6, 16);
		if (kind & 2) {
			f[at + 13] = (u8)(take(&in, 1) % 3 ? TCP_ACK : take(&in, 1));
			if (f[at + 13] & TCP_SYN)
				seq = 1;
			put_be32(f + at + 4, seq + (take(&in, 1) > 200 ? (u32)take(&in, 2) : 0));
			put_be32(f + at + 8, ack + (u32)take(&in, 2));
			put_be16(f + at + 14, (u16)take(&in, 2));
			seq += bytes;
		}
		if (kind & 16) {
			proto = kind & 1 ? PROTO_ICMP6 : PROTO_ICMP;
			f[kind & 1 ? 20 : 23] = proto;
			f[at] = (u8)take(&in, 1);
		}
		for (changes = (u32)take(&in, 1) % 5; changes; changes--)
			f[take(&in, 1) % len] = (u8)take(&in, 1);
		if (kind & 32) {
			/* a checksum that is right gets further */
			u32 field = at + (proto == PROTO_TCP ? 16 : proto == PROTO_UDP ? 6 : 2);
			struct ip_frame ip;

			put_be16(f + 24, kind & 1 ? be16(f + 24) : 0);
			if (!(kind & 1))
				put_be16(f + 24, (u16)~slow_sum(0, f + 14, 20));
			put_be16(f + field, 0);
			if (frame_parse(f, len, &ip))
				put_be16(f + field, proto == PROTO_ICMP ?
							    (u16)~slow_sum(0, f + at, len - at) :
							    checksum_end(frame_sum(f, &ip)));
		}
		if (kind & 64)
			len = (u32)take(&in, 2) % (len + 1);
		if (kind & 128)
			fake_time(fake->now + take(&in, 4));
		exact = malloc(len + 1);
		memcpy(exact, f, len);
		b->ops->transmit(b, exact, len);
		free(exact);
	}
	fake_end();
	return 0;
}
