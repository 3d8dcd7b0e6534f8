// SPDX-License-Identifier: GPL-2.0-only
/*
 * The statuses of hypercalls: what is encoded, aligned, placed or counted wrongly
 * for every call there is, then each call's own, and what they do when they are
 * right. On two processors also interrupts to the other one, and its TLB.
 *	hypercalls [cpus=N]
 */
#include "flat.h"
#include "lib.h"
#include "testdev.h"
#include "vmbus_proto.h"

#define HOST_IMAGE	0x200000ull	/* hvhost's own memory: boot/hvhost.lds */
#define NO_MEMORY	0xfee00000ull	/* a device */
#define FAR		(1ull << 41)	/* no physical address */
#define VECTOR		0x50

static u8 *in, *out;

static void is(u16 status, u16 want, const char *what)
{
	report(status == want, "%s: status %x%s", what, status,
	       status == want ? "" : ", another is due");
}

/* ---- what all calls have in common ---- */

static const struct {
	const char *name;
	u16 code;
	u16 in, out, rep, variable;
	bool fast;
} calls[] = {
	{ "FlushVirtualAddressSpace", HV_CALL_FLUSH_SPACE, 24, 0, 0, 0, 0 },
	{ "FlushVirtualAddressList", HV_CALL_FLUSH_LIST, 24, 0, 1, 0, 0 },
	{ "NotifyLongSpinWait", HV_CALL_LONG_SPIN_WAIT, 8, 0, 0, 0, 1 },
	{ "SendSyntheticClusterIpi", HV_CALL_SEND_IPI, 16, 0, 0, 0, 1 },
	{ "FlushVirtualAddressSpaceEx", HV_CALL_FLUSH_SPACE_EX, 32, 0, 0, 64, 0 },
	{ "FlushVirtualAddressListEx", HV_CALL_FLUSH_LIST_EX, 32, 0, 1, 64, 0 },
	{ "SendSyntheticClusterIpiEx", HV_CALL_SEND_IPI_EX, 24, 0, 0, 64, 0 },
	{ "GetPartitionId", HV_CALL_GET_PARTITION_ID, 0, 8, 0, 0, 0 },
	{ "GetVpRegisters", HV_CALL_GET_VP_REGISTERS, 16, 16, 1, 0, 0 },
	{ "PostMessage", HV_CALL_POST_MESSAGE, 256, 0, 0, 0, 0 },
	{ "SignalEvent", HV_CALL_SIGNAL_EVENT, 8, 0, 0, 0, 1 },
	{ "RetargetDeviceInterrupt", HV_CALL_RETARGET_INTERRUPT, 56, 0, 0, 9, 0 },
	{ "MmioRead", HV_CALL_MMIO_READ, 16, 64, 0, 0, 0 },
	{ "MmioWrite", HV_CALL_MMIO_WRITE, 80, 0, 0, 0, 0 },
	{ "ExtQueryCapabilities", HV_EXT_CALL_CAPABILITIES, 0, 8, 0, 0, 0 },
};

/* The input value. */
static void encoding(u32 i)
{
	static const u32 reserved[] = { 27, 31, 44, 47, 60, 63 };
	u64 good = calls[i].code | (calls[i].rep ? REPS(1, 0) : 0), result;
	const char *name = calls[i].name;
	bool all = true;

	for (u32 b = 0; b < ARRAY_SIZE(reserved); b++)
		all &= call(good | 1ull << reserved[b], (u64)in, (u64)out) ==
		       HV_STATUS_INVALID_HYPERCALL_INPUT;
	report(all, "%s: reserved bits", name);
	if (calls[i].rep) {
		is(call(calls[i].code, (u64)in, (u64)out), HV_STATUS_INVALID_HYPERCALL_INPUT,
		   "no repetitions");
		is(call(calls[i].code | REPS(2, 2), (u64)in, (u64)out),
		   HV_STATUS_INVALID_HYPERCALL_INPUT, "start index behind the last");
	} else {
		is(call(good | REPS(1, 0), (u64)in, (u64)out), HV_STATUS_INVALID_HYPERCALL_INPUT,
		   "repetitions of what does not repeat");
		is(call(good | REPS(0, 1), (u64)in, (u64)out), HV_STATUS_INVALID_HYPERCALL_INPUT,
		   "a start index of what does not repeat");
	}
	is(call(good | VARIABLE(calls[i].variable + 1), (u64)in, (u64)out),
	   HV_STATUS_INVALID_HYPERCALL_INPUT, "too long a header");
	if (!calls[i].fast)
		report(hypercall(good | HV_CALL_FAST, 0, 0, &result) == UD ||
		       (u16)result == HV_STATUS_INVALID_HYPERCALL_INPUT,
		       "%s: not in registers", name);
}

