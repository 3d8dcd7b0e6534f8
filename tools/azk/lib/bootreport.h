/* SPDX-License-Identifier: GPL-2.0-only */
/* One boot as a JSON report (architecture.md "Reports", kind "boot"). */
#ifndef AZK_LIB_BOOTREPORT_H
#define AZK_LIB_BOOTREPORT_H

struct guest_result;
struct guest_run;
struct kernel;

/*
 * Write @file. Metrics that are not known are left out, never zero. AZK_OK, or a
 * code after one line.
 */
int bootreport_write(const char *file, const struct kernel *k,
		     const struct guest_run *r, const struct guest_result *res);

#endif
