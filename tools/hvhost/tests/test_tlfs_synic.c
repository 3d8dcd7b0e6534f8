// SPDX-License-Identifier: GPL-2.0-only
/* The SynIC: messages, event flags, timers, and the device that tests them. */
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
#include "testdev.h"

static int setup(void **state)
{
	*state = guest_begin(2);
	return 0;
}

static int teardown(void **state)
{
	guest_end(*state);
	return 0;
}

static u64 rd(struct guest *g, u32 msr)
{
	u64 v = 0;

	assert_true(tlfs_rdmsr(&g->fake->vm.vp[0], msr, &v));
	return v;
}

static bool wr(struct guest *g, u32 msr, u64 v)
{
	return tlfs_wrmsr(&g->fake->vm.vp[0], msr, v);
}

static void message_slots(void **state)
{
	struct guest *g = *state;
	struct vp *vp = &g->fake->vm.vp[0];
	u64 page = rd(g, HV_MSR_SIMP) & HV_PAGE_ADDRESS;
	struct hv_message *slot = (struct hv_message *)guest_at(g, page) + 5;

	/* masked: nothing goes there */
	assert_int_equal(synic_post(vp, 5, 1, "hello", 5), -HV_ENOENT);
	assert_true(wr(g, HV_MSR_SINT0 + 5, 0x45));
	assert_int_equal(synic_post(vp, 5, 1, "hello", 5), 0);
	assert_int_equal(g->fake->interrupts[0][0x45], 1);
	assert_memory_equal(slot->payload, "hello", 5);
	assert_int_equal(slot->flags, 0);
	assert_int_equal(synic_post(vp, 5, 1, "again", 5), -HV_EBUSY);
	assert_int_equal(slot->flags & 1, 1);
	assert_memory_equal(slot->payload, "hello", 5);
	/* a vector below 16 is none, unless the SINT is masked */
	assert_false(wr(g, HV_MSR_SINT0 + 6, 3));
	assert_false(wr(g, HV_MSR_SINT0 + 6, 15));
	assert_true(wr(g, HV_MSR_SINT0 + 6, 15 | HV_SINT_MASKED));
	assert_true(wr(g, HV_MSR_SINT0 + 6, 16));
}

static void event_flags(void **state)
{
	struct guest *g = *state;
	struct vp *vp = &g->fake->vm.vp[0];
	u8 *flags = (u8 *)guest_at(g, rd(g, HV_MSR_SIEFP) & HV_PAGE_ADDRESS) + 2 * 256;

	assert_int_equal(synic_signal(vp, 2, 9), 0);
	assert_int_equal(synic_signal(vp, 2, 9), 0);
	assert_int_equal(flags[1], 2);
	assert_int_equal(g->fake->interrupts[0][GUEST_VECTOR], 1);
	assert_int_equal(synic_signal(vp, 2, 2048), -HV_EINVAL);
	assert_int_equal(synic_signal(vp, 16, 1), -HV_EINVAL);
}

static void stimer_direct(void **state)
{
	struct guest *g = *state;

	fake_time(100);
	assert_true(wr(g, HV_MSR_STIMER0_CONFIG,
		       HV_STIMER_DIRECT | HV_STIMER_AUTO_ENABLE | 0xed << 4));
	assert_true(wr(g, HV_MSR_STIMER0_COUNT, 5000));
	assert_int_equal(g->fake->comparator[0], 5000);
	assert_true(wr(g, HV_MSR_STIMER0_COUNT, 0));
	assert_int_equal(g->fake->comparator[0], 0);
	assert_false(wr(g, HV_MSR_STIMER0_CONFIG, 1ull << 63));
	/* a vector below 16 is none */
	assert_false(wr(g, HV_MSR_STIMER0_CONFIG, HV_STIMER_DIRECT | 15 << 4));
	assert_true(wr(g, HV_MSR_STIMER0_CONFIG, HV_STIMER_DIRECT | 16 << 4));
}

