// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hostile guest on the bus, with a SCSI controller (--disk): it lends memory
 * that is the host's, opens rings with indices, lengths and page frames that
 * point anywhere, and posts what comes out of a generator. After each the host
 * has to be there, and a well-behaved session has to work again.
 *	hostile [seed=N] [rounds=N]
 */
#include "flat.h"
#include "lib.h"
#include "vmbus_proto.h"

#define HOST_IMAGE	0x200ull	/* page frames: boot/hvhost.lds, the heap behind RAM */
#define RING_PAGES	8
#define MESSAGE_VECTOR	0xf3

static u8 *in;
static struct hv_message *slot;
static u8 *ring;
static u32 relid, connection, gpadl = 0x100;
static u64 seed;

static u16 post(const void *message, u32 len)
{
	struct hv_post_message_input *m = (void *)in;

	memset(m, 0, sizeof(*m));
	m->connection = VMBUS_CONNECTION_ID_4;
	m->type = VMBUS_MESSAGE_TYPE;
	m->payload_size = len;
	memcpy(m->payload, message, len);
	return call(HV_CALL_POST_MESSAGE, (u64)in, 0);
}

/* Take the next message to @to; its type, 0: there is none. */
static u32 next(void *to, u32 len)
{
	u32 type;

	if (!slot->type)
		return 0;
	type = *(u32 *)slot->payload;
	if (to)
		memcpy(to, slot->payload, len);
	__atomic_store_n(&slot->type, 0, __ATOMIC_SEQ_CST);
	if (slot->flags & 1)
		msr_write(HV_MSR_EOM, 0);
	return type;
}

/* Take messages until one of @type came; false: there are no more. */
static bool message(u32 type, void *to, u32 len)
{
	u32 got;

	for (u32 n = 0; n < 64 && (got = next(to, len)); n++)
		if (got == type)
			return true;
	return false;
}

static bool contact(void)
{
	struct msg_contact c = { .header = { MSG_INITIATE_CONTACT, 0 },
				 .version = VMBUS_VERSION(5, 3),
				 .interrupt_page = VMBUS_SINT };
	struct msg_version_response r = { .supported = 0 };

	post(&c, sizeof(c));
	return message(MSG_VERSION_RESPONSE, &r, sizeof(r)) && r.supported;
}

/* Offers up to the last; the SCSI controller's is the one that is used. */
static bool offers(void)
{
	static const struct guid scsi =
		GUID(0xba6163d9, 0x04a1, 0x4d29, 0xb6, 0x05, 0x72, 0xe2, 0xff, 0xb1, 0xdc, 0x7f);
	struct msg_header h = { MSG_REQUESTOFFERS, 0 };
	struct msg_offer o;
	u32 type;

	relid = 0;
	post(&h, sizeof(h));
	while ((type = next(&o, sizeof(o))) && type != MSG_ALLOFFERS_DELIVERED)
		if (type == MSG_OFFERCHANNEL && !memcmp(&o.type, &scsi, sizeof(scsi))) {
			relid = o.relid;
			connection = o.connection;
		}
	return relid && type == MSG_ALLOFFERS_DELIVERED;
}

/* The status of a GPADL of @n frames, ~0 when there is no answer. */
static u32 lend(u64 frame, u32 n, u32 byte_count, u32 offset, u16 ranges)
{
	struct {
		struct msg_gpadl_header h;
		u32 count, offset;
		u64 pfn[20];
	} __packed m = { { { MSG_GPADL_HEADER, 0 }, relid, ++gpadl, (u16)(8 + 8 * n), ranges },
			 byte_count, offset, { 0 } };
	struct msg_gpadl_created r = { .status = ~0u };

	for (u32 i = 0; i < n && i < 20; i++)
		m.pfn[i] = frame + i;
	post(&m, (u32)(sizeof(m.h) + 8 + 8 * (n < 20 ? n : 20)));
	message(MSG_GPADL_CREATED, &r, sizeof(r));
	return r.status;
}

static u32 open(u32 handle, u32 downstream, u32 vp)
{
	struct msg_open m = { .header = { MSG_OPENCHANNEL, 0 }, .relid = relid, .open_id = 1,
			      .ring_gpadl = handle, .target_vp = vp, .downstream_page = downstream };
	struct msg_open_result r = { .status = ~0u };

	post(&m, sizeof(m));
	message(MSG_OPENCHANNEL_RESULT, &r, sizeof(r));
	return r.status;
}

static void leave(void)
{
	struct msg_header h = { MSG_UNLOAD, 0 };

	post(&h, sizeof(h));
	report(message(MSG_UNLOAD_RESPONSE, NULL, 0), "the host answers UNLOAD");
}

