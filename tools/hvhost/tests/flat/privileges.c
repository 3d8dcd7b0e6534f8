// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each synthetic MSR against its bit in CPUID: with the bit, what may be read and
 * written can be, and what may not is #GP; without it everything is. The host is
 * started with privileges= and features=, and this kernel is told the same masks.
 *	privileges [cpus=N] [privileges=MASK] [features=MASK] [hints=MASK]
 */
#include "flat.h"
#include "tlfs/tlfs.h"

#define R	1u
#define W	2u
#define MSR_EFER	0xc0000080
#define TSC_LEAF	0x80000007u
#define TSC_INVARIANT	(1u << 8)	/* of EDX */
#define EFER_SCE	(1ull << 0)
#define EFER_LME	(1ull << 8)
#define EFER_NXE	(1ull << 11)
#define OUTSIDE	(1ull << 45)	/* no guest has memory there */

static u64 privileges;
static u32 features;
static u8 *scratch[FLAT_CPUS];

struct msr {
	const char *name;
	u32 msr, privilege, feature, may;
	u64 good;		/* a value that can be written */
	u64 bad;		/* and one that cannot; 0: none is known */
	bool page;		/* good and bad are put to a page's address */
};

static const struct msr msrs[] = {
	{ "GUEST_OS_ID", HV_MSR_GUEST_OS_ID, HV_ACCESS_HYPERCALL, 0, R | W, 0x8100000000000001ull,
	  0, 0 },
	{ "HYPERCALL", HV_MSR_HYPERCALL, HV_ACCESS_HYPERCALL, 0, R | W, 1, 1 | 4, 1 },
	{ "HYPERCALL outside memory", HV_MSR_HYPERCALL, HV_ACCESS_HYPERCALL, 0, R | W, 0,
	  1 | OUTSIDE, 0 },
	{ "VP_INDEX", HV_MSR_VP_INDEX, HV_ACCESS_VP_INDEX, 0, R, 0, 0, 0 },
	{ "RESET", HV_MSR_RESET, HV_ACCESS_RESET, 0, R | W, 0, 2, 0 },
	{ "VP_RUNTIME", HV_MSR_VP_RUNTIME, HV_ACCESS_VP_RUNTIME, 0, R, 0, 0, 0 },
	{ "TIME_REF_COUNT", HV_MSR_TIME_REF_COUNT, HV_ACCESS_REF_COUNTER, 0, R, 0, 0, 0 },
	{ "REFERENCE_TSC", HV_MSR_REFERENCE_TSC, HV_ACCESS_REF_TSC, 0, R | W, 1, 1 | OUTSIDE, 1 },
	{ "TSC_FREQUENCY", HV_MSR_TSC_FREQUENCY, HV_ACCESS_FREQUENCY, HV_FEATURE_FREQUENCY_MSRS, R,
	  0, 0, 0 },
	{ "APIC_FREQUENCY", HV_MSR_APIC_FREQUENCY, HV_ACCESS_FREQUENCY, HV_FEATURE_FREQUENCY_MSRS,
	  R, 0, 0, 0 },
	{ "EOI", HV_MSR_EOI, HV_ACCESS_APIC, 0, W, 0, 0, 0 },
	{ "ICR", HV_MSR_ICR, HV_ACCESS_APIC, 0, R | W, 0x44041, 0, 0 },	/* to itself */
	{ "TPR", HV_MSR_TPR, HV_ACCESS_APIC, 0, R | W, 0x10, 0x100, 0 },
	{ "TPR again", HV_MSR_TPR, HV_ACCESS_APIC, 0, R | W, 0, 1ull << 63, 0 },
	{ "VP_ASSIST_PAGE", HV_MSR_VP_ASSIST_PAGE, HV_ACCESS_APIC, 0, R | W, 1, 1 | OUTSIDE, 1 },
	{ "SCONTROL", HV_MSR_SCONTROL, HV_ACCESS_SYNIC, 0, R | W, 1, 0, 0 },
	{ "SVERSION", HV_MSR_SVERSION, HV_ACCESS_SYNIC, 0, R, 0, 0, 0 },
	{ "SIEFP", HV_MSR_SIEFP, HV_ACCESS_SYNIC, 0, R | W, 1, 1 | OUTSIDE, 1 },
	{ "SIMP", HV_MSR_SIMP, HV_ACCESS_SYNIC, 0, R | W, 1, 1 | OUTSIDE, 1 },
	{ "EOM", HV_MSR_EOM, HV_ACCESS_SYNIC, 0, R | W, 0, 0, 0 },
	{ "SINT0", HV_MSR_SINT0, HV_ACCESS_SYNIC, 0, R | W, 0x40, 3, 0 },
	{ "SINT15", HV_MSR_SINT0 + 15, HV_ACCESS_SYNIC, 0, R | W, 0x4f, 0x4f | HV_SINT_AUTO_EOI,
	  0 },
	{ "STIMER0_CONFIG", HV_MSR_STIMER0_CONFIG, HV_ACCESS_STIMER, 0, R | W, 0, 1ull << 63, 0 },
	{ "STIMER0_COUNT", HV_MSR_STIMER0_COUNT, HV_ACCESS_STIMER, 0, R | W, 0, 0, 0 },
	{ "STIMER3_CONFIG", HV_MSR_STIMER0_CONFIG + 6, HV_ACCESS_STIMER, 0, R | W, 0x30000,
	  HV_STIMER_DIRECT | 3 << 4, 0 },
	{ "STIMER3_COUNT", HV_MSR_STIMER0_CONFIG + 7, HV_ACCESS_STIMER, 0, R | W, 0, 0, 0 },
	{ "CRASH_P0", HV_MSR_CRASH_P0, 0, HV_FEATURE_CRASH_MSRS, R | W, ~0ull, 0, 0 },
	{ "CRASH_P4", HV_MSR_CRASH_P0 + 4, 0, HV_FEATURE_CRASH_MSRS, R | W, 4, 0, 0 },
	{ "CRASH_CTL", HV_MSR_CRASH_CTL, 0, HV_FEATURE_CRASH_MSRS, R | W, 0, 1, 0 },
	{ "REENLIGHTENMENT_CONTROL", HV_MSR_REENLIGHTENMENT, HV_ACCESS_REENLIGHTENMENT, 0, R | W, 0x10042, 0x200, 0 },
	{ "REENLIGHTENMENT_CONTROL again", HV_MSR_REENLIGHTENMENT, HV_ACCESS_REENLIGHTENMENT, 0, R | W, 0, 0x10003, 0 },
	{ "TSC_EMULATION_CONTROL", HV_MSR_TSC_EMULATION, HV_ACCESS_REENLIGHTENMENT, 0, R | W, 1, 2, 0 },
	{ "TSC_EMULATION_STATUS", HV_MSR_TSC_EMULATION_STATUS, HV_ACCESS_REENLIGHTENMENT, 0, R | W, 0, 1, 0 },
	{ "TSC_INVARIANT_CONTROL", HV_MSR_TSC_INVARIANT, HV_ACCESS_TSC_INVARIANT, 0, R | W, 1, 2, 0 },
};

