/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The very first instructions of init, linked as its entry point: read the time
 * stamp counter before any C library code runs, then go on as usual. Called by
 * the kernel; leaves the counter in azk_start_tsc for report.c.
 */
	.globl	azk_entry, azk_start_tsc
	.text
azk_entry:
	rdtsc
	shlq	$32, %rdx
	orq	%rdx, %rax
	movq	%rax, azk_start_tsc(%rip)
	/* the ABI: %rdx is a function for atexit(), and the kernel has none */
	xorl	%edx, %edx
	jmp	_start

	.bss
	.balign	8
azk_start_tsc:
	.quad	0
	.section .note.GNU-stack, "", @progbits
