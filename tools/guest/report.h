/* SPDX-License-Identifier: GPL-2.0-only */
/* The verdict channel, guest side; the lines are those of protocol.h. */
#ifndef AZK_GUEST_REPORT_H
#define AZK_GUEST_REPORT_H

#include <stdbool.h>

/* Set by entry.S: RDTSC at the first instruction of this process. */
extern unsigned long long azk_start_tsc;

/* Ask the kernel for the two ports. False when it refuses. */
bool port_open(void);
void port_puts(const char *s, unsigned long len);

/* Open the channel: the port, or AZK_TTY_FALLBACK. */
void report_open(void);

/* Send AZK_LINE, the text, and a newline. */
void report(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Wait until everything left, then reset the machine. Does not return. */
void report_reset(void) __attribute__((noreturn));

/* Wait until everything left, then end the machine. Does not return. */
void report_leave(void) __attribute__((noreturn));

#endif
