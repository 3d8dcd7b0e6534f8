/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where hvhost begins: QEMU's multiboot loader enters here in 32-bit protected
 * mode without paging; hv_main() is called in long mode with all of the first
 * 512 GiB mapped one to one. Application processors come the same way from
 * ap_start, which is copied below 1 MiB for them.
 */
#define MB_MAGIC	0x1badb002
#define MB_FLAGS	0x00000003	/* modules on pages, memory map */

	.section .multiboot, "a"
	.balign 4
	.long MB_MAGIC, MB_FLAGS, -(MB_MAGIC + MB_FLAGS)

	.text
	.code32
	.globl hv_start
hv_start:
	cli
	cld
	mov	%eax, %ebp		/* multiboot's magic; %ebx: its information */
	mov	$boot_stack_end, %esp

	/* one PML4 entry, 512 pages of 1 GiB */
	mov	$host_pdpt, %edi
	mov	%edi, %eax
	or	$3, %eax
	mov	%eax, host_pml4
	xor	%ecx, %ecx
1:	mov	%ecx, %eax
	shl	$30, %eax
	or	$0x83, %eax		/* present, writable, 1 GiB */
	mov	%eax, (%edi, %ecx, 8)
	mov	%ecx, %eax
	shr	$2, %eax
	mov	%eax, 4(%edi, %ecx, 8)
	inc	%ecx
	cmp	$512, %ecx
	jne	1b

	call	long_mode
	lgdt	host_gdt_ptr
	ljmp	$8, $bsp64

/* Paging and long mode on; still in a 32-bit segment when it returns. */
long_mode:
	mov	%cr4, %eax
	or	$0x20, %eax		/* PAE */
	mov	%eax, %cr4
	mov	$host_pml4, %eax
	mov	%eax, %cr3
	mov	$0xc0000080, %ecx	/* EFER */
	rdmsr
	or	$0x1100, %eax		/* LME, SVME */
	wrmsr
	mov	%cr0, %eax
	and	$0x9fffffff, %eax	/* caches on */
	or	$0x80000001, %eax
	mov	%eax, %cr0
	ret

	.code64
bsp64:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	lidt	host_idt_ptr
	mov	%ebp, %edi
	mov	%ebx, %esi
	call	hv_main
1:	hlt
	jmp	1b

/*
 * An application processor, in real mode at AP_TRAMPOLINE. Position: everything
 * is relative to ap_start, because this is copied.
 */
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
	.word	host_gdt_end - host_gdt - 1
	.long	host_gdt
ap_end:

	.code32
ap32:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	/* one at a time: the next is started when this one has its stack */
	mov	ap_stack, %esp
	call	long_mode
	ljmp	$8, $ap64
	.code64
ap64:
	lidt	host_idt_ptr
	mov	ap_argument, %rdi
	call	ap_main
1:	hlt
	jmp	1b

/*
 * Exceptions of hvhost itself: the vector on the stack, then exception(). An
 * NMI is how the outside gets a processor out of the guest or out of hlt: being
 * taken is all it is for.
 */
	.macro	vector n
	.balign 16
	.if	\n == 2
	jmp	host_nmi
	.else
	.if	!(\n == 8 || (\n >= 10 && \n <= 14) || \n == 17 || \n == 21)
	push	$0
	.endif
	push	$\n
	jmp	host_exception
	.endif
	.endm

	.balign 16
	.globl host_vectors
host_vectors:
	.set	i, 0
	.rept	32
	vector	i
	.set	i, i + 1
	.endr

host_nmi:
	cmpq	$svm_halt, (%rsp)	/* HLT, one byte: it was woken, and would sleep */
	jne	1f
	incq	(%rsp)
1:	iretq

host_exception:
	mov	%rsp, %rdi
	call	exception

	.data
	.balign 8
	.globl host_gdt, host_gdt_end
host_gdt:
	.quad	0
	.quad	0x00af9b000000ffff	/*  8: 64-bit code */
	.quad	0x00cf93000000ffff	/* 16: data */
	.quad	0x00cf9b000000ffff	/* 24: 32-bit code */
host_gdt_end:
	.globl host_gdt_ptr
host_gdt_ptr:
	.word	host_gdt_end - host_gdt - 1
	.quad	host_gdt
	.globl host_idt_ptr
host_idt_ptr:
	.word	32 * 16 - 1
	.quad	host_idt
	.globl ap_stack, ap_argument
	.balign 8
ap_stack:	.quad 0
ap_argument:	.quad 0

	.bss
	.balign 4096
host_pml4:	.skip 4096
host_pdpt:	.skip 4096
	.globl host_idt
host_idt:	.skip 32 * 16
	.balign 16
	.skip	32768
boot_stack_end:

	.section .note.GNU-stack, "", @progbits