/* Nobody is offered these: SIRBP, statistics, idle, debugger, nested SynIC, and no MSR at all. */
static const u32 nowhere[] = {
	0x40000004, 0x40000024, 0x40000074, 0x40000085, 0x400000a0, 0x400000b8, 0x400000e0,
	0x400000f0, 0x400000f1, 0x40000109, 0x40001080, 0x40000fff, 0x4fffffff,
};

static bool offered(const struct msr *m)
{
	return (privileges & m->privilege) == m->privilege && (features & m->feature) == m->feature;
}

static u64 value(const struct msr *m, u64 v)
{
	return m->page && !(v & OUTSIDE) ? v | (u64)scratch[this_cpu()] : v;
}

static void one(const struct msr *m)
{
	u64 v, back = 0;
	u32 read = msr_read(m->msr, &v), wrote = msr_write(m->msr, value(m, m->good)), bad = GP;
	bool yes = offered(m);

	if (m->bad)
		bad = msr_write(m->msr, value(m, m->bad));
	report(read == (yes && m->may & R ? 0 : GP), "cpu %u: %s: read is %s", this_cpu(), m->name,
	       read ? "#GP" : "good");
	report(wrote == (yes && m->may & W ? 0 : GP), "cpu %u: %s: write is %s", this_cpu(),
	       m->name, wrote ? "#GP" : "good");
	report(bad == GP, "cpu %u: %s: a value it cannot have is #GP", this_cpu(), m->name);
	/* what was refused left no trace; these three read as something of their own */
	if (read || wrote || m->msr == HV_MSR_ICR || m->msr == HV_MSR_CRASH_CTL ||
	    m->msr == HV_MSR_EOM)
		return;
	report(!msr_read(m->msr, &back) && back == value(m, m->good),
	       "cpu %u: %s: reads back (%lx)", this_cpu(), m->name, back);
}