/* Where the parameters are. */
static void placement(u32 i)
{
	u64 good = calls[i].code | (calls[i].rep ? REPS(1, 0) : 0);

	note("%s", calls[i].name);
	if (calls[i].in) {
		is(call(good, (u64)in + 4, (u64)out), HV_STATUS_INVALID_ALIGNMENT,
		   "not on 8 bytes");
		report((call(good, (u64)in + PAGE_SIZE - 8, (u64)out) ==
			HV_STATUS_INVALID_ALIGNMENT) == (calls[i].in > 8),
		       "%u bytes at 8 before a page's end", calls[i].in);
		is(call(good, FAR, (u64)out), HV_STATUS_INVALID_ALIGNMENT, "where no address is");
		is(call(good, ~7ull, (u64)out), HV_STATUS_INVALID_ALIGNMENT, "at the very end");
		is(call(good, HOST_IMAGE, (u64)out), HV_STATUS_INVALID_PARAMETER,
		   "in the host's image");
		is(call(good, ram_end() + PAGE_SIZE, (u64)out), HV_STATUS_INVALID_PARAMETER,
		   "in the host's heap");
		is(call(good, NO_MEMORY, (u64)out), HV_STATUS_INVALID_PARAMETER, "in a device");
	}
	if (calls[i].out) {
		is(call(good, (u64)in, (u64)out + 4), HV_STATUS_INVALID_ALIGNMENT,
		   "results not on 8 bytes");
		if (calls[i].out > 8)
			is(call(good, (u64)in, (u64)out + PAGE_SIZE - 8),
			   HV_STATUS_INVALID_ALIGNMENT, "results over a page's end");
		is(call(good, (u64)in, FAR), HV_STATUS_INVALID_ALIGNMENT,
		   "results where no address is");
		is(call(good, (u64)in, HOST_IMAGE), HV_STATUS_INVALID_PARAMETER,
		   "results to the host's image");
		is(call(good, (u64)in, ram_end() + PAGE_SIZE), HV_STATUS_INVALID_PARAMETER,
		   "results to the host's heap");
	}
}

static void codes(void)
{
	static const u16 none[] = { 0, 1, 4, 0x47, 0x51, 0x7777, 0x8000, 0x8002, 0xffff };

	for (u32 i = 0; i < ARRAY_SIZE(none); i++) {
		report(call(none[i], (u64)in, (u64)out) == HV_STATUS_INVALID_HYPERCALL_CODE,
		       "no call %x", none[i]);
		report(call(none[i] | 1ull << 63, ~0ull, ~0ull) == HV_STATUS_INVALID_HYPERCALL_CODE,
		       "no call %x, however it is encoded", none[i]);
	}
}

/* ---- messages and events ---- */

