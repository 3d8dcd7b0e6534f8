// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hostile guest at the hypervisor itself: hypercalls of every code with any
 * input value, parameters and place, synthetic MSRs with any value on every VP,
 * words for the test device, time that passes, slots that are emptied.
 */
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "input.h"
#include "lib.h"
#include "testdev.h"
#include "tlfs_exit.h"

#define VPS	3

static const u16 codes[] = {
	HV_CALL_FLUSH_SPACE, HV_CALL_FLUSH_LIST, HV_CALL_LONG_SPIN_WAIT, HV_CALL_SEND_IPI,
	HV_CALL_FLUSH_SPACE_EX, HV_CALL_FLUSH_LIST_EX, HV_CALL_SEND_IPI_EX, HV_CALL_GET_PARTITION_ID,
	HV_CALL_GET_VP_REGISTERS, HV_CALL_POST_MESSAGE, HV_CALL_SIGNAL_EVENT, HV_CALL_RETARGET_INTERRUPT,
	HV_CALL_MMIO_READ, HV_CALL_MMIO_WRITE, HV_EXT_CALL_CAPABILITIES, 0x7777,
};

static const u32 names[] = {
	HV_REGISTER_VERSION, HV_REGISTER_PRIVILEGES, HV_REGISTER_CRASH_P0, HV_REGISTER_SINT0,
	HV_REGISTER_SCONTROL, HV_REGISTER_STIMER0_CONFIG, HV_REGISTER_VSM_VP_STATUS, 0xffffffff,
};

/* Parameters that are nearly right reach further than noise. */
static void parameters(struct guest *g, struct input *in, u64 at)
{
	u8 *p = guest_at(g, at);
	u32 n = (u32)take(in, 1) % 24;

	for (u32 i = 0; i < n; i++)
		((u64 *)p)[i] = take(in, 1) & 1 ? take(in, 8) : take(in, 1);
	switch (take(in, 1) & 7) {
	case 0:
		*(u64 *)p = HV_PARTITION_SELF;
		((u32 *)p)[2] = take(in, 1) & 1 ? HV_VP_SELF : (u32)take(in, 1) % (VPS + 1);
		((u32 *)p)[3] = 0;
		for (u32 i = 0; i < 16; i++)
			((u32 *)p)[4 + i] =
				names[take(in, 1) % ARRAY_SIZE(names)] + (u32)take(in, 1) % 20;
		break;
	case 1:
		((u32 *)p)[0] = 0x10 + (u32)take(in, 1) % 16;	/* connections of the test device */
		((u32 *)p)[1] = 0;
		((u32 *)p)[2] = 1 + (u32)take(in, 1) % 2;
		((u32 *)p)[3] = (u32)take(in, 1);
		break;
	}
}

static void hypercall(struct guest *g, struct input *in)
{
	u64 room = 100ull << PAGE_SHIFT;
	struct hypercall_regs r = { .rcx = codes[take(in, 1) % ARRAY_SIZE(codes)] };
	u32 how = (u32)take(in, 1);

	parameters(g, in, room);
	r.rcx |= how & 1 ? HV_CALL_FAST : 0;
	r.rcx |= how & 2 ? (take(in, 1) % 20) << 32 : 0;
	r.rcx |= how & 4 ? (take(in, 1) % 20) << 48 : 0;
	r.rcx |= how & 8 ? (take(in, 1) % 70) << 17 : 0;
	r.rcx |= (how & 0x70) == 0x70 ? take(in, 8) : 0;
	r.rdx = how & 0x10 ? take(in, 8) : room + (how & 0x80 ? take(in, 2) : 0);
	r.r8 = how & 0x20 ? take(in, 8) : room + PAGE_SIZE + (how & 0x80 ? take(in, 2) : 0);
	r.user = (how & 0xe0) == 0xe0;
	tlfs_hypercall(&g->fake->vm.vp[take(in, 1) % VPS], &r);
}

static void msr(struct guest *g, struct input *in)
{
	struct vp *vp = &g->fake->vm.vp[take(in, 1) % VPS];
	u32 number = 0x40000000 + (u32)take(in, 2) % 0x128;
	u64 v = take(in, 1) & 1 ? take(in, 8) : take(in, 3);

	/* locked, the page could not be put back */
	if (number == HV_MSR_HYPERCALL)
		v &= ~HV_HYPERCALL_LOCKED;
	tlfs_wrmsr(vp, number, v);
	tlfs_rdmsr(vp, number, &v);
}

/* A panic report in one go: three MSRs by chance would never be it. */
static void panic(struct guest *g, struct input *in)
{
	struct vp *vp = &g->fake->vm.vp[take(in, 1) % VPS];

	tlfs_wrmsr(vp, HV_MSR_CRASH_P0 + 3, field(in, 40u << PAGE_SHIFT));
	tlfs_wrmsr(vp, HV_MSR_CRASH_P0 + 4, field(in, PAGE_SIZE));
	tlfs_wrmsr(vp, HV_MSR_CRASH_CTL, HV_CRASH_NOTIFY | HV_CRASH_MESSAGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct guest *g = guest_begin(VPS);

	if (!testdev_init(&g->fake->vm))
		abort();
	if (take(&in, 1) & 1)
		g->fake->config.privileges = take(&in, 8) | HV_ACCESS_HYPERCALL;
	for (u32 steps = 0; in.left && steps < 128; steps++) {
		switch (take(&in, 1) & 7) {
		case 0:
			msr(g, &in);
			break;
		case 1:
			testdev_write(&g->fake->vm, (u32)take(&in, 2) |
							    (u32)(take(&in, 1) % 9) << 16 |
							    (u32)(0x10 + take(&in, 1) % 16) << 24);
			break;
		case 2:
			fake_time(g->fake->now + take(&in, 2));
			break;
		case 3: {
			u64 simp;

			/* the guest empties a slot, or writes over its pages */
			if (tlfs_rdmsr(&g->fake->vm.vp[0], HV_MSR_SIMP, &simp) &&
			    (simp & HV_PAGE_ADDRESS) < FAKE_RAM)
				memset(guest_at(g, simp & HV_PAGE_ADDRESS), (int)take(&in, 1),
				       PAGE_SIZE);
			tlfs_wrmsr(&g->fake->vm.vp[0], HV_MSR_EOM, 0);
			break;
		}
		case 4:
			panic(g, &in);
			break;
		default:
			hypercall(g, &in);
		}
		tlfs_wrmsr(&g->fake->vm.vp[0], HV_MSR_GUEST_OS_ID, 1);
		tlfs_wrmsr(&g->fake->vm.vp[0], HV_MSR_HYPERCALL, 32ul << PAGE_SHIFT | 1);
	}
	guest_end(g);
	return 0;
}
