// SPDX-License-Identifier: GPL-2.0-only
/*
 * The permission maps: which MSRs and ports exit. As few as can be, since an
 * exit costs 20 us. Synthetic MSRs need no bits: they lie outside the map's
 * ranges and exit always (APM volume 2, 15.11).
 */
#include "lib.h"
#include "svm/msr.h"
#include "svm/svm.h"
#include "testdev.h"

static void msr_bits(u8 *map, u32 msr, bool read, bool write)
{
	u32 base = msr < 0x2000 ? 0 : msr < 0xc0010000 ? 0x800 : 0x1000;
	u32 bit = (msr & 0x1fff) * 2;

	map[base + bit / 8] |= (u8)((read | write << 1) << (bit % 8));
}

void permit_build(struct svm *s, bool testdev)
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
	io[PORT_EXIT / 8] |= 1 << (PORT_EXIT % 8);
	io[PORT_PHASE / 8] |= 1 << (PORT_PHASE % 8);
	/* PCI configuration: functions that hvhost keeps are not to be found */
	io[PORT_PCI / 8] = 0xff;
	if (testdev)
		io[PORT_TESTDEV / 8] |= 0xf << (PORT_TESTDEV % 8);
	s->msrpm = (u64)msr;
	s->iopm = (u64)io;
}