static void messages(void)
{
	struct hv_post_message_input *m = (void *)in;

	*m = (struct hv_post_message_input){ .connection = 0x77, .type = 1, .payload_size = 8 };
	is(call(HV_CALL_POST_MESSAGE, (u64)in, 0), HV_STATUS_INVALID_CONNECTION_ID,
	   "unknown connection");
	m->connection = VMBUS_CONNECTION_ID_4;
	m->payload_size = 241;
	is(call(HV_CALL_POST_MESSAGE, (u64)in, 0), HV_STATUS_INVALID_PARAMETER,
	   "too long a message");
	m->payload_size = 8;
	m->type = 1u << 31 | 1;
	is(call(HV_CALL_POST_MESSAGE, (u64)in, 0), HV_STATUS_INVALID_PARAMETER,
	   "a hypervisor's message type");
	m->type = 1;
	m->reserved = 1;
	is(call(HV_CALL_POST_MESSAGE, (u64)in, 0), HV_STATUS_INVALID_PARAMETER,
	   "reserved field of a message");
	is(call(HV_CALL_SIGNAL_EVENT | HV_CALL_FAST, 0x27ff, 0), HV_STATUS_INVALID_CONNECTION_ID,
	   "event to a channel that is not there");
	is(call(HV_CALL_SIGNAL_EVENT | HV_CALL_FAST, 0x27ff | 1ull << 48, 0),
	   HV_STATUS_INVALID_PARAMETER, "reserved field of an event");
	memset(in, 0, PAGE_SIZE);
	*(u32 *)in = 0xffffffff;
	is(call(HV_CALL_SIGNAL_EVENT, (u64)in, 0), HV_STATUS_INVALID_CONNECTION_ID,
	   "event by memory");
}

/* ---- the test device's connections: the way of messages and event flags ---- */

static void testdev(u32 control, u32 sint, u32 connection)
{
	port_write32(PORT_TESTDEV, connection << 24 | control << 16 | this_cpu() << 8 | sint);
}

static void wait_taken(u32 vector, u32 before)
{
	interrupts_on();
	for (u32 i = 0; i < 10000000 && interrupts(this_cpu(), vector) == before; i++)
		relax();
	interrupts_off();
}

static void connections(void)
{
	struct hv_post_message_input *m = (void *)in;
	struct hv_message *slot;
	u8 *flags;
	u32 before;

	synic_on((void **)&slot, (void **)&flags);
	msr_write(HV_MSR_SINT0 + 8, 0xb0);
	msr_write(HV_MSR_SINT0 + 9, 0xb1);
	testdev(TESTDEV_MESSAGE_CREATE, 8, 0x10);
	testdev(TESTDEV_EVENT_CREATE, 9, 0x20);
	testdev(TESTDEV_ROUTE_CREATE, 9, 0);
	*m = (struct hv_post_message_input){ .connection = 0x10,
					     .type = 0x12345678,
					     .payload_size = 8 };
	m->payload[0] = 1;
	before = interrupts(this_cpu(), 0xb0);
	is(call(HV_CALL_POST_MESSAGE, (u64)in, 0), 0, "a message to itself");
	wait_taken(0xb0, before);
	report(interrupts(this_cpu(), 0xb0) == before + 1 && slot[8].type == 0x12345678 &&
	       slot[8].payload_size == 8 && slot[8].payload[0] == 1, "it arrives");
	m->payload[0] = 2;
	is(call(HV_CALL_POST_MESSAGE, (u64)in, 0), 0, "a second one, while the slot is taken");
	report(slot[8].flags & 1 && slot[8].payload[0] == 1, "it waits, and the slot says so");
	is(call(HV_CALL_POST_MESSAGE, (u64)in, 0), HV_STATUS_INSUFFICIENT_BUFFERS, "a third one");
	before = interrupts(this_cpu(), 0xb0);
	slot[8].type = 0;
	msr_write(HV_MSR_EOM, 0);
	wait_taken(0xb0, before);
	report(interrupts(this_cpu(), 0xb0) == before + 1 && slot[8].payload[0] == 2 &&
	       !(slot[8].flags & 1), "after EOM the second one arrives");
	before = interrupts(this_cpu(), 0xb1);
	is(call(HV_CALL_SIGNAL_EVENT | HV_CALL_FAST, 0x20, 0), 0, "an event to itself");
	wait_taken(0xb1, before);
	report(interrupts(this_cpu(), 0xb1) == before + 1 && flags[9 * 256 + 4] == 1,
	       "its flag is set");
	is(call(HV_CALL_SIGNAL_EVENT | HV_CALL_FAST, 0x20, 0), 0, "the same event again");
	interrupts_on();
	interrupts_off();
	report(interrupts(this_cpu(), 0xb1) == before + 1, "a flag that is set raises nothing");
	testdev(TESTDEV_ROUTE_SET, 9, 0);
	wait_taken(0xb1, before + 1);
	report(interrupts(this_cpu(), 0xb1) == before + 2, "the device raises the SINT");
	/* nonsense: refused, and nothing more */
	testdev(TESTDEV_ROUTE_SET, 3, 0);
	testdev(0, 0, 0);
	testdev(99, 0xff, 0xff);
	testdev(TESTDEV_MESSAGE_CREATE, 8, 0x10);
	testdev(TESTDEV_MESSAGE_DESTROY, 8, 0x10);
	testdev(TESTDEV_EVENT_DESTROY, 9, 0x20);
	testdev(TESTDEV_ROUTE_DESTROY, 9, 0);
	is(call(HV_CALL_SIGNAL_EVENT | HV_CALL_FAST, 0x20, 0), HV_STATUS_INVALID_CONNECTION_ID,
	   "an event when the connection is gone");
}

