// SPDX-License-Identifier: GPL-2.0-only
/* Hypercalls: what the input value, the place of the parameters and each call may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "guest.h"
#include "lib.h"
#include "synic.h"
#include "tlfs/tlfs.h"
#include "tlfs_exit.h"

static int setup(void **state)
{
	struct guest *g = guest_begin(2);

	g->fake->config.privileges = ~0ull;	/* GetPartitionId is not offered by itself */
	*state = g;
	return 0;
}

static int teardown(void **state)
{
	guest_end(*state);
	return 0;
}

static void hypercall_statuses(void **state)
{
	struct guest *g = *state;
	u64 in = guest_pages(g, 1);
	struct hv_post_message_input m = { .connection = 4, .type = 1, .payload_size = 8 };

	assert_int_equal(guest_hypercall(g, 0x7777, in, 0), HV_STATUS_INVALID_HYPERCALL_CODE);
	assert_int_equal(guest_hypercall(g, HV_CALL_POST_MESSAGE | 1ull << 63, in, 0),
			 HV_STATUS_INVALID_HYPERCALL_INPUT);
	assert_int_equal(guest_hypercall(g, HV_CALL_POST_MESSAGE | 1ull << 32, in, 0),
			 HV_STATUS_INVALID_HYPERCALL_INPUT);
	assert_int_equal(guest_hypercall(g, HV_CALL_POST_MESSAGE | 1ull << 17, in, 0),
			 HV_STATUS_INVALID_HYPERCALL_INPUT);
	assert_int_equal(guest_hypercall(g, HV_CALL_POST_MESSAGE | HV_CALL_FAST, in, 0),
			 HV_STATUS_INVALID_HYPERCALL_INPUT);
	assert_int_equal(guest_hypercall(g, HV_CALL_POST_MESSAGE, in + 4, 0),
			 HV_STATUS_INVALID_ALIGNMENT);
	assert_int_equal(guest_hypercall(g, HV_CALL_POST_MESSAGE, in + 4088, 0),
			 HV_STATUS_INVALID_ALIGNMENT);
	assert_int_equal(guest_hypercall(g, HV_CALL_POST_MESSAGE, FAKE_RAM, 0),
			 HV_STATUS_INVALID_PARAMETER);
	m.connection = 99;
	memcpy(guest_at(g, in), &m, sizeof(m));
	assert_int_equal(guest_hypercall(g, HV_CALL_POST_MESSAGE, in, 0),
			 HV_STATUS_INVALID_CONNECTION_ID);
	m.connection = 4;
	m.payload_size = 241;
	memcpy(guest_at(g, in), &m, sizeof(m));
	assert_int_equal(guest_hypercall(g, HV_CALL_POST_MESSAGE, in, 0),
			 HV_STATUS_INVALID_PARAMETER);
	assert_int_equal(guest_hypercall(g, HV_CALL_SIGNAL_EVENT | HV_CALL_FAST, 0x2001, 0),
			 HV_STATUS_INVALID_CONNECTION_ID);
}

/* The whole result value; ~0: it was #UD. */
static u64 run(struct guest *g, u64 control, u64 in, u64 out)
{
	struct hypercall_regs r = { .rcx = control, .rdx = in, .r8 = out };

	return tlfs_hypercall(&g->fake->vm.vp[0], &r) ? r.rax : ~0ull;
}

#define REPS(n, start)	((u64)(n) << 32 | (u64)(start) << 48)
#define VARIABLE(n)	((u64)(n) << 17)

