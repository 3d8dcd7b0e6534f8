// SPDX-License-Identifier: GPL-2.0-only
/*
 * A virtio function with any configuration space, any registers and any used
 * rings: hvhost uses it or leaves it, and touches only what is there.
 */
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "fake.h"
#include "lib.h"
#include "net.h"
#include "fake_virtio.h"

static const uint8_t *input;
static size_t left;

static u64 take(u32 n)
{
	u64 v = 0;

	n = (u32)MIN(n, left);
	memcpy(&v, input, n);
	input += n;
	left -= n;
	return v;
}

static bool receive(void *nic, const void *frame, u32 len)
{
	volatile u8 last = ((const u8 *)frame)[len - 1];	/* readable to its end */

	(void)nic, (void)last;
	if (len > NET_FRAME_MAX)
		abort();
	return true;
}

static struct block *later_disk;

static void later(struct block_request *r, int err)
{
	later_disk->ops->end(later_disk, r);
}

static void submit(struct block *b, u64 offset, u64 len)
{
	struct block_request *r = b->ops->begin(b);

	if (!r)
		return;
	later_disk = b;
	r->op = take(1) % 3;
	r->offset = offset;
	r->len = (u32)len;
	r->done = later;
	b->ops->submit(b, r);
}

static void use_disk(struct vm *vm)
{
	static u8 data[8192];
	struct block *b = virtio_blk_create(vm, 0);

	for (u32 i = 0; b && left && i < 24; i++) {
		u64 offset = take(2) * 512, len = (1 + take(1) % 16) * 512;

		if (offset + len > b->bytes)
			continue;
		switch (take(1) % 6) {
		case 0: b->ops->read(b, offset, data, len); break;
		case 1: b->ops->write(b, offset, data, len); break;
		case 2: b->ops->discard(b, offset, len); break;
		case 3: b->ops->flush(b); break;
		case 4: submit(b, offset, len); break;
		case 5: vm->pollers->poll(vm, vm->pollers); break;
		}
	}
}

static void use_wire(struct vm *vm)
{
	static u8 frame[16384];
	struct net_backend *b = virtio_net_create(vm, 0);

	if (!b)
		return;
	b->receive = receive;
	for (u32 i = 0; left && i < 200; i++) {
		if (take(1) & 1)
			b->ops->transmit(b, frame, (u32)take(2) % 10000);
		else
			fv_frame(frame, (u32)take(2) % 9472);
		vm->pollers->poll(vm, vm->pollers);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fake *f = fake_begin(1);
	u32 changes;
	bool net;

	input = data;
	left = size;
	net = take(1) & 1;
	fv_begin(&f->vm, net, take(8));
	fv.clock = &f->now;
	fv.any = take;
	fv.lie = take(1) & 1 ? FV_ANY : FV_HONEST;
	for (changes = take(1) % 8; changes; changes--) {
		u32 at = (u32)take(1);

		/* not its ids and BARs: then it would not be found, or be elsewhere */
		if (at >= PCI_CARDBUS)
			fv.config[at] = (u8)take(1);
	}
	for (changes = take(1) % 4; changes; changes--)
		fv.device[take(1) % sizeof(fv.device)] = (u8)take(1);
	if (take(1) & 1)
		fv.queue_size = (u16)take(2);
	if (take(1) & 1)
		fv.notify_off = (u32)take(2);
	if (net)
		use_wire(&f->vm);
	else
		use_disk(&f->vm);
	fake_end();
	return 0;
}
