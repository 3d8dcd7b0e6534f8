// SPDX-License-Identifier: GPL-2.0-only
/*
 * The permission maps: which MSRs and ports exit. An exit costs 20 us, so of MSRs as
 * few as can be; synthetic ones need no bits: they lie outside the map's ranges and
 * exit always (APM volume 2, 15.11). Ports are little used, and much of a PC hangs on
 * them: those that a guest has are listed, and all others exit.
 */
#include "lib.h"
#include "svm/msr.h"
#include "svm/svm.h"

struct ports {
	u16 first, last;
};

/* Intel ICH9 datasheet, tables 9-2 and 9-3, but for the delays and the console. */
static const struct ports guests[] = {
	{ 0x20, 0x21 }, { 0xa0, 0xa1 }, { 0x4d0, 0x4d1 },	/* interrupt controllers */
	{ 0x40, 0x43 }, { 0x61, 0x61 },				/* timer and its gate */
	{ 0x70, 0x71 },						/* clock */
	{ 0x80, 0x80 }, { 0xed, 0xed },				/* nothing: kernels wait so */
	{ 0xe9, 0xe9 },						/* QEMU's debug console */
	{ 0x2e8, 0x2ef }, { 0x2f8, 0x2ff },			/* serial */
	{ 0x3e8, 0x3ef }, { 0x3f8, 0x3ff },
};

/*
 * From PMBASE, ICH9 datasheet, 13.8.3: status and enable of events, the timer, those of
 * general purpose events. Not control (sleep), SMI and the watchdog.
 */
static const struct ports power[] = { { 0, 3 }, { 8, 0xb }, { 0x20, 0x2f } };

static void msr_bits(u8 *map, u32 msr, bool read, bool write)
{
	u32 base = msr < 0x2000 ? 0 : msr < 0xc0010000 ? 0x800 : 0x1000;
	u32 bit = (msr & 0x1fff) * 2;

	map[base + bit / 8] |= (u8)((read | write << 1) << (bit % 8));
}

static void grant(u8 *map, const struct ports *list, u32 n, u32 base)
{
	for (u32 i = 0; i < n; i++)
		for (u32 port = base + list[i].first; port <= base + list[i].last; port++)
			map[port / 8] &= (u8)~(1u << (port % 8));
}

void permit_build(struct svm *s)
{
	u8 *msr = hv_alloc_pages(2), *io = hv_alloc_pages(3);

	if (!msr || !io)
		hv_die("no memory for the permission maps");
	msr_bits(msr, MSR_EFER, true, true);
	msr_bits(msr, MSR_VM_CR, true, true);
	msr_bits(msr, MSR_VM_HSAVE_PA, true, true);
	/* an INIT or SIPI must not reach a processor that hvhost runs on */
	msr_bits(msr, MSR_X2APIC_ICR, false, true);
	/* nor an SMI */
	for (u32 i = MSR_X2APIC_LVT; i <= MSR_X2APIC_LVT_LAST; i++)
		msr_bits(msr, i, false, true);
	memset(io, 0xff, 3 * PAGE_SIZE);
	grant(io, guests, ARRAY_SIZE(guests), 0);
	if (s->pm)
		grant(io, power, ARRAY_SIZE(power), s->pm);
	s->msrpm = (u64)msr;
	s->iopm = (u64)io;
}