static void stimer_messages(void **state)
{
	struct guest *g = *state;
	struct hv_message *slot = (struct hv_message *)guest_at(g, rd(g, HV_MSR_SIMP) &
								HV_PAGE_ADDRESS) + 4;
	struct hv_timer_payload t;

	assert_true(wr(g, HV_MSR_SINT0 + 4, 0x44));
	/* the second timer, periodic, in message mode */
	assert_true(wr(g, HV_MSR_STIMER0_COUNT + 2, 1000));
	assert_true(wr(g, HV_MSR_STIMER0_CONFIG + 2,
		       HV_STIMER_ENABLE | HV_STIMER_PERIODIC | 4 << 16));
	fake_time(999);
	assert_int_equal(slot->type, 0);
	fake_time(1000);
	assert_int_equal(slot->type, HV_MESSAGE_TIMER_EXPIRED);
	memcpy(&t, slot->payload, sizeof(t));
	assert_int_equal(t.index, 1);
	assert_int_equal(t.expiration, 1000);
	/* the slot is not emptied in time: one message waits, none is lost for ever */
	fake_time(2500);
	slot->type = 0;
	assert_true(wr(g, HV_MSR_EOM, 0));
	assert_int_equal(slot->type, HV_MESSAGE_TIMER_EXPIRED);
}

static void testdev(struct guest *g, u32 control, u32 vp, u32 sint, u32 connection)
{
	testdev_write(&g->fake->vm, connection << 24 | control << 16 | vp << 8 | sint);
}

static u16 post(struct guest *g, u32 connection, const char *text)
{
	return testdev_post(&g->fake->vm, connection, 0x1234, text, (u32)strlen(text));
}

static void test_device(void **state)
{
	struct guest *g = *state;
	struct vm *vm = &g->fake->vm;
	struct hv_message *slot;
	u64 v;

	/* without the device no connection is its own, and the port does nothing */
	testdev(g, TESTDEV_MESSAGE_CREATE, 1, 8, 5);
	assert_false(testdev_has_message(vm, 5));
	assert_true(testdev_init(vm));
	assert_true(tlfs_wrmsr(&vm->vp[1], HV_MSR_SINT0 + 8, 0x60));
	assert_true(tlfs_rdmsr(&vm->vp[1], HV_MSR_SIMP, &v));
	slot = (struct hv_message *)guest_at(g, v & HV_PAGE_ADDRESS) + 8;

	testdev(g, TESTDEV_MESSAGE_CREATE, 1, 8, 5);
	testdev(g, TESTDEV_EVENT_CREATE, 1, 8, 6);
	assert_true(testdev_has_message(vm, 5) && !testdev_has_event(vm, 5));
	assert_true(testdev_has_event(vm, 6) && !testdev_has_message(vm, 6) &&
		    !testdev_has_event(vm, 300));
	assert_int_equal(post(g, 5, "one"), 0);
	assert_int_equal(post(g, 5, "two"), 0);
	assert_int_equal(post(g, 5, "three"), HV_STATUS_INSUFFICIENT_BUFFERS);
	assert_memory_equal(slot->payload, "one", 3);
	assert_int_equal(slot->flags & 1, 1);
	slot->type = 0;
	assert_true(tlfs_wrmsr(&vm->vp[1], HV_MSR_EOM, 0));
	assert_memory_equal(slot->payload, "two", 3);
	assert_int_equal(g->fake->interrupts[1][0x60], 2);

	assert_int_equal(testdev_signal(vm, 6, 1), HV_STATUS_INVALID_PARAMETER);
	assert_int_equal(testdev_signal(vm, 6, 0), 0);
	assert_int_equal(testdev_signal(vm, 6, 0), 0);
	assert_int_equal(g->fake->interrupts[1][0x60], 3);

	testdev(g, TESTDEV_ROUTE_SET, 1, 8, 0);		/* no route yet */
	assert_int_equal(g->fake->interrupts[1][0x60], 3);
	testdev(g, TESTDEV_ROUTE_CREATE, 1, 8, 0);
	testdev(g, TESTDEV_ROUTE_SET, 1, 8, 0);
	assert_int_equal(g->fake->interrupts[1][0x60], 4);
	testdev(g, TESTDEV_ROUTE_DESTROY, 1, 8, 0);
	testdev(g, TESTDEV_MESSAGE_DESTROY, 1, 8, 5);
	testdev(g, TESTDEV_EVENT_DESTROY, 1, 8, 6);
	assert_false(testdev_has_message(vm, 5) || testdev_has_event(vm, 6));
	/* any word at all: the worst is a line of the log */
	for (u64 i = 0, seed = 1; i < 10000; i++)
		testdev_write(vm, (u32)hv_random(&seed));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(message_slots), T(event_flags), T(stimer_direct), T(stimer_messages),
		T(test_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
