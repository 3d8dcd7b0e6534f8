/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few instructions by which a kernel reads and writes registers in memory, and
 * where in the guest's memory the one it stopped at is. No hardware is touched here.
 */
#ifndef HVHOST_DECODE_H
#define HVHOST_DECODE_H

#include "vm.h"
#include "svm/vmcb.h"

#define CODE_MAX	15u	/* bytes of an instruction; APM volume 3, 1.2 */

/* A MOV of 32 bits between memory and a register, or of an immediate to memory. */
struct mov {
	u32 bytes;		/* of the instruction */
	u32 reg;		/* as encoded: RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 ... */
	bool store;		/* to memory */
	bool immediate;		/* of @value; there is no @reg then */
	u32 value;
};

/*
 * Decode the instruction that begins at @code, of which @n bytes are there, as 64-bit
 * code. False: it is another one, has another size, or is cut. APM volume 3, appendix A.
 */
bool mov_decode(struct mov *m, const u8 *code, u32 n);

/*
 * Copy up to CODE_MAX bytes of what the guest executes to @code; how many there were.
 * 0: it is not in 64-bit mode, or its page tables do not lead to its memory.
 */
u32 code_fetch(struct vm *vm, const struct vmcb *b, u8 *code);

#endif