/* From contact to an open channel, as a guest should. */
static bool session(void)
{
	memset(ring, 0, RING_PAGES * PAGE_SIZE);
	return contact() && offers() &&
	       !lend((u64)ring >> 12, RING_PAGES, RING_PAGES * PAGE_SIZE, 0, 1) &&
	       !open(gpadl, RING_PAGES / 2, 0);
}

static void signal(void)
{
	u64 result;

	hypercall(HV_CALL_SIGNAL_EVENT | HV_CALL_FAST, connection, 0, &result);
}

static u64 any(u64 below) { return hv_random(&seed) % below; }

/* ---- GPADLs ---- */

static void frames(void)
{
	u64 heap = ram_end() >> 12;

	report(contact() && offers(), "contact and an offer");
	report(lend(HOST_IMAGE, 4, 4 * PAGE_SIZE, 0, 1) == VMBUS_STATUS_REFUSED,
	       "lending the host's image");
	report(lend(heap + 8, 4, 4 * PAGE_SIZE, 0, 1) == VMBUS_STATUS_REFUSED,
	       "lending the host's heap");
	report(lend(HOST_IMAGE - 1, 2, 2 * PAGE_SIZE, 0, 1) == VMBUS_STATUS_REFUSED,
	       "lending up to it");
	report(lend(0xfee00, 1, PAGE_SIZE, 0, 1) == VMBUS_STATUS_REFUSED, "lending a device");
	report(lend(~0ull - 3, 4, 4 * PAGE_SIZE, 0, 1) == VMBUS_STATUS_REFUSED,
	       "lending what wraps");
	report(lend(1ull << 52, 4, 4 * PAGE_SIZE, 0, 1) == VMBUS_STATUS_REFUSED,
	       "lending no page frame");
	report(lend((u64)ring >> 12, 4, ~0u, 0, 1) == VMBUS_STATUS_REFUSED, "4 GiB in four pages");
	report(lend((u64)ring >> 12, 4, 0, 0, 1) == VMBUS_STATUS_REFUSED, "nothing in four pages");
	report(lend((u64)ring >> 12, 4, 4 * PAGE_SIZE, 5000, 1) == VMBUS_STATUS_REFUSED,
	       "an offset beyond");
	report(lend((u64)ring >> 12, 4, 4 * PAGE_SIZE, 0, 9) == VMBUS_STATUS_REFUSED,
	       "nine ranges");
	report(open(0x9999, 4, 0) == VMBUS_STATUS_REFUSED, "rings in no GPADL");
	report(!lend((u64)ring >> 12, RING_PAGES, RING_PAGES * PAGE_SIZE, 0, 1),
	       "lending what is there");
	report(open(gpadl, 0, 0) == VMBUS_STATUS_REFUSED, "a ring of no pages");
	report(open(gpadl, ~0u, 0) == VMBUS_STATUS_REFUSED, "a ring of too many");
	report(open(gpadl, 4, 99) == VMBUS_STATUS_REFUSED, "interrupts to a VP that is not there");
	leave();
}

/* ---- rings ---- */

static void indices(void)
{
	static const u32 bad[] = { 4, 7, 3 * 4096, 3 * 4096 + 8, 0x7ffffff8, 0x80000000, 0xfffffff8, ~0u };
	bool all = true;

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		for (u32 k = 0; k < 3; k++) {
			struct ring_header *h =
				(void *)(ring + (k == 2 ? RING_PAGES / 2 * PAGE_SIZE : 0));

			all &= session();
			*(k ? &h->read_index : &h->write_index) = bad[i];
			signal();
			all &= call(HV_CALL_LONG_SPIN_WAIT | HV_CALL_FAST, 0, 0) == 0;
		}
	report(all, "ring indices that point nowhere");
	leave();
}

/* One packet of any shape: lengths, offsets, types, page frames. */
static void packet(u16 type, u16 offset8, u16 len8, u64 frame, u32 bytes, u32 ranges)
{
	struct ring_header *h = (void *)ring;
	u8 *d = ring + PAGE_SIZE;
	struct packet_header p = { type, offset8, len8, 1, 7 };
	u32 gpa[4] = { 0, ranges, bytes, 0 };

	memset(ring, 0, RING_PAGES / 2 * PAGE_SIZE);
	memcpy(d, &p, sizeof(p));
	memcpy(d + sizeof(p), gpa, sizeof(gpa));
	for (u32 i = 0; i < 16; i++)
		memcpy(d + sizeof(p) + sizeof(gpa) + 8 * i, &(u64){ frame + i }, 8);
	h->write_index = 8 * 40;
	signal();
}