/* ---- interrupts ---- */

static void ipis(void)
{
	struct hv_send_ipi_ex_input *x = (void *)in;
	u64 *bank = (u64 *)(x + 1), last = cpus() - 1;
	u32 before;

	is(call(HV_CALL_SEND_IPI | HV_CALL_FAST, 15, 1), HV_STATUS_INVALID_PARAMETER, "vector 15");
	is(call(HV_CALL_SEND_IPI | HV_CALL_FAST, 256, 1), HV_STATUS_INVALID_PARAMETER,
	   "vector 256");
	is(call(HV_CALL_SEND_IPI | HV_CALL_FAST, VECTOR | 1ull << 32, 1),
	   HV_STATUS_INVALID_PARAMETER, "another VTL");
	is(call(HV_CALL_SEND_IPI | HV_CALL_FAST, VECTOR | 1ull << 40, 1),
	   HV_STATUS_INVALID_PARAMETER, "reserved field of an interrupt");
	is(call(HV_CALL_SEND_IPI | HV_CALL_FAST, VECTOR, 1ull << 63), HV_STATUS_INVALID_PARAMETER,
	   "a VP that is not there");
	is(call(HV_CALL_SEND_IPI | HV_CALL_FAST, VECTOR, 0), 0, "an interrupt to nobody");
	before = interrupts(0, VECTOR);
	is(call(HV_CALL_SEND_IPI | HV_CALL_FAST, VECTOR, 1), 0, "an interrupt to itself");
	wait_taken(VECTOR, before);
	report(interrupts(0, VECTOR) == before + 1, "it arrives, once");

	memset(in, 0, PAGE_SIZE);
	*x = (struct hv_send_ipi_ex_input){ .vector = VECTOR, .vps = { 2, 0 } };
	is(call(HV_CALL_SEND_IPI_EX, (u64)in, 0), HV_STATUS_INVALID_PARAMETER,
	   "a set of no format");
	x->vps = (struct hv_vp_set){ HV_VP_SET_SPARSE, 3 };
	is(call(HV_CALL_SEND_IPI_EX | VARIABLE(1), (u64)in, 0), HV_STATUS_INVALID_HYPERCALL_INPUT,
	   "two banks said, one there");
	bank[1] = 1;
	is(call(HV_CALL_SEND_IPI_EX | VARIABLE(2), (u64)in, 0), HV_STATUS_INVALID_PARAMETER,
	   "VP 64");
	bank[0] = 1ull << last;
	bank[1] = 0;
	before = interrupts((u32)last, VECTOR);
	is(call(HV_CALL_SEND_IPI_EX | VARIABLE(2), (u64)in, 0), 0, "an interrupt to the last VP");
	if (last) {
		for (u32 i = 0; i < 100000000 && interrupts((u32)last, VECTOR) == before; i++)
			relax();
	} else {
		wait_taken(VECTOR, before);
	}
	report(interrupts((u32)last, VECTOR) == before + 1, "it arrives, once");
	x->vps = (struct hv_vp_set){ HV_VP_SET_ALL, 0 };
	before = interrupts(0, VECTOR);
	is(call(HV_CALL_SEND_IPI_EX, (u64)in, 0), 0, "an interrupt to all");
	wait_taken(VECTOR, before);
	report(interrupts(0, VECTOR) == before + 1, "it arrives here, too");
	is(call(HV_CALL_LONG_SPIN_WAIT | HV_CALL_FAST, 100, 0), 0, "a long spin wait");
}