static void encodings(void **state)
{
	struct guest *g = *state;
	u64 in = guest_pages(g, 1);

	/* repetitions */
	assert_int_equal(run(g, HV_CALL_FLUSH_LIST, in, 0), HV_STATUS_INVALID_HYPERCALL_INPUT);
	assert_int_equal(run(g, HV_CALL_FLUSH_LIST | REPS(3, 3), in, 0), HV_STATUS_INVALID_HYPERCALL_INPUT);
	assert_int_equal(run(g, HV_CALL_FLUSH_SPACE | REPS(1, 0), in, 0), HV_STATUS_INVALID_HYPERCALL_INPUT);
	assert_int_equal(run(g, HV_CALL_FLUSH_SPACE | REPS(0, 1), in, 0), HV_STATUS_INVALID_HYPERCALL_INPUT);
	assert_int_equal(run(g, HV_CALL_SEND_IPI | VARIABLE(1), in, 0), HV_STATUS_INVALID_HYPERCALL_INPUT);
	/* a vector register is #UD, more than all of them is nothing */
	assert_int_equal(run(g, HV_CALL_FLUSH_SPACE | HV_CALL_FAST, 0, 0), ~0ull);
	assert_int_equal(run(g, HV_CALL_GET_PARTITION_ID | HV_CALL_FAST, 0, 0), ~0ull);
	assert_int_equal(run(g, HV_CALL_POST_MESSAGE | HV_CALL_FAST, 0, 0),
			 HV_STATUS_INVALID_HYPERCALL_INPUT);
	/* the list has to be within the page, too */
	*(struct hv_flush_input *)guest_at(g, in) = (struct hv_flush_input){ .vps = 1 };
	assert_int_equal(run(g, HV_CALL_FLUSH_LIST | REPS(509, 0), in, 0), HV_RESULT_REPS(509));
	assert_int_equal(run(g, HV_CALL_FLUSH_LIST | REPS(510, 1), in, 0),
			 HV_STATUS_INVALID_ALIGNMENT | HV_RESULT_REPS(1));
	assert_int_equal(run(g, HV_CALL_FLUSH_SPACE, 1ull << VM_GPA_BITS, 0),
			 HV_STATUS_INVALID_ALIGNMENT);
	assert_int_equal(run(g, HV_CALL_FLUSH_SPACE, 1ull << (VM_GPA_BITS - 1), 0),
			 HV_STATUS_INVALID_PARAMETER);
	assert_int_equal(run(g, HV_CALL_GET_PARTITION_ID, 0, FAKE_RAM),
			 HV_STATUS_INVALID_PARAMETER);
	assert_int_equal(run(g, HV_CALL_GET_PARTITION_ID, 0, in + 4), HV_STATUS_INVALID_ALIGNMENT);
}

static void denied(void **state)
{
	static const struct {
		u16 code;
		u32 privilege;
	} calls[] = {
		{ HV_CALL_POST_MESSAGE, HV_POST_MESSAGES },
		{ HV_CALL_SIGNAL_EVENT, HV_SIGNAL_EVENTS },
		{ HV_CALL_GET_PARTITION_ID, HV_ACCESS_PARTITION_ID },
		{ HV_CALL_GET_VP_REGISTERS, HV_ACCESS_VP_REGISTERS },
		{ HV_EXT_CALL_CAPABILITIES, HV_EXTENDED_HYPERCALLS },
	};
	struct guest *g = *state;

	for (u32 i = 0; i < ARRAY_SIZE(calls); i++) {
		g->fake->config.privileges = ~0ull;
		assert_int_not_equal(run(g, calls[i].code, 4, 4), HV_STATUS_ACCESS_DENIED);
		g->fake->config.privileges = ~((u64)calls[i].privilege << 32);
		assert_int_equal(run(g, calls[i].code, 4, 4), HV_STATUS_ACCESS_DENIED);
	}
}

