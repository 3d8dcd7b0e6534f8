// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loop every processor lives in: enter the guest, see why it came out, do
 * what it asked, see what is due, enter again. One lock is held from exit to
 * entry, so that no other room needs one.
 */
#include "boot/boot.h"
#include "boot/config.h"
#include "counters.h"
#include "lib.h"
#include "script.h"
#include "lib/hw.h"
#include "svm/msr.h"
#include "svm/svm.h"
#include "tlfs_exit.h"

#define CR4_OSXSAVE	(1ull << 18)
#define CR4_PKE		(1ull << 22)
#define AP_PAGE		8	/* the trampoline is at 0x8000 */

static void lock(struct svm *s)
{
	while (__atomic_exchange_n(&s->lock, 1, __ATOMIC_ACQUIRE))
		while (s->lock)
			__asm__ volatile("pause");
}

static void unlock(struct svm *s)
{
	__atomic_store_n(&s->lock, 0, __ATOMIC_RELEASE);
}

void end_reports(struct vm *vm)
{
	count_print(vm);
	script_end(vm);
}

void guest_stop(struct vcpu *v, const char *why, u64 what)
{
	hv_log("stop: guest, vCPU %u at %lx: %s %lx", v->vp->index, v->vmcb->rip, why, what);
	end_reports(v->vp->vm);
	hv_stop(HV_STOP_GUEST);
}

void guest_refused(struct vcpu *v, const char *what, u64 value)
{
	count(v->vp->vm, COUNT_REFUSED, 1);
	if (refusal_told(&v->vp->vm->svm->refusals, "machine", what))
		hv_log("machine: refused: vCPU %u at %lx: %s %lx", v->vp->index, v->vmcb->rip, what,
		       value);
}

void vp_inject_gp(struct vp *vp)
{
	vp->vcpu->vmcb->event_inject = EVENT_VALID | EVENT_ERROR | EVENT_EXCEPTION | 13;
}

static void inject_ud(struct vcpu *v)
{
	v->vmcb->event_inject = EVENT_VALID | EVENT_EXCEPTION | 6;
}

/* There is no nRIP save; the instructions that exit here have known lengths. */
static void skip(struct vcpu *v, u32 bytes)
{
	v->vmcb->rip += bytes;
	if (!(v->vmcb->efer & EFER_LMA))
		v->vmcb->rip &= 0xffffffff;
	v->vmcb->interrupt_shadow &= ~1ull;
}

static void do_cpuid(struct vcpu *v)
{
	u32 leaf = (u32)v->vmcb->rax, sub = (u32)v->regs.rcx, r[4];

	cpuid(leaf, sub, r);
	switch (leaf) {
	case 1:		/* OSXSAVE says what the guest's CR4 says, not ours */
		r[2] &= ~(1u << 27);
		r[2] |= v->vmcb->cr4 & CR4_OSXSAVE ? 1u << 27 : 0;
		break;
	case 7:
		if (sub)
			break;
		r[2] &= ~(1u << 4);	/* OSPKE */
		r[2] |= v->vmcb->cr4 & CR4_PKE ? 1u << 4 : 0;
		break;
	case 0x80000001:
		r[2] &= ~(1u << 2);	/* SVM is taken */
		break;
	case 0x8000000a:
		r[0] = r[1] = r[2] = r[3] = 0;
		break;
	}
	tlfs_cpuid(v->vp, leaf, sub, r);
	v->vmcb->rax = r[0];
	v->regs.rbx = r[1];
	v->regs.rcx = r[2];
	v->regs.rdx = r[3];
	skip(v, 2);
}

/*
 * A value that the processor would refuse with #GP: a bit it has not, or long mode
 * turned on or off while paging is on. VMRUN does not take one either.
 */
static bool efer_bad(const struct vmcb *b, u64 value)
{
	u64 can = EFER_LMA;
	u32 r[4];

	cpuid(0x80000001, 0, r);
	can |= r[3] & 1u << 11 ? EFER_SCE : 0;
	can |= r[3] & 1u << 20 ? EFER_NXE : 0;
	can |= r[3] & 1u << 25 ? EFER_FFXSR : 0;
	can |= r[3] & 1u << 29 ? EFER_LME : 0;
	return value & ~can || ((value ^ b->efer) & EFER_LME && b->cr0 & CR0_PG);
}

