// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wire of a NIC that ends in a virtio-net function of the machine, and so in
 * QEMU's user network. Frames from the guest are copied into a slot and handed to
 * the device; its frames raise an interrupt that gets hvhost out of the guest,
 * and virtio_net_poll() hands them to the NIC. VIRTIO 1.0, section 5.1.
 *
 * No offload is agreed on: a frame on either side is one whole frame.
 */
#include "counters.h"
#include "lib.h"
#include "net.h"
#include "virtio.h"
#include "../device/pci.h"

#define QUEUE_RX	0
#define QUEUE_TX	1
#define HEADER		12u		/* struct virtio_net_hdr, with num_buffers: section 5.1.6 */
#define SLOT		9472u		/* of a frame and its header */
#define SLOTS		64u
#define FRAME_MIN	14u

_Static_assert(SLOT >= HEADER + NET_FRAME_MAX, "a slot holds any frame");

struct virtio_net {
	struct net_backend b;
	struct poller poller;
	struct virtio v;
	struct virtq rx, tx;
	u8 *rx_slot, *tx_slot;	/* a descriptor's number is that of its slot */
	char name[16];
};

static struct virtio_net *net(struct net_backend *b)
{
	return container_of(b, struct virtio_net, b);
}

/* One descriptor a request, so that the next head is the next free descriptor. */
static void give_buffers(struct virtio_net *n)
{
	bool any = false;

	while (n->rx.nfree) {
		struct virtq_piece p = { n->rx_slot + n->rx.free * SLOT, SLOT, true };

		if (virtq_add(&n->rx, &p, 1) < 0)
			return;
		any = true;
	}
	if (any)
		virtq_kick(&n->rx);
}

static void poll(struct vm *vm, struct poller *p)
{
	struct virtio_net *n = container_of(p, struct virtio_net, poller);
	u32 len, most;
	int slot;

	/* Nobody fills a ring faster than it is emptied, but a bound costs nothing. */
	for (most = 0; most < 2 * SLOTS && (slot = virtq_get(&n->rx, &len)) >= 0; most++) {
		const u8 *frame = n->rx_slot + (u32)slot * SLOT + HEADER;

		if (len < HEADER + FRAME_MIN || len > HEADER + NET_FRAME_MAX)
			hv_log("%s: a frame of %u bytes from the device: dropped", n->name, len);
		else if (n->b.receive)
			n->b.receive(n->b.nic, frame, len - HEADER);
	}
	give_buffers(n);
}

static void vn_transmit(struct net_backend *b, const void *frame, u32 len)
{
	struct virtio_net *n = net(b);
	struct virtq_piece p = { NULL, HEADER + len, false };
	u32 none;

	while (virtq_get(&n->tx, &none) >= 0)
		;
	if (len > NET_FRAME_MAX || !n->tx.nfree || n->v.failed) {
		/* as a wire that is too slow: the guest's protocols know what to do */
		count(n->v.vm, COUNT_NET_USER_DROPPED, 1);
		return;
	}
	p.at = n->tx_slot + n->tx.free * SLOT;
	memset(p.at, 0, HEADER);
	memcpy((u8 *)p.at + HEADER, frame, len);
	if (virtq_add(&n->tx, &p, 1) >= 0)
		virtq_kick(&n->tx);
}

static const struct net_backend_ops virtio_net_ops = {
	.name = "user",
	.transmit = vn_transmit,
};

struct net_backend *virtio_net_create(struct vm *vm, u32 nth)
{
	struct virtio_net *n = hv_alloc(sizeof(*n));
	size_t pages = ALIGN_UP(SLOTS * SLOT, (u32)PAGE_SIZE) / PAGE_SIZE;
	u64 features;

	if (!n)
		return NULL;
	hv_snprintf(n->name, sizeof(n->name), "virtio-net %u", nth);
	n->b.ops = &virtio_net_ops;
	n->rx_slot = hv_alloc_pages(pages);
	n->tx_slot = hv_alloc_pages(pages);
	/* Nothing is freed when it fails: the machine stops then. */
	if (!n->rx_slot || !n->tx_slot ||
	    virtio_open(&n->v, vm, n->name, VIRTIO_NET, nth, 0, &features) ||
	    virtq_create(&n->rx, &n->v, QUEUE_RX, SLOTS, true) ||
	    virtq_create(&n->tx, &n->v, QUEUE_TX, SLOTS, false))
		return NULL;
	if (!n->v.msix_table) {
		hv_log("%s: no MSI-X: nobody would hear of its frames", n->name);
		return NULL;
	}
	virtio_start(&n->v);
	give_buffers(n);
	n->poller.poll = poll;
	vm_poll_add(vm, &n->poller);
	return &n->b;
}