static void packets(void)
{
	bool all = true;

	for (u32 i = 0; i < 24; i++) {
		all &= session();
		switch (i % 6) {
		case 0: packet(VM_PKT_DATA_USING_GPA_DIRECT, 6, 12, HOST_IMAGE, PAGE_SIZE, 1); break;
		case 1: packet(VM_PKT_DATA_USING_GPA_DIRECT, 6, 12, ram_end() >> 12, PAGE_SIZE, 1); break;
		case 2: packet(VM_PKT_DATA_USING_GPA_DIRECT, 20, 39, (u64)ring >> 12, ~0u, 1); break;
		case 3: packet(VM_PKT_DATA_USING_GPA_DIRECT, 6, 12, 0, 0, ~0u); break;
		case 4: packet((u16)i, 0, 0, 0, 0, 0); break;
		case 5: packet(VM_PKT_DATA_INBAND, 0xffff, 0xffff, 0, 0, 0); break;
		}
		all &= call(HV_CALL_LONG_SPIN_WAIT | HV_CALL_FAST, 0, 0) == 0;
	}
	report(all, "packets of any shape");
	leave();
}

/* ---- another processor writes while the host reads ---- */

#define RING_BYTES	((RING_PAGES / 2 - 1) * PAGE_SIZE)
#define SMALLEST	24u	/* a packet of nothing; the ring is full of them */

static volatile u32 fed;
static volatile bool feeding;

static void feed(void)
{
	volatile struct ring_header *h = (void *)ring;

	for (; feeding; fed++)
		h->write_index = (u32)((h->read_index + RING_BYTES - SMALLEST) % RING_BYTES);
}

/* The host goes on by itself with what it left, some time after the last signal. */
static bool emptied(const volatile struct ring_header *h)
{
	for (u32 n = 0; n < 1000000 && h->read_index != h->write_index; n++)
		call(HV_CALL_LONG_SPIN_WAIT | HV_CALL_FAST, 0, 0);
	return h->read_index == h->write_index;
}

/* A signal comes back all the same. */
static void fed_ring(void)
{
	const struct packet_header nothing = { VM_PKT_DATA_INBAND, 2, 2, 1, 7 };
	volatile struct ring_header *h = (void *)ring;
	bool there = session();

	if (cpus() < 2)
		return;
	for (u32 at = 0; at < RING_BYTES; at += SMALLEST)
		memcpy(ring + PAGE_SIZE + at, &nothing, sizeof(nothing));
	feeding = true;
	fed = 0;
	run_start(1, feed);
	while (!fed)
		relax();
	for (u32 i = 0; i < 20; i++)
		signal();
	report(there, "signals for a ring that is fed meanwhile");
	feeding = false;
	run_wait(1);
	signal();
	report(emptied(h), "the rest is taken");
	leave();
}

/* ---- a processor is begun anew while it runs ---- */

static void calls(void)
{
	for (;;)
		call(HV_CALL_LONG_SPIN_WAIT | HV_CALL_FAST, 0, 0);
}

/* SIPI comes before the host has the processor out of the guest. */
static void begun_anew(void)
{
	if (cpus() < 2)
		return;
	for (u32 i = 0; i < 50; i++) {
		if (i % 2)
			run_start(1, calls);
		run_begin(1);
	}
	report(true, "50 times INIT and SIPI to a processor that runs");
}

/* ---- anything ---- */

static void noise(u32 rounds)
{
	u8 m[240];
	bool all = session();

	for (u32 i = 0; i < rounds; i++) {
		u32 type = (u32)any(26), len = (u32)any(241);

		for (u32 k = 0; k < sizeof(m); k++)
			m[k] = (u8)(any(3) ? any(4) : any(256));
		memcpy(m, &type, 4);
		switch (any(4)) {
		case 0:
			post(m, len);
			break;
		case 1:
			*(u32 *)(ring + 4 * any(RING_PAGES * PAGE_SIZE / 4)) =
				(u32)hv_random(&seed);
			signal();
			break;
		case 2:
			((struct ring_header *)ring)->write_index =
				(u32)(8 * any(3 * PAGE_SIZE / 8));
			signal();
			break;
		case 3:
			/* parameters anywhere, the host's memory among it; not a call that ends all */
			call(HV_CALL_POST_MESSAGE, 8 * any(1ull << 30), 0);
		}
		if (!any(16))
			all &= contact() && session();
		message(~0u, NULL, 0);
	}
	report(all, "%u rounds of noise: each new session worked", rounds);
	leave();
}

void flat_test(void)
{
	void *messages, *events;

	seed = argument("seed", 1);
	in = page();
	report(hypercalls_on(), "identity and hypercall page");
	synic_on(&messages, &events);
	slot = (struct hv_message *)messages + VMBUS_SINT;
	msr_write(HV_MSR_SINT0 + VMBUS_SINT, MESSAGE_VECTOR);
	ring = page();
	for (u32 i = 1; i < RING_PAGES; i++)
		page();		/* one behind the other */
	frames();
	indices();
	packets();
	fed_ring();
	begun_anew();
	noise((u32)argument("rounds", 2000));
	report(session(), "and in the end a session as it should be");
	leave();
}
