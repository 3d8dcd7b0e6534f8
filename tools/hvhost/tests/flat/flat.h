/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What flat test kernels stand on: a console, reports, processors, exceptions
 * that come back, and the calls a guest makes to its hypervisor. runtime.c has
 * it; a kernel is one file with flat_test(). All know three words on their command
 * line: cpus=N, exit=N, with which they end at once with that status, and triple=1,
 * with which they end by a triple fault.
 */
#ifndef HVHOST_FLAT_H
#define HVHOST_FLAT_H

#include "hv_tlfs.h"
#include "types.h"

#define FLAT_CPUS	16
#define GP		13
#define UD		6

/* The kernel's own. What is reported decides the exit status. */
void flat_test(void);

/* "ok N - ..." or "not ok N - ..." on the serial console. */
void report(bool ok, const char *format, ...) __printf(2, 3);
void note(const char *format, ...) __printf(1, 2);
/* The number behind "NAME=" of the command line, or @other. */
u64 argument(const char *name, u64 other);
u32 cpus(void);			/* cpus=N of the command line, all running */
u32 this_cpu(void);
/* INIT and at once SIPI to another processor, running or not; it begins anew. */
void run_begin(u32 cpu);
/* Call @fn on processor @cpu; run_wait() until it is done. */
void run_start(u32 cpu, void (*fn)(void));
void run_wait(u32 cpu);
/* A zeroed page of memory. */
void *page(void);
u64 ram_end(void);		/* below 4 GiB: what follows is hvhost's */

/* How often @vector was taken by @cpu; interrupts are on between these two. */
u32 interrupts(u32 cpu, u32 vector);
static inline void interrupts_on(void) { __asm__ volatile("sti; nop; nop" : : : "memory"); }
static inline void interrupts_off(void) { __asm__ volatile("cli" : : : "memory"); }
static inline void relax(void) { __asm__ volatile("pause" : : : "memory"); }

/* 0, or the exception it ended with. */
u32 msr_read(u32 msr, u64 *value);
u32 msr_write(u32 msr, u64 value);
/* RAX of VMMCALL to *result. */
u32 hypercall(u64 control, u64 rdx, u64 r8, u64 *result);
/* Its status; an exception is reported as a failure of its own. */
u16 call(u64 control, u64 rdx, u64 r8);
#define REPS(n, start)	((u64)(n) << 32 | (u64)(start) << 48)
#define VARIABLE(words)	((u64)(words) << 17)

void cpuid_leaf(u32 leaf, u32 r[4]);
void port_write32(u16 port, u32 value);
/* Identity and hypercall page; false when the privilege is not there. */
bool hypercalls_on(void);
/* Message and event page of this processor to *messages and *events, SynIC on. */
void synic_on(void **messages, void **events);

#endif
