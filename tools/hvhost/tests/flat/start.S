/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a flat test kernel begins: a multiboot loader enters start in 32-bit
 * protected mode; flat_main() is called in long mode with the first 512 GiB mapped
 * one to one. Other processors come from ap_start, copied below 1 MiB, to
 * flat_ap(). Each of the 256 vectors saves all registers and calls flat_trap().
 */
#define MB_MAGIC	0x1badb002
#define MB_FLAGS	0x00000003	/* pages, memory information */

	.section .multiboot, "a"
	.balign 4
	.long MB_MAGIC, MB_FLAGS, -(MB_MAGIC + MB_FLAGS)

	.text
	.code32
	.globl start
start:
	cli
	cld
	mov	%ebx, %ebp
	mov	$stack_end, %esp

	/* one PML4 entry, 512 pages of 1 GiB */
	mov	$pdpt, %edi
	mov	%edi, %eax
	or	$7, %eax
	mov	%eax, pml4
	xor	%ecx, %ecx
1:	mov	%ecx, %eax
	shl	$30, %eax
	or	$0x83, %eax
	mov	%eax, (%edi, %ecx, 8)
	mov	%ecx, %eax
	shr	$2, %eax
	mov	%eax, 4(%edi, %ecx, 8)
	inc	%ecx
	cmp	$512, %ecx
	jne	1b

	call	long_mode
	lgdt	gdt_ptr
	ljmp	$8, $start64

long_mode:
	mov	%cr4, %eax
	or	$0x20, %eax		/* PAE */
	mov	%eax, %cr4
	mov	$pml4, %eax
	mov	%eax, %cr3
	mov	$0xc0000080, %ecx	/* EFER */
	rdmsr
	or	$0x100, %eax		/* LME */
	wrmsr
	mov	%cr0, %eax
	and	$0x9fffffff, %eax
	or	$0x80000001, %eax
	mov	%eax, %cr0
	ret

	.code64
start64:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	lidt	idt_ptr
	mov	%ebp, %edi
	call	flat_main
1:	hlt
	jmp	1b

	.code16
	.globl ap_start, ap_end
ap_start:
	cli
	mov	%cs, %ax
	mov	%ax, %ds
	lgdtl	ap_gdt_ptr - ap_start
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	ljmpl	$24, $ap32
	.balign 4
ap_gdt_ptr:
	.word	gdt_end - gdt - 1
	.long	gdt
ap_end:

	.code32
ap32:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	ap_stack, %esp
	call	long_mode
	ljmp	$8, $ap64
	.code64
ap64:
	lidt	idt_ptr
	mov	ap_number, %edi
	call	flat_ap
1:	hlt
	jmp	1b

	.balign 16
	.globl flat_vectors
flat_vectors:
	.set	i, 0
	.rept	256
	.balign 16
	.if	!(i == 8 || (i >= 10 && i <= 14) || i == 17 || i == 21)
	push	$0
	.endif
	push	$i
	jmp	trap
	.set	i, i + 1
	.endr

trap:
	push	%rax
	push	%rcx
	push	%rdx
	push	%rbx
	push	%rbp
	push	%rsi
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, %rdi
	mov	%rsp, %rbx
	and	$-16, %rsp
	call	flat_trap
	mov	%rbx, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rsi
	pop	%rbp
	pop	%rbx
	pop	%rdx
	pop	%rcx
	pop	%rax
	add	$16, %rsp
	iretq

	.data
	.balign 8
gdt:
	.quad	0
	.quad	0x00af9b000000ffff	/*  8: 64-bit code */
	.quad	0x00cf93000000ffff	/* 16: data */
	.quad	0x00cf9b000000ffff	/* 24: 32-bit code */
gdt_end:
gdt_ptr:
	.word	gdt_end - gdt - 1
	.quad	gdt
idt_ptr:
	.word	256 * 16 - 1
	.quad	flat_idt
	.globl ap_stack, ap_number
	.balign 8
ap_stack:	.quad 0
ap_number:	.quad 0

	.bss
	.balign 4096
	.globl pml4, flat_idt
pml4:		.skip 4096
pdpt:		.skip 4096
flat_idt:	.skip 256 * 16
	.skip	16384
stack_end:

	.section .note.GNU-stack, "", @progbits
