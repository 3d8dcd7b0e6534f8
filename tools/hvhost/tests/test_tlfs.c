// SPDX-License-Identifier: GPL-2.0-only
/* The hypervisor a guest sees: MSRs, SynIC, timers, hypercall statuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "guest.h"
#include "lib.h"
#include "synic.h"
#include "tlfs_exit.h"

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

static void cpuid(void **state)
{
	struct guest *g = *state;
	u32 r[4] = { 0 };

	tlfs_cpuid(&g->fake->vm.vp[0], HV_CPUID_VENDOR, 0, r);
	assert_memory_equal(&r[1], "Microsoft Hv", 12);
	assert_true(r[0] >= HV_CPUID_LIMITS);
	tlfs_cpuid(&g->fake->vm.vp[0], HV_CPUID_INTERFACE, 0, r);
	assert_memory_equal(&r[0], "Hv#1", 4);
}

static void msrs(void **state)
{
	struct guest *g = *state;
	u64 v;

	assert_int_equal(rd(g, HV_MSR_VP_INDEX), 0);
	assert_true(tlfs_rdmsr(&g->fake->vm.vp[1], HV_MSR_VP_INDEX, &v));
	assert_int_equal(v, 1);
	assert_int_equal(rd(g, HV_MSR_TSC_FREQUENCY), FAKE_TSC_HZ);
	fake_time(1234);
	assert_int_equal(rd(g, HV_MSR_TIME_REF_COUNT), 1234);
	/* read-only ones, and some that are not there */
	assert_false(wr(g, HV_MSR_VP_INDEX, 1));
	assert_false(wr(g, HV_MSR_TIME_REF_COUNT, 1));
	assert_false(wr(g, HV_MSR_TSC_FREQUENCY, 1));
	assert_false(wr(g, 0x40000fff, 0));
	assert_false(tlfs_rdmsr(&g->fake->vm.vp[0], 0x40000fff, &v));
}

static void hypercall_page(void **state)
{
	struct guest *g = *state;
	struct hypercall_regs r = { .rcx = HV_CALL_POST_MESSAGE };
	u64 at = guest_pages(g, 1);

	/* outside memory */
	assert_false(wr(g, HV_MSR_HYPERCALL, FAKE_RAM | 1));
	assert_true(wr(g, HV_MSR_HYPERCALL, at | 1));
	assert_memory_equal(guest_at(g, at), "\x0f\x01\xd9", 3);	/* vmmcall */
	/* from user mode, or when it is off, #UD */
	r.user = true;
	assert_false(tlfs_hypercall(&g->fake->vm.vp[0], &r));
	r.user = false;
	assert_true(wr(g, HV_MSR_HYPERCALL, 0));
	assert_false(tlfs_hypercall(&g->fake->vm.vp[0], &r));
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
	/* a vector below 16 is none */
	assert_false(wr(g, HV_MSR_SINT0 + 6, 3));
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
	assert_true(wr(g, HV_MSR_STIMER0_CONFIG, HV_STIMER_DIRECT | HV_STIMER_AUTO_ENABLE | 0xed << 4));
	assert_true(wr(g, HV_MSR_STIMER0_COUNT, 5000));
	assert_int_equal(g->fake->comparator[0], 5000);
	assert_true(wr(g, HV_MSR_STIMER0_COUNT, 0));
	assert_int_equal(g->fake->comparator[0], 0);
	assert_false(wr(g, HV_MSR_STIMER0_CONFIG, 1ull << 63));
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
	assert_true(wr(g, HV_MSR_STIMER0_CONFIG + 2, HV_STIMER_ENABLE | HV_STIMER_PERIODIC | 4 << 16));
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

static void reference_tsc(void **state)
{
	struct guest *g = *state;
	u64 at = guest_pages(g, 1);
	struct hv_tsc_page page;

	assert_true(wr(g, HV_MSR_REFERENCE_TSC, at | 1));
	memcpy(&page, guest_at(g, at), sizeof(page));
	assert_int_not_equal(page.sequence, 0);
	/* one second of TSC is ten million units */
	assert_in_range((u64)(((unsigned __int128)FAKE_TSC_HZ * page.scale) >> 64), 9999999, 10000000);
	assert_false(wr(g, HV_MSR_REFERENCE_TSC, FAKE_RAM | 1));
}

static void crash(void **state)
{
	struct guest *g = *state;
	u64 at = guest_pages(g, 1);

	memcpy(guest_at(g, at), "<0>[    1.0] Kernel panic", 25);
	for (u32 i = 0; i < 3; i++)
		assert_true(wr(g, HV_MSR_CRASH_P0 + i, i));
	assert_true(wr(g, HV_MSR_CRASH_P0 + 3, at));
	assert_true(wr(g, HV_MSR_CRASH_P0 + 4, 25));
	assert_true(wr(g, HV_MSR_CRASH_CTL, HV_CRASH_NOTIFY | HV_CRASH_MESSAGE));
	assert_non_null(strstr(g->fake->log, "Kernel panic"));
	/* a page that is not there, a length that is too much: refused, not followed */
	assert_true(wr(g, HV_MSR_CRASH_P0 + 3, FAKE_RAM));
	wr(g, HV_MSR_CRASH_CTL, HV_CRASH_NOTIFY | HV_CRASH_MESSAGE);
	assert_true(wr(g, HV_MSR_CRASH_P0 + 3, at));
	assert_true(wr(g, HV_MSR_CRASH_P0 + 4, ~0ull));
	wr(g, HV_MSR_CRASH_CTL, HV_CRASH_NOTIFY | HV_CRASH_MESSAGE);
}

static void reset(void **state)
{
	struct guest *g = *state;

	assert_true(wr(g, HV_MSR_RESET, 1));
	assert_int_equal(g->fake->resets, 1);
}

static void every_msr_with_every_bit(void **state)
{
	struct guest *g = *state;
	u64 v;

	for (u32 msr = 0x40000000; msr < 0x40000200; msr++)
		for (u32 bit = 0; bit < 64; bit++) {
			tlfs_wrmsr(&g->fake->vm.vp[1], msr, 1ull << bit);
			tlfs_rdmsr(&g->fake->vm.vp[1], msr, &v);
		}
	fake_time(1u << 20);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(cpuid), T(msrs), T(hypercall_page), T(hypercall_statuses), T(message_slots),
		T(event_flags), T(stimer_direct), T(stimer_messages), T(reference_tsc), T(crash),
		T(reset), T(every_msr_with_every_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