static void all_msrs(void)
{
	u64 v;

	for (u32 i = 0; i < ARRAY_SIZE(msrs); i++)
		one(&msrs[i]);
	for (u32 i = 0; i < ARRAY_SIZE(nowhere); i++)
		report(msr_read(nowhere[i], &v) == GP && msr_write(nowhere[i], 0) == GP,
		       "cpu %u: MSR %x is not there", this_cpu(), nowhere[i]);
	if (privileges & HV_ACCESS_VP_INDEX)
		report(!msr_read(HV_MSR_VP_INDEX, &v) && v == this_cpu(), "cpu %u: its VP index",
		       this_cpu());
	/* as it was: a timer or a panic report of this kernel would only be in the way */
	msr_write(HV_MSR_SCONTROL, 0);
	msr_write(HV_MSR_STIMER0_CONFIG + 6, 0);
}

/* The processor's own register, of which the host keeps a bit for itself. */
static void efer(void)
{
	static const u32 without[] = { 1, 2, 7, 9, 12, 13, 16, 31, 32, 63 };
	u64 now, back;
	bool all = !msr_read(MSR_EFER, &now);

	for (u32 i = 0; i < ARRAY_SIZE(without); i++)
		all &= msr_write(MSR_EFER, now ^ 1ull << without[i]) == GP;
	report(all, "EFER: a bit that the processor has not is #GP");
	report(msr_write(MSR_EFER, now ^ EFER_LME) == GP, "EFER: long mode stays on with paging");
	report(!msr_write(MSR_EFER, now | EFER_SCE | EFER_NXE) && !msr_read(MSR_EFER, &back) &&
	       back == (now | EFER_SCE | EFER_NXE) && !msr_write(MSR_EFER, now),
	       "EFER: and bits that it has are kept");
}

/* A timer in direct mode is another bit than timers. */
static void direct_mode(void)
{
	u32 fault = msr_write(HV_MSR_STIMER0_CONFIG, HV_STIMER_DIRECT | 0x45 << 4);
	bool may = privileges & HV_ACCESS_STIMER && features & HV_FEATURE_STIMER_DIRECT;

	report(fault == (may ? 0 : GP), "a timer in direct mode: %s", fault ? "#GP" : "good");
	msr_write(HV_MSR_STIMER0_CONFIG, 0);
}

