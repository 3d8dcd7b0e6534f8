// SPDX-License-Identifier: GPL-2.0-only
/*
 * A virtual processor's VMCB: what is intercepted, and the states a processor
 * begins in, flat protected mode or long mode (where boot loaders enter) and real
 * mode at a SIPI vector.
 */
#include "boot/boot.h"
#include "lib.h"
#include "lib/hw.h"
#include "svm/msr.h"
#include "svm/svm.h"

#define PAT_RESET	0x0007040600070406ull
#define CR0_PE		0x1ull
#define CR4_PAE		0x20ull
#define CR0_ET		0x10ull

/* Attributes as in a descriptor's bits 40-47 and 52-55, put together. */
#define ATTR_CODE16	0x009b
#define ATTR_DATA16	0x0093
#define ATTR_CODE32	0x0c9b
#define ATTR_CODE64	0x0a9b
#define ATTR_DATA32	0x0c93
#define ATTR_LDT	0x0082
#define ATTR_TSS	0x008b

void vcpu_create(struct vm *vm, u32 index)
{
	struct vcpu *v = hv_alloc(sizeof(*v));
	struct vp *vp = &vm->vp[index];
	struct vmcb *b = hv_alloc_pages(1);

	if (!v || !b)
		hv_die("no memory for vCPU %u", index);
	*vp = (struct vp){ .vm = vm, .index = index, .apic_id = index, .vcpu = v };
	v->vp = vp;
	v->vmcb = b;
	v->sipi = -1;
	b->intercepts1 = ICPT_NMI | ICPT_CPUID | ICPT_INVLPGA | ICPT_IOIO | ICPT_MSR |
			 ICPT_SHUTDOWN;
	b->intercepts2 = ICPT_VMRUN | ICPT_VMMCALL | ICPT_VMLOAD | ICPT_VMSAVE | ICPT_STGI |
			 ICPT_CLGI | ICPT_SKINIT;
	b->iopm = vm->svm->iopm;
	b->msrpm = vm->svm->msrpm;
	b->asid = 1;
	b->np_enable = 1;
	b->n_cr3 = vm->svm->n_cr3;
}

static void segments(struct vmcb *b, u16 code, u16 data, u32 limit)
{
	const struct vmcb_segment d = { 0, data, limit, 0 };

	b->cs = (struct vmcb_segment){ 0, code, limit, 0 };
	b->ds = b->es = b->ss = b->fs = b->gs = d;
	b->ldtr = (struct vmcb_segment){ 0, ATTR_LDT, 0xffff, 0 };
	b->tr = (struct vmcb_segment){ 0, ATTR_TSS, 0xffff, 0 };
	b->gdtr = b->idtr = (struct vmcb_segment){ 0, 0, 0xffff, 0 };
}

static void reset(struct vcpu *v)
{
	struct vmcb *b = v->vmcb;

	memset(&v->regs, 0, sizeof(v->regs));
	memset(&b->es, 0, sizeof(*b) - offsetof(struct vmcb, es));
	b->efer = EFER_SVME;
	b->g_pat = PAT_RESET;
	b->rflags = 2;
	b->dr6 = 0xffff0ff0;
	b->dr7 = 0x400;
	b->event_inject = 0;
	b->interrupt_shadow = 0;
	v->guest_nmi = v->in_nmi = false;
	v->hidden = true;
}

void vcpu_reset_flat(struct vcpu *v, const struct guest_entry *e)
{
	reset(v);
	segments(v->vmcb, ATTR_CODE32, ATTR_DATA32, 0xffffffff);
	v->vmcb->cs.selector = 0x10;
	v->vmcb->ds.selector = v->vmcb->es.selector = v->vmcb->ss.selector = 0x18;
	v->vmcb->cr0 = CR0_PE | CR0_ET;
	if (e->page_tables) {
		v->vmcb->cs.attributes = ATTR_CODE64;
		v->vmcb->cr0 |= CR0_PG;
		v->vmcb->cr3 = e->page_tables;
		v->vmcb->cr4 = CR4_PAE;
		v->vmcb->efer |= EFER_LME | EFER_LMA;
	}
	v->vmcb->rip = e->rip;
	v->vmcb->rax = e->rax;
	v->regs.rsi = e->rsi;
	v->regs.rbx = e->rbx;
}

void vcpu_reset_sipi(struct vcpu *v, u8 vector)
{
	reset(v);
	segments(v->vmcb, ATTR_CODE16, ATTR_DATA16, 0xffff);
	v->vmcb->cs.selector = (u16)(vector << 8);
	v->vmcb->cs.base = (u64)vector << 12;
	v->vmcb->cr0 = CR0_ET;
	v->regs.rdx = 0x600;	/* family, as after a reset */
}

void processor_setup(struct vcpu *v)
{
	void *save = hv_alloc_pages(1);

	if (!save)
		hv_die("no memory for a host save area");
	wrmsr(MSR_VM_HSAVE_PA, (u64)save);
	__asm__ volatile("clgi");
}