static void ipis(void **state)
{
	struct guest *g = *state;
	u64 at = guest_pages(g, 1), *bank;
	struct hv_send_ipi_ex_input *x = guest_at(g, at);

	bank = (u64 *)(x + 1);
	assert_int_equal(run(g, HV_CALL_SEND_IPI | HV_CALL_FAST, 15, 1),
			 HV_STATUS_INVALID_PARAMETER);
	assert_int_equal(run(g, HV_CALL_SEND_IPI | HV_CALL_FAST, 256, 1),
			 HV_STATUS_INVALID_PARAMETER);
	assert_int_equal(run(g, HV_CALL_SEND_IPI | HV_CALL_FAST, 1ull << 32 | 0x50, 1),
			 HV_STATUS_INVALID_PARAMETER);
	assert_int_equal(run(g, HV_CALL_SEND_IPI | HV_CALL_FAST, 1ull << 56 | 0x50, 1),
			 HV_STATUS_INVALID_PARAMETER);
	assert_int_equal(run(g, HV_CALL_SEND_IPI | HV_CALL_FAST, 0x50, 4),
			 HV_STATUS_INVALID_PARAMETER);
	assert_int_equal(run(g, HV_CALL_SEND_IPI | HV_CALL_FAST, 0x50, 2), 0);
	assert_int_equal(g->fake->interrupts[0][0x50], 0);
	assert_int_equal(g->fake->interrupts[1][0x50], 1);

	x->vector = 0x51;
	x->vps = (struct hv_vp_set){ HV_VP_SET_SPARSE, 1ull << 63 | 1 };
	assert_int_equal(run(g, HV_CALL_SEND_IPI_EX | VARIABLE(1), at, 0),
			 HV_STATUS_INVALID_HYPERCALL_INPUT);
	assert_int_equal(run(g, HV_CALL_SEND_IPI_EX | VARIABLE(3), at, 0),
			 HV_STATUS_INVALID_HYPERCALL_INPUT);
	bank[0] = 3;
	assert_int_equal(run(g, HV_CALL_SEND_IPI_EX | VARIABLE(2), at, 0), 0);
	bank[1] = 1;
	assert_int_equal(run(g, HV_CALL_SEND_IPI_EX | VARIABLE(2), at, 0),
			 HV_STATUS_INVALID_PARAMETER);
	x->vps = (struct hv_vp_set){ HV_VP_SET_ALL, 0 };
	assert_int_equal(run(g, HV_CALL_SEND_IPI_EX, at, 0), 0);
	assert_int_equal(g->fake->interrupts[0][0x51], 2);
	assert_int_equal(g->fake->interrupts[1][0x51], 2);
	x->vps.format = 2;
	assert_int_equal(run(g, HV_CALL_SEND_IPI_EX, at, 0), HV_STATUS_INVALID_PARAMETER);
}

static void flushes(void **state)
{
	struct guest *g = *state;
	u64 at = guest_pages(g, 1);
	struct hv_flush_input *f = guest_at(g, at);
	struct hv_flush_ex_input *x = guest_at(g, at);

	f->vps = 2;
	assert_int_equal(run(g, HV_CALL_FLUSH_LIST | REPS(4, 2), at, 0), HV_RESULT_REPS(4));
	assert_int_equal(g->fake->flushed, 2);
	f->flags = HV_FLUSH_ALL_PROCESSORS;
	f->vps = 0;
	assert_int_equal(run(g, HV_CALL_FLUSH_SPACE, at, 0), 0);
	assert_int_equal(g->fake->flushed, 3);
	f->flags = 1ull << 3;
	assert_int_equal(run(g, HV_CALL_FLUSH_SPACE, at, 0), HV_STATUS_INVALID_PARAMETER);
	f->flags = 0;
	assert_int_equal(run(g, HV_CALL_FLUSH_SPACE, at, 0), HV_STATUS_INVALID_PARAMETER);
	f->vps = 1;
	f->space = 1ull << VM_GPA_BITS;
	assert_int_equal(run(g, HV_CALL_FLUSH_SPACE, at, 0), HV_STATUS_INVALID_PARAMETER);
	f->flags = HV_FLUSH_ALL_SPACES;
	assert_int_equal(run(g, HV_CALL_FLUSH_SPACE, at, 0), 0);

	*x = (struct hv_flush_ex_input){ .vps = { HV_VP_SET_SPARSE, 1 } };
	*(u64 *)(x + 1) = 2;
	g->fake->flushed = 0;
	assert_int_equal(run(g, HV_CALL_FLUSH_LIST_EX | REPS(7, 0) | VARIABLE(1), at, 0),
			 HV_RESULT_REPS(7));
	assert_int_equal(g->fake->flushed, 2);
	*(u64 *)(x + 1) = 1ull << 9;
	assert_int_equal(run(g, HV_CALL_FLUSH_SPACE_EX | VARIABLE(1), at, 0),
			 HV_STATUS_INVALID_PARAMETER);
}

