// SPDX-License-Identifier: GPL-2.0-only
/*
 * Other processors' TLBs. Under QEMU's emulation each way into the guest begins
 * with an empty TLB, so all there is to do is to get a processor out: an NMI, and
 * then wait until it is. Called by tlfs/call_vp.c, under the host lock: who comes
 * out waits for that, and goes in again afterwards.
 */
#include "svm/svm.h"
#include "tlfs_exit.h"

#define KICK_EVERY	1024	/* rounds of waiting: it may have been lost on one that halts */

void vps_flush_tlb(struct vp *self, u64 vps)
{
	struct vm *vm = self->vm;

	vps &= ~(1ull << self->index);
	for (u32 i = 0; i < vm->vps; i++)
		if (vps >> i & 1 && vm->vp[i].vcpu->inside)
			vp_kick(&vm->vp[i]);
		else
			vps &= ~(1ull << i);
	for (u32 i = 0; i < vm->vps; i++)
		for (u32 n = 1; vps >> i & 1 && vm->vp[i].vcpu->inside; n++) {
			if (n % KICK_EVERY == 0)
				vp_kick(&vm->vp[i]);
			__asm__ volatile("pause");
		}
}