static void hypercalls(void)
{
	static const struct {
		const char *name;
		u16 code;
		u64 privilege;
	} calls[] = {
		{ "HvCallPostMessage", HV_CALL_POST_MESSAGE, (u64)HV_POST_MESSAGES << 32 },
		{ "HvCallSignalEvent", HV_CALL_SIGNAL_EVENT, (u64)HV_SIGNAL_EVENTS << 32 },
		{ "HvCallGetPartitionId", HV_CALL_GET_PARTITION_ID,
		  (u64)HV_ACCESS_PARTITION_ID << 32 },
		{ "HvCallGetVpRegisters", HV_CALL_GET_VP_REGISTERS,
		  (u64)HV_ACCESS_VP_REGISTERS << 32 },
		{ "HvExtCallQueryCapabilities", HV_EXT_CALL_CAPABILITIES,
		  (u64)HV_EXTENDED_HYPERCALLS << 32 },
	};
	u64 result;

	if (!(privileges & HV_ACCESS_HYPERCALL)) {
		report(hypercall(HV_CALL_LONG_SPIN_WAIT | HV_CALL_FAST, 0, 0, &result) == UD,
		       "a hypercall is #UD");
		return;
	}
	report(hypercalls_on(), "hypercalls can be turned on");
	report(!hypercall(HV_CALL_LONG_SPIN_WAIT | HV_CALL_FAST, 0, 0, &result) && !result,
	       "a hypercall that needs no privilege");
	for (u32 i = 0; i < ARRAY_SIZE(calls); i++) {
		/* misaligned: with the privilege another status */
		bool denied = call(calls[i].code, 4, 4) == HV_STATUS_ACCESS_DENIED;

		report(denied == !(privileges & calls[i].privilege), "%s is %s", calls[i].name,
		       denied ? "denied" : "allowed");
	}
}

/* A guest is told that the TSC never changes its rate when it has asked for that. */
static void invariant_tsc(void)
{
	bool may = privileges & HV_ACCESS_TSC_INVARIANT;
	u64 now = 0;
	u32 r[4];

	if (may)
		report(!msr_read(HV_MSR_TSC_INVARIANT, &now), "invariant TSC: control is there");
	cpuid_leaf(TSC_LEAF, r);
	report(!!(r[3] & TSC_INVARIANT) == (now & 1), "invariant TSC: as the control says (%lx)",
	       now);
	if (!may)
		return;
	report(!msr_write(HV_MSR_TSC_INVARIANT, 1), "invariant TSC: asked for");
	cpuid_leaf(TSC_LEAF, r);
	report(r[3] & TSC_INVARIANT, "invariant TSC: there");
}

static void leaves(void)
{
	u32 r[4];

	cpuid_leaf(HV_CPUID_VENDOR, r);
	report(r[0] >= HV_CPUID_MAX, "leaves up to %x", r[0]);
	cpuid_leaf(HV_CPUID_FEATURES, r);
	privileges = (u64)r[1] << 32 | r[0];
	features = r[3];
	report(privileges == (argument("privileges", ~0ull) & HV_PRIVILEGES_ALL),
	       "CPUID offers the privileges %lx", privileges);
	report(features == ((u32)argument("features", ~0ull) & HV_FEATURES_ALL),
	       "CPUID offers the features %x", features);
	cpuid_leaf(HV_CPUID_HINTS, r);
	if (argument("hints", 0))
		report(r[0] == ((u32)argument("hints", 0) | HV_HINT_NO_AUTO_EOI), "hints %x", r[0]);
	for (u32 leaf = 0x40000007; leaf <= 0x4000000a; leaf++) {
		cpuid_leaf(leaf, r);
		report(!(r[0] | r[1] | r[2] | r[3]), "leaf %x: nothing of a root, of nesting",
		       leaf);
	}
}

void flat_test(void)
{
	leaves();
	invariant_tsc();
	for (u32 i = 0; i < cpus(); i++)
		scratch[i] = page();
	for (u32 i = 0; i < cpus(); i++) {
		run_start(i, all_msrs);
		run_wait(i);
	}
	efer();
	direct_mode();
	hypercalls();
}