static void registers(void **state)
{
	struct guest *g = *state;
	u64 at = guest_pages(g, 1), out = guest_pages(g, 1);
	struct hv_get_registers_input *in = guest_at(g, at);
	u32 *name = (u32 *)(in + 1);
	struct hv_register_value *v = guest_at(g, out);

	*in = (struct hv_get_registers_input){ .partition = HV_PARTITION_SELF, .vp = HV_VP_SELF };
	name[0] = HV_REGISTER_VSM_VP_STATUS;
	assert_int_equal(run(g, HV_CALL_GET_VP_REGISTERS | REPS(1, 0), at, out), HV_RESULT_REPS(1));
	assert_int_equal(v[0].low, HV_VSM_VTL0_ENABLED);
	in->vp = 1;
	name[0] = HV_REGISTER_VP_INDEX;
	name[1] = HV_REGISTER_SINT0 + VMBUS_SINT;
	name[2] = 0xdead;
	memset(v, 0xee, 64);
	/* from the second of three: the first is not written, the third has no name */
	assert_int_equal(run(g, HV_CALL_GET_VP_REGISTERS | REPS(3, 1), at, out),
			 HV_RESULT_REPS(2) | HV_STATUS_INVALID_PARAMETER);
	assert_int_equal(v[0].low, 0xeeeeeeeeeeeeeeeeull);
	assert_int_equal(v[1].low, GUEST_VECTOR);
	assert_int_equal(v[1].high, 0);
	assert_int_equal(v[2].low, 0xeeeeeeeeeeeeeeeeull);
	assert_int_equal(run(g, HV_CALL_GET_VP_REGISTERS | REPS(1, 0), at, out), HV_RESULT_REPS(1));
	assert_int_equal(v[0].low, 1);
	in->vp = 2;
	assert_int_equal((u16)run(g, HV_CALL_GET_VP_REGISTERS | REPS(1, 0), at, out),
			 HV_STATUS_INVALID_VP_INDEX);
	in->vp = 0;
	in->partition = 9;
	assert_int_equal((u16)run(g, HV_CALL_GET_VP_REGISTERS | REPS(1, 0), at, out),
			 HV_STATUS_INVALID_PARTITION_ID);
	assert_int_equal(run(g, HV_CALL_GET_PARTITION_ID, 0, out), 0);
	in->partition = v[0].low;
	assert_int_equal(run(g, HV_CALL_GET_VP_REGISTERS | REPS(1, 0), at, out), HV_RESULT_REPS(1));
	/* a register that is an MSR needs the MSR's privilege */
	g->fake->config.privileges = ~(u64)HV_ACCESS_VP_INDEX;
	assert_int_equal((u16)run(g, HV_CALL_GET_VP_REGISTERS | REPS(1, 0), at, out),
			 HV_STATUS_INVALID_PARAMETER);
	v[0].low = 1;
	assert_int_equal(run(g, HV_EXT_CALL_CAPABILITIES, 0, out), 0);
	assert_int_equal(v[0].low, 0);
	assert_int_equal(run(g, HV_CALL_LONG_SPIN_WAIT | HV_CALL_FAST, 1, 0), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(hypercall_statuses), T(encodings), T(denied), T(ipis), T(flushes), T(registers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