static bool write_msr(struct vcpu *v, u32 msr, u64 value)
{
	struct vmcb *b = v->vmcb;

	switch (msr) {
	case MSR_EFER:
		if (efer_bad(b, value))
			return false;
		/* LMA is the processor's; SVME has to stay */
		b->efer = (value & ~(EFER_LMA | EFER_SVME)) | (b->efer & EFER_LMA) | EFER_SVME;
		return true;
	case MSR_X2APIC_ICR:
		return apic_guest_x2icr(v, value);
	case MSR_X2APIC_LVT ... MSR_X2APIC_LVT_LAST:
		return apic_guest_lvt(v, msr, value);
	}
	if (msr >> 28 != MSR_SYNTHETIC >> 28)
		return false;
	count_in(v->vp->vm, COUNT_MSR_WRITE, msr);
	return tlfs_wrmsr(v->vp, msr, value);
}

static bool read_msr(struct vcpu *v, u32 msr, u64 *value)
{
	if (msr == MSR_EFER) {
		*value = v->vmcb->efer & ~EFER_SVME;
		return true;
	}
	if (msr >> 28 != MSR_SYNTHETIC >> 28)
		return false;
	count_in(v->vp->vm, COUNT_MSR_READ, msr);
	return tlfs_rdmsr(v->vp, msr, value);
}

static void do_msr(struct vcpu *v)
{
	u32 msr = (u32)v->regs.rcx;
	u64 value = 0;
	bool good;

	if (v->vmcb->exit_info1) {
		good = write_msr(v, msr, v->regs.rdx << 32 | (u32)v->vmcb->rax);
	} else {
		good = read_msr(v, msr, &value);
		if (good) {
			v->vmcb->rax = (u32)value;
			v->regs.rdx = value >> 32;
		}
	}
	if (good)
		skip(v, 2);
	else
		vp_inject_gp(v->vp);
}

static void do_vmmcall(struct vcpu *v)
{
	struct hypercall_regs r = {
		.rcx = v->regs.rcx, .rdx = v->regs.rdx, .r8 = v->regs.r8,
		.user = v->vmcb->cpl != 0,
	};

	/* the 32-bit convention has other registers, and no guest of ours uses it */
	if (!(v->vmcb->efer & EFER_LMA) || !tlfs_hypercall(v->vp, &r)) {
		inject_ud(v);
		return;
	}
	v->vmcb->rax = r.rax;
	skip(v, 3);
}

/*
 * A guest that has its stack or its tables in such a page can take no event any more:
 * as good as a triple fault.
 */
static void do_npf(struct vcpu *v)
{
	struct vmcb *b = v->vmcb;
	u32 bytes;

	if (!registers_at(b->exit_info2))
		guest_stop(v, "access to what is not the guest's:", b->exit_info2);
	if (b->exit_int_info & EVENT_VALID) {
		hv_log("vCPU %u: no event can be taken with registers at %lx for memory, reset",
		       v->vp->index, b->exit_info2);
		vm_reset(v->vp->vm);
	}
	bytes = registers_access(v, b->exit_info2, b->exit_info1 & NPF_WRITE);
	if (bytes)
		skip(v, bytes);
	else
		vp_inject_gp(v->vp);
}

static void do_exit(struct vcpu *v)
{
	struct vmcb *b = v->vmcb;

	switch (b->exit_code) {
	case EXIT_CPUID:
		do_cpuid(v);
		return;
	case EXIT_MSR:
		do_msr(v);
		return;
	case EXIT_VMMCALL:
		do_vmmcall(v);
		return;
	case EXIT_IOIO:
		port_access(v);
		return;
	case EXIT_NMI:
		svm_drain();
		v->vp->vm->svm->woken = true;
		return;
	case EXIT_IRET:
		v->in_nmi = false;
		b->intercepts1 &= ~ICPT_IRET;
		return;
	case EXIT_INVLPGA:
	case EXIT_VMRUN:
	case EXIT_VMLOAD ... EXIT_SKINIT:
		inject_ud(v);
		return;
	case EXIT_SHUTDOWN:
		hv_log("vCPU %u: triple fault at %lx, reset", v->vp->index, b->rip);
		vm_reset(v->vp->vm);
		return;
	case EXIT_NPF:
		do_npf(v);
		return;
	}
	guest_stop(v, "unknown exit", b->exit_code);
}

