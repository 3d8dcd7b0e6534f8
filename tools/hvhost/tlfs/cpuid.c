// SPDX-License-Identifier: GPL-2.0-only
#include "tlfs_exit.h"
bool tlfs_init(struct vm *vm) { return true; }
void tlfs_cpuid(struct vp *vp, u32 leaf, u32 sub, u32 regs[4]) { if (leaf >> 28 == 4) regs[0]=regs[1]=regs[2]=regs[3]=0; }
bool tlfs_rdmsr(struct vp *vp, u32 msr, u64 *value) { return false; }
bool tlfs_wrmsr(struct vp *vp, u32 msr, u64 value) { return false; }
bool tlfs_hypercall(struct vp *vp, struct hypercall_regs *r) { return false; }
