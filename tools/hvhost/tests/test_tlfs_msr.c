// SPDX-License-Identifier: GPL-2.0-only
/* CPUID and synthetic MSRs: what is offered, what is refused. */
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

static void reference_tsc(void **state)
{
	struct guest *g = *state;
	u64 at = guest_pages(g, 1);
	struct hv_tsc_page page;

	assert_true(wr(g, HV_MSR_REFERENCE_TSC, at | 1));
	memcpy(&page, guest_at(g, at), sizeof(page));
	assert_int_not_equal(page.sequence, 0);
	/* one second of TSC is ten million units */
	assert_in_range((u64)(((unsigned __int128)FAKE_TSC_HZ * page.scale) >> 64), 9999999,
			10000000);
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

/* A page is told, a byte more is not: there is room for a page. */
static void crash_message_length(void **state)
{
	struct guest *g = *state;
	u64 at = guest_pages(g, 2);

	memset(guest_at(g, at), 'x', 2 * PAGE_SIZE);
	for (u32 i = 63; i < 2 * PAGE_SIZE; i += 64)
		*(u8 *)guest_at(g, at + i) = '\n';
	memcpy(guest_at(g, at + 64 * 63), "the last line", 13);
	assert_true(wr(g, HV_MSR_CRASH_P0 + 3, at));
	assert_true(wr(g, HV_MSR_CRASH_P0 + 4, PAGE_SIZE + 1));
	assert_true(wr(g, HV_MSR_CRASH_CTL, HV_CRASH_NOTIFY | HV_CRASH_MESSAGE));
	assert_non_null(strstr(g->fake->log, "panic report refused: message of 4097 bytes"));
	assert_null(strstr(g->fake->log, "panic: "));
	assert_true(wr(g, HV_MSR_CRASH_P0 + 4, PAGE_SIZE));
	assert_true(wr(g, HV_MSR_CRASH_CTL, HV_CRASH_NOTIFY | HV_CRASH_MESSAGE));
	assert_non_null(strstr(g->fake->log, "panic: the last line"));
}

/* CPUID says that the TSC is invariant once the guest wants to be told. */
static void invariant_tsc(void **state)
{
	struct guest *g = *state;

	for (u32 on = 0; on < 2; on++) {
		u32 r[4] = { 0 };

		assert_true(wr(g, HV_MSR_TSC_INVARIANT, on));
		tlfs_cpuid(&g->fake->vm.vp[1], 0x80000007, 0, r);
		assert_int_equal(r[3], on << 8);
		assert_int_equal(r[0] | r[1] | r[2], 0);
	}
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

static void outer_leaves(void **state)
{
	struct guest *g = *state;
	u32 r[4];

	for (u32 leaf = 0x40000007; leaf <= HV_CPUID_MAX; leaf++) {
		memset(r, 0xff, sizeof(r));
		tlfs_cpuid(&g->fake->vm.vp[0], leaf, 0, r);
		assert_int_equal(r[0] | r[1] | r[2] | r[3], 0);
	}
	tlfs_cpuid(&g->fake->vm.vp[0], HV_CPUID_LIMITS, 0, r);
	assert_int_equal(r[0], VM_MAX_VPS);
	tlfs_cpuid(&g->fake->vm.vp[0], HV_CPUID_HARDWARE, 0, r);
	assert_int_equal(r[0], HV_HARDWARE_MSR_BITMAPS | HV_HARDWARE_NESTED_PAGING);
	/* auto-EOI is deprecated whatever hints are asked for: there is none */
	g->fake->config.hints = 0;
	tlfs_cpuid(&g->fake->vm.vp[0], HV_CPUID_HINTS, 0, r);
	assert_int_equal(r[0], HV_HINT_NO_AUTO_EOI);
	g->fake->config.hints = HV_HINT_CLUSTER_IPI | 1u << 30;
	tlfs_cpuid(&g->fake->vm.vp[0], HV_CPUID_HINTS, 0, r);
	assert_int_equal(r[0], HV_HINT_CLUSTER_IPI | HV_HINT_NO_AUTO_EOI);
}

/* Without hints= they go by the number of processors. */
static void default_hints(void **state)
{
	struct vm_config c;
	char why[400];

	assert_true(config_parse(&c, "cpus=1", why, sizeof(why)));
	assert_int_equal(c.hints, HV_HINTS_DEFAULT);
	assert_true(config_parse(&c, "cpus=2", why, sizeof(why)));
	assert_int_equal(c.hints, HV_HINTS_DEFAULT | HV_HINTS_SMP);
	assert_true(config_parse(&c, "hints=0x0 cpus=2", why, sizeof(why)));
	assert_int_equal(c.hints, 0);
	assert_false(config_parse(&c, "hints=0x100000000", why, sizeof(why)));
	assert_false(config_parse(&c, "privileges=0xg", why, sizeof(why)));
	assert_false(config_parse(&c, "vmbus=5", why, sizeof(why)));
}

/* One MSR for each bit of the features leaf. */
static const struct {
	u32 msr, privilege, feature;
} bits[] = {
	{ HV_MSR_VP_RUNTIME, HV_ACCESS_VP_RUNTIME, 0 },
	{ HV_MSR_TIME_REF_COUNT, HV_ACCESS_REF_COUNTER, 0 },
	{ HV_MSR_SCONTROL, HV_ACCESS_SYNIC, 0 },
	{ HV_MSR_SINT0 + 15, HV_ACCESS_SYNIC, 0 },
	{ HV_MSR_STIMER0_CONFIG + 7, HV_ACCESS_STIMER, 0 },
	{ HV_MSR_TPR, HV_ACCESS_APIC, 0 },
	{ HV_MSR_VP_ASSIST_PAGE, HV_ACCESS_APIC, 0 },
	{ HV_MSR_GUEST_OS_ID, HV_ACCESS_HYPERCALL, 0 },
	{ HV_MSR_HYPERCALL, HV_ACCESS_HYPERCALL, 0 },
	{ HV_MSR_VP_INDEX, HV_ACCESS_VP_INDEX, 0 },
	{ HV_MSR_RESET, HV_ACCESS_RESET, 0 },
	{ HV_MSR_REFERENCE_TSC, HV_ACCESS_REF_TSC, 0 },
	{ HV_MSR_TSC_FREQUENCY, HV_ACCESS_FREQUENCY, HV_FEATURE_FREQUENCY_MSRS },
	{ HV_MSR_APIC_FREQUENCY, HV_ACCESS_FREQUENCY, HV_FEATURE_FREQUENCY_MSRS },
	{ HV_MSR_TSC_EMULATION_STATUS, HV_ACCESS_REENLIGHTENMENT, 0 },
	{ HV_MSR_TSC_INVARIANT, HV_ACCESS_TSC_INVARIANT, 0 },
	{ HV_MSR_CRASH_P0, 0, HV_FEATURE_CRASH_MSRS },
	{ HV_MSR_CRASH_CTL, 0, HV_FEATURE_CRASH_MSRS },
};

static void privileges(void **state)
{
	struct guest *g = *state;
	u64 v;
	u32 r[4];

	for (u32 bit = 0; bit < 96; bit++) {
		u64 off = bit < 64 ? 1ull << bit : 0;
		u32 foff = bit < 64 ? 0 : 1u << (bit - 64);

		g->fake->config.privileges = ~off;
		g->fake->config.features = ~foff;
		tlfs_cpuid(&g->fake->vm.vp[0], HV_CPUID_FEATURES, 0, r);
		assert_int_equal((u64)r[1] << 32 | r[0], HV_PRIVILEGES_ALL & ~off);
		assert_int_equal(r[3], HV_FEATURES_ALL & ~foff);
		for (u32 i = 0; i < ARRAY_SIZE(bits); i++) {
			bool there = !(bits[i].privilege & off) && !(bits[i].feature & foff);

			assert_int_equal(tlfs_rdmsr(&g->fake->vm.vp[0], bits[i].msr, &v), there);
			if (!there)
				assert_false(wr(g, bits[i].msr, 0));
		}
	}
	/* direct mode is a bit of its own */
	g->fake->config.features = ~HV_FEATURE_STIMER_DIRECT;
	assert_false(wr(g, HV_MSR_STIMER0_CONFIG, HV_STIMER_DIRECT | 0xed << 4));
	assert_true(wr(g, HV_MSR_STIMER0_CONFIG, 0));
}

static void reserved_bits(void **state)
{
	struct guest *g = *state;
	u64 at = guest_pages(g, 1);

	assert_false(wr(g, HV_MSR_HYPERCALL, at | 1 | 4));
	assert_false(wr(g, HV_MSR_RESET, 2));
	assert_int_equal(g->fake->resets, 0);
	assert_false(wr(g, HV_MSR_TPR, 0x100));
	assert_false(wr(g, HV_MSR_TSC_INVARIANT, 2));
	assert_false(wr(g, HV_MSR_CRASH_CTL, 1));
	assert_false(wr(g, HV_MSR_SVERSION, 1));
	/* "preserve": kept as written */
	assert_true(wr(g, HV_MSR_SIMP, at | 0x800 | 1));
	assert_int_equal(rd(g, HV_MSR_SIMP), at | 0x800 | 1);
	/* locked: not even the same again */
	assert_true(wr(g, HV_MSR_HYPERCALL, at | HV_HYPERCALL_LOCKED | 1));
	assert_false(wr(g, HV_MSR_HYPERCALL, at | HV_HYPERCALL_LOCKED | 1));
	assert_int_equal(rd(g, HV_MSR_HYPERCALL), at | HV_HYPERCALL_LOCKED | 1);
}

static void assist_page(void **state)
{
	struct guest *g = *state;
	u64 at = guest_pages(g, 1), other = guest_pages(g, 1);

	/* what was in the page must not say that an EOI can be skipped */
	memset(guest_at(g, at), 0xff, PAGE_SIZE);
	assert_true(wr(g, HV_MSR_VP_ASSIST_PAGE, at | 1));
	assert_int_equal(*(u32 *)guest_at(g, at), 0);
	/* it is the guest's from then on */
	*(u32 *)guest_at(g, at) = 2;
	assert_true(wr(g, HV_MSR_VP_ASSIST_PAGE, at | 1));
	assert_int_equal(*(u32 *)guest_at(g, at), 2);
	memset(guest_at(g, other), 0xff, PAGE_SIZE);
	assert_true(wr(g, HV_MSR_VP_ASSIST_PAGE, other | 1));
	assert_int_equal(*(u32 *)guest_at(g, other), 0);
	assert_false(wr(g, HV_MSR_VP_ASSIST_PAGE, FAKE_RAM | 1));
	assert_int_equal(rd(g, HV_MSR_VP_ASSIST_PAGE), other | 1);
}

static void reenlightenment(void **state)
{
	struct guest *g = *state;

	assert_true(wr(g, HV_MSR_REENLIGHTENMENT, 1ull << 32 | HV_REENLIGHTENMENT_ENABLE | 0xee));
	assert_int_equal(rd(g, HV_MSR_REENLIGHTENMENT),
			 1ull << 32 | HV_REENLIGHTENMENT_ENABLE | 0xee);
	assert_false(wr(g, HV_MSR_REENLIGHTENMENT, 2ull << 32 | HV_REENLIGHTENMENT_ENABLE | 0xee));
	assert_false(wr(g, HV_MSR_REENLIGHTENMENT, HV_REENLIGHTENMENT_ENABLE | 8));
	assert_false(wr(g, HV_MSR_REENLIGHTENMENT, 0x100));
	assert_true(wr(g, HV_MSR_TSC_EMULATION, 1));
	assert_int_equal(rd(g, HV_MSR_TSC_EMULATION), 1);
	assert_false(wr(g, HV_MSR_TSC_EMULATION, 2));
	assert_int_equal(rd(g, HV_MSR_TSC_EMULATION_STATUS), 0);
	assert_true(wr(g, HV_MSR_TSC_EMULATION_STATUS, 0));
	assert_false(wr(g, HV_MSR_TSC_EMULATION_STATUS, 1));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(cpuid), T(msrs), T(hypercall_page), T(reference_tsc), T(crash),
		T(crash_message_length), T(invariant_tsc), T(reset), T(every_msr_with_every_bit),
		T(outer_leaves), T(default_hints), T(privileges), T(reserved_bits),
		T(assist_page), T(reenlightenment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