/* A guest's NMI, once the one before is done with. */
static void inject_nmi(struct vcpu *v)
{
	struct vmcb *b = v->vmcb;

	if (!v->guest_nmi || v->in_nmi || b->event_inject & EVENT_VALID)
		return;
	v->guest_nmi = false;
	v->in_nmi = true;
	b->event_inject = EVENT_VALID | EVENT_NMI;
	b->intercepts1 |= ICPT_IRET;
}

/* INIT: wait, out of the guest and without the lock, for the vector to begin at. */
static void park(struct vcpu *v)
{
	struct svm *s = v->vp->vm->svm;

	unlock(s);
	while (v->sipi < 0)
		svm_wait();
	lock(s);
	if (v->sipi < 0)
		return;		/* another INIT took it back */
	vcpu_reset_sipi(v, (u8)v->sipi);
	v->init = false;
	v->sipi = -1;
	v->exit_tsc = rdtsc();
}

/* What VMRUN leaves alone is set once; from then on it is the guest's. */
static void load_hidden(struct vcpu *v)
{
	__asm__ volatile("vmload %0" : : "a"(v->vmcb) : "memory");
	v->hidden = false;
}

static void enter(struct vcpu *v)
{
	struct svm *s = v->vp->vm->svm;
	u64 at = s->stops ? icount_enter(v) : 0, from;

	v->vmcb->tsc_offset = s->tsc_offset;
	v->inside = true;
	unlock(s);
	from = at ? at : rdtsc();
	v->exit_tsc = svm_enter(v->vmcb, &v->regs, at, s->hold);
	v->inside = false;
	v->run_tsc += v->exit_tsc - from;
	lock(s);
	if (s->stops)
		icount_leave(v, v->exit_tsc);
}

void vcpu_run(struct vcpu *v)
{
	struct vm *vm = v->vp->vm;

	lock(vm->svm);
	for (;;) {
		while (v->init)
			park(v);
		if (v->hidden)
			load_hidden(v);
		events_run(vm);
		inject_nmi(v);
		enter(v);
		v->vmcb->event_inject = 0;
		if (v->vmcb->exit_int_info & EVENT_VALID)
			v->vmcb->event_inject = v->vmcb->exit_int_info;
		count_in(vm, COUNT_EXIT, (u32)v->vmcb->exit_code);
		do_exit(v);
	}
}

void vm_exit(struct vm *vm, int code)
{
	end_reports(vm);
	hv_stop((u8)code);
}

void vm_reset(struct vm *vm)
{
	end_reports(vm);
	outb(0xcf9, 0x06);	/* the chipset's reset: everything begins again */
	for (;;)
		__asm__ volatile("hlt");
}

void ap_main(struct vcpu *v)
{
	processor_setup(v);
	v->init = true;
	v->online = true;
	vcpu_run(v);
}

extern u8 ap_start[], ap_end[];
extern u64 ap_stack, ap_argument;

void svm_init(struct vm *vm)
{
	struct svm *s = hv_alloc(sizeof(*s));
	u32 r[4];

	cpuid(0x80000001, 0, r);
	if (!(r[2] & 1u << 2))
		hv_die("this processor has no SVM: start QEMU with -cpu max");
	if (!s)
		hv_die("no memory for the processors");
	vm->svm = s;
	s->n_cr3 = npt_build(vm);
	s->pm = platform_pm();
	permit_build(s);
	for (u32 i = 0; i < vm->vps; i++)
		vcpu_create(vm, i);
	processor_setup(vm->vp[0].vcpu);

	memcpy((void *)(AP_PAGE * PAGE_SIZE), ap_start, (u64)(ap_end - ap_start));
	for (u32 i = 1; i < vm->vps; i++) {
		u8 *stack = hv_alloc_pages(4);

		if (!stack)
			hv_die("no memory for the stack of processor %u", i);
		ap_stack = (u64)stack + 4 * PAGE_SIZE - 8;
		ap_argument = (u64)vm->vp[i].vcpu;
		apic_start_ap(vm->vp[i].vcpu, AP_PAGE);
	}
	clock_init(vm);
}

void svm_run_first(struct vm *vm, const struct guest_entry *entry)
{
	struct vcpu *v = vm->vp[0].vcpu;

	vcpu_reset_flat(v, entry);
	v->exit_tsc = rdtsc();
	if (vm->svm->stops)
		icount_begin(v);
	vcpu_run(v);
}