/* ---- TLBs ---- */

static void flushes(void)
{
	struct hv_flush_input *f = (void *)in;
	struct hv_flush_ex_input *x = (void *)in;
	u64 result;

	memset(in, 0, PAGE_SIZE);
	*f = (struct hv_flush_input){ .flags = 8, .vps = 1 };
	is(call(HV_CALL_FLUSH_SPACE, (u64)in, 0), HV_STATUS_INVALID_PARAMETER, "reserved flags");
	*f = (struct hv_flush_input){ .flags = HV_FLUSH_ALL_SPACES };
	is(call(HV_CALL_FLUSH_SPACE, (u64)in, 0), HV_STATUS_INVALID_PARAMETER, "no VP to flush");
	f->vps = 1ull << 40;
	is(call(HV_CALL_FLUSH_SPACE, (u64)in, 0), HV_STATUS_INVALID_PARAMETER,
	   "a VP that is not there");
	*f = (struct hv_flush_input){ .space = 1ull << 52, .vps = 1 };
	is(call(HV_CALL_FLUSH_SPACE, (u64)in, 0), HV_STATUS_INVALID_PARAMETER, "what is no CR3");
	*f = (struct hv_flush_input){ .space = ~0ull,
				      .flags = HV_FLUSH_ALL_PROCESSORS | HV_FLUSH_ALL_SPACES };
	is(call(HV_CALL_FLUSH_SPACE, (u64)in, 0), 0, "everything of everybody");
	*f = (struct hv_flush_input){ .flags = HV_FLUSH_NON_GLOBAL, .vps = 1 };
	report(!hypercall(HV_CALL_FLUSH_LIST | REPS(5, 2), (u64)in, 0, &result) &&
		       result == HV_RESULT_REPS(5),
	       "a list of five, from the third: result %lx", result);
	is(call(HV_CALL_FLUSH_LIST | REPS(510, 0), (u64)in, 0), HV_STATUS_INVALID_ALIGNMENT,
	   "a list beyond the page");
	is(call(HV_CALL_FLUSH_LIST | REPS(509, 0), (u64)in, 0), 0, "a list that fills it");

	memset(in, 0, PAGE_SIZE);
	*x = (struct hv_flush_ex_input){ .vps = { HV_VP_SET_SPARSE, 0 } };
	is(call(HV_CALL_FLUSH_SPACE_EX, (u64)in, 0), HV_STATUS_INVALID_PARAMETER, "an empty set");
	x->vps.format = 7;
	is(call(HV_CALL_FLUSH_SPACE_EX, (u64)in, 0), HV_STATUS_INVALID_PARAMETER,
	   "a set of no format");
	x->vps = (struct hv_vp_set){ HV_VP_SET_SPARSE, 1 };
	is(call(HV_CALL_FLUSH_LIST_EX | REPS(1, 0), (u64)in, 0), HV_STATUS_INVALID_HYPERCALL_INPUT,
	   "a bank that is not there");
	*(u64 *)(x + 1) = 1;
	report(!hypercall(HV_CALL_FLUSH_LIST_EX | REPS(3, 0) | VARIABLE(1), (u64)in, 0, &result) &&
	       result == HV_RESULT_REPS(3), "a list for a set: result %lx", result);
	x->vps = (struct hv_vp_set){ HV_VP_SET_ALL, 0 };
	is(call(HV_CALL_FLUSH_SPACE_EX, (u64)in, 0), 0, "a set of all");
}

