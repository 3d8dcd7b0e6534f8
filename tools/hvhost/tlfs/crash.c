// SPDX-License-Identifier: GPL-2.0-only
/*
 * The panic report: five parameters, and at the end a write to the control MSR
 * that says whether two of them are the address and length of a page of the
 * kernel's log. TLFS, "Partition crash enlightenments"; hyperv_report_panic()
 * and hv_kmsg_dump() in the guest's drivers/hv/hv_common.c.
 */
#include "counters.h"
#include "lib.h"
#include "tlfs/tlfs.h"

bool crash_rdmsr(struct vm *vm, u32 msr, u64 *value)
{
	*value = msr == HV_MSR_CRASH_CTL ? HV_CRASH_NOTIFY | HV_CRASH_MESSAGE :
		 vm->tlfs->crash[msr - HV_MSR_CRASH_P0];
	return true;
}

/* P3 is the address, P4 the length: a page at most. A line of the log per line. */
static void log_message(struct vm *vm, u64 gpa, u64 len)
{
	static char text[PAGE_SIZE + 1];
	char *line = text;

	if (len > PAGE_SIZE || gpa_read(vm, gpa, text, len)) {
		hv_log("panic report refused: message of %lu bytes at %lx", len, gpa);
		count(vm, COUNT_REFUSED, 1);
		return;
	}
	text[len] = '\0';
	for (char *c = text; c < text + len; c++) {
		if (*c != '\n' && *c)
			continue;
		*c = '\0';
		if (*line)
			hv_log("panic: %s", line);
		line = c + 1;
	}
	if (line < text + len && *line)
		hv_log("panic: %s", line);
}

bool crash_wrmsr(struct vp *vp, u32 msr, u64 value)
{
	u64 *p = vp->vm->tlfs->crash;

	if (msr != HV_MSR_CRASH_CTL) {
		p[msr - HV_MSR_CRASH_P0] = value;
		return true;
	}
	if (value & ~(HV_CRASH_NOTIFY | HV_CRASH_MESSAGE))
		return false;
	if (!(value & HV_CRASH_NOTIFY))
		return true;
	hv_log("panic report of vCPU %u: %lx %lx %lx %lx %lx", vp->index, p[0], p[1], p[2], p[3],
	       p[4]);
	if (value & HV_CRASH_MESSAGE)
		log_message(vp->vm, p[3], p[4]);
	return true;
}
