/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The switch. VMRUN loads and stores RAX, RSP, RIP, flags, control registers
 * and four segments; the general registers are exchanged here. All else (vector
 * registers, debug registers, FS, GS, the system call MSRs) is the guest's
 * always: hvhost uses none of it.
 */
	.text
#define SLED	64
#define TO_GUEST 27	/* instructions behind RDTSC that enter the guest, none of the sled */
#define FROM_GUEST 4	/* and up to RDTSC when it was left */
/*
 * u64 svm_enter(struct vmcb *rdi, struct gprs *rsi, u64 rdx, u32 *rcx)
 *
 * RDX, when not 0: the TSC at which the guest's first instruction runs, to the
 * digit where an instruction is one of the TSC. RCX: where to write 0 as the third
 * instruction after the guest was left. Returns the TSC when it was left.
 */
	.globl svm_enter
svm_enter:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rcx
	push	%rsi
	mov	%rdx, %r8
	test	%r8, %r8
	jz	3f
	/* a round is shorter than the sled, so none can go past the last moment */
1:	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	mov	%r8, %rcx
	sub	%rax, %rcx
	sub	$TO_GUEST, %rcx
	js	3f			/* it has passed */
	cmp	$SLED, %rcx
	ja	1b
	lea	2f(%rip), %rax
	sub	%rcx, %rax
	jmp	*%rax
	.fill	SLED, 1, 0x90
2:
3:	mov	%rdi, %rax
	mov	0x00(%rsi), %rbx
	mov	0x08(%rsi), %rcx
	mov	0x10(%rsi), %rdx
	mov	0x20(%rsi), %rdi
	mov	0x28(%rsi), %rbp
	mov	0x30(%rsi), %r8
	mov	0x38(%rsi), %r9
	mov	0x40(%rsi), %r10
	mov	0x48(%rsi), %r11
	mov	0x50(%rsi), %r12
	mov	0x58(%rsi), %r13
	mov	0x60(%rsi), %r14
	mov	0x68(%rsi), %r15
	mov	0x18(%rsi), %rsi
	vmrun	%rax
	push	%rdx
	mov	16(%rsp), %rdx
	movl	$0, (%rdx)
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	sub	$FROM_GUEST, %rax
	pop	%rdx
	push	%rsi
	mov	8(%rsp), %rsi
	mov	%rbx, 0x00(%rsi)
	mov	%rcx, 0x08(%rsi)
	mov	%rdx, 0x10(%rsi)
	mov	%rdi, 0x20(%rsi)
	mov	%rbp, 0x28(%rsi)
	mov	%r8, 0x30(%rsi)
	mov	%r9, 0x38(%rsi)
	mov	%r10, 0x40(%rsi)
	mov	%r11, 0x48(%rsi)
	mov	%r12, 0x50(%rsi)
	mov	%r13, 0x58(%rsi)
	mov	%r14, 0x60(%rsi)
	mov	%r15, 0x68(%rsi)
	pop	%rdi
	mov	%rdi, 0x18(%rsi)
	pop	%rsi
	pop	%rcx
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

	.globl svm_drain
svm_drain:
	stgi
	nop
	clgi
	ret

/* The NMI's handler, which comes behind STGI or wakes HLT, skips one that is next. */
	.globl svm_wait, svm_halt
svm_wait:
	stgi
svm_halt:
	hlt
	clgi
	ret

	.section .note.GNU-stack, "", @progbits