/* A page that one processor moves while the other reads through it all the time. */
#define MOVING	0x8000000000ull
static volatile u64 *moving = (volatile u64 *)MOVING;
static volatile u32 round;		/* odd: the page has moved, and the flush is over */
static volatile u32 stop, stale, seen;

static void reader(void)
{
	u64 v;

	while (!stop) {
		u32 r = __atomic_load_n(&round, __ATOMIC_SEQ_CST);

		v = *moving;
		if (r & 1 && r == round && v != 2)
			stale++;
		seen++;
	}
}

static void tlb_of_another(void)
{
	extern u64 pml4[512];
	u64 *pdpt = page(), *pd = page(), *pt = page(), *a = page(), *b = page();
	struct hv_flush_input *f = (void *)in;
	u16 status = 0;

	a[0] = 1;
	b[0] = 2;
	pml4[1] = (u64)pdpt | 7;
	pdpt[0] = (u64)pd | 7;
	pd[0] = (u64)pt | 7;
	pt[0] = (u64)a | 7;
	memset(in, 0, PAGE_SIZE);
	*f = (struct hv_flush_input){ .space = (u64)pml4, .vps = 2 };
	*(u64 *)(f + 1) = MOVING;
	run_start(1, reader);
	for (u32 i = 0; i < 200; i++) {
		u32 before = seen;

		while (seen - before < 3)
			relax();
		__atomic_store_n(&pt[0], (u64)b | 7, __ATOMIC_SEQ_CST);
		status |= call(HV_CALL_FLUSH_LIST | REPS(1, 0), (u64)in, 0);
		__atomic_add_fetch(&round, 1, __ATOMIC_SEQ_CST);
		before = seen;
		while (seen - before < 3)
			relax();
		__atomic_add_fetch(&round, 1, __ATOMIC_SEQ_CST);
		__atomic_store_n(&pt[0], (u64)a | 7, __ATOMIC_SEQ_CST);
		status |= call(HV_CALL_FLUSH_LIST | REPS(1, 0), (u64)in, 0);
	}
	stop = 1;
	run_wait(1);
	is(status, 0, "400 flushes of the other VP's TLB");
	report(!stale, "behind none it saw the old page (%u times of %u)", stale, seen);
}

/* ---- the partition ---- */

static void partition(void)
{
	struct hv_get_registers_input *g = (void *)in;
	u32 *name = (u32 *)(g + 1), r[4];
	struct hv_register_value *v = (void *)out;
	u64 result, os;

	is(call(HV_CALL_GET_PARTITION_ID, 0, (u64)out), 0, "the partition's id");
	report(*(u64 *)out && *(u64 *)out != ~0ull, "it is one (%lx)", *(u64 *)out);
	*(u64 *)out = ~0ull;
	is(call(HV_EXT_CALL_CAPABILITIES, 0, (u64)out), 0, "extended capabilities");
	report(!*(u64 *)out, "there are none");

	memset(in, 0, PAGE_SIZE);
	*g = (struct hv_get_registers_input){ .partition = 77, .vp = HV_VP_SELF };
	name[0] = HV_REGISTER_VSM_VP_STATUS;
	is(call(HV_CALL_GET_VP_REGISTERS | REPS(1, 0), (u64)in, (u64)out),
	   HV_STATUS_INVALID_PARTITION_ID, "registers of another partition");
	*g = (struct hv_get_registers_input){ .partition = HV_PARTITION_SELF, .vp = cpus() };
	is(call(HV_CALL_GET_VP_REGISTERS | REPS(1, 0), (u64)in, (u64)out),
	   HV_STATUS_INVALID_VP_INDEX, "registers of a VP that is not there");
	*g = (struct hv_get_registers_input){ .partition = HV_PARTITION_SELF, .target_vtl = 1 };
	is(call(HV_CALL_GET_VP_REGISTERS | REPS(1, 0), (u64)in, (u64)out),
	   HV_STATUS_INVALID_PARAMETER, "registers of another VTL");
	*g = (struct hv_get_registers_input){ .partition = HV_PARTITION_SELF, .vp = HV_VP_SELF };
	name[1] = HV_REGISTER_VERSION;
	name[2] = HV_REGISTER_GUEST_OS_ID;
	name[3] = 0x12345;
	name[4] = HV_REGISTER_VP_INDEX;
	memset(out, 0xee, PAGE_SIZE);
	report(!hypercall(HV_CALL_GET_VP_REGISTERS | REPS(5, 0), (u64)in, (u64)out, &result) &&
	       result == (HV_RESULT_REPS(3) | HV_STATUS_INVALID_PARAMETER),
	       "a register without a name behind three that have one: result %lx", result);
	cpuid_leaf(HV_CPUID_VERSION, r);
	msr_read(HV_MSR_GUEST_OS_ID, &os);
	report((v[0].low & 0xf) == 0 && v[1].low == ((u64)r[1] << 32 | r[0]) && v[2].low == os,
	       "the three have their values");
	report(v[3].low == 0xeeeeeeeeeeeeeeeeull, "the fourth was not written");
	g->vp = cpus() - 1;
	name[0] = HV_REGISTER_VP_INDEX;
	is(call(HV_CALL_GET_VP_REGISTERS | REPS(1, 0), (u64)in, (u64)out), 0,
	   "a register of the last VP");
	report(v[0].low == cpus() - 1, "is that VP's");
}

/* ---- devices ---- */

static void devices(void)
{
	struct hv_mmio_input *m = (void *)in;
	struct hv_retarget_input *t = (void *)in;

	memset(in, 0, PAGE_SIZE);
	m->gpa = HOST_IMAGE;
	m->size = 4;
	is(call(HV_CALL_MMIO_READ, (u64)in, (u64)out), HV_STATUS_INVALID_PARAMETER,
	   "device registers in the host");
	is(call(HV_CALL_MMIO_WRITE, (u64)in, 0), HV_STATUS_INVALID_PARAMETER, "writing them");
	m->size = 65;
	is(call(HV_CALL_MMIO_READ, (u64)in, (u64)out), HV_STATUS_INVALID_PARAMETER,
	   "65 bytes at once");
	memset(in, 0, PAGE_SIZE);
	t->partition = 7;
	is(call(HV_CALL_RETARGET_INTERRUPT, (u64)in, 0), HV_STATUS_INVALID_PARAMETER,
	   "another partition's device");
	t->partition = HV_PARTITION_SELF;
	t->source = 1;
	t->device = ~0ull;
	is(call(HV_CALL_RETARGET_INTERRUPT, (u64)in, 0), HV_STATUS_INVALID_PARAMETER,
	   "a device that is not there");
}

void flat_test(void)
{
	u64 result;
	u8 *code;

	in = page();
	out = page();
	report(hypercall(HV_CALL_LONG_SPIN_WAIT | HV_CALL_FAST, 0, 0, &result) == UD,
	       "before there is an identity, hypercalls are #UD");
	report(hypercalls_on(), "identity and hypercall page");
	msr_read(HV_MSR_HYPERCALL, &result);
	code = (u8 *)(result & HV_PAGE_ADDRESS);
	report(code[0] == 0x0f && code[1] == 0x01 && code[2] == 0xd9 && code[3] == 0xc3,
	       "the page holds vmmcall and ret");
	codes();
	for (u32 i = 0; i < ARRAY_SIZE(calls); i++) {
		memset(in, 0, PAGE_SIZE);
		encoding(i);
		placement(i);
	}
	messages();
	connections();
	/* the other processors take interrupts all the time */
	for (u32 i = 1; i < cpus(); i++)
		run_start(i, interrupts_on);
	ipis();
	flushes();
	if (cpus() > 1)
		tlb_of_another();
	partition();
	devices();
	msr_write(HV_MSR_GUEST_OS_ID, 0);
	report(hypercall(HV_CALL_LONG_SPIN_WAIT | HV_CALL_FAST, 0, 0, &result) == UD,
	       "without an identity they are #UD again");
}
