// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verdict channel, guest side. Enters: lines from init. Leaves: bytes on
 * port 0xe9 or, when the kernel keeps ports from us (lockdown, no ioperm), on
 * the second serial port; at the end, the machine itself.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/io.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "protocol.h"
#include "report.h"

/* -1: the port. The one piece of state: a process has one way out. */
static int channel = -1;

bool port_open(void)
{
	return !ioperm(AZK_PORT_DEBUG, 1, 1) && !ioperm(AZK_PORT_EXIT, 1, 1);
}

void port_puts(const char *s, unsigned long len)
{
	outsb(AZK_PORT_DEBUG, s, len);
}

void report_open(void)
{
	struct termios t;

	if (port_open())
		return;
	/* devtmpfs is not mounted yet; a node that is there stays */
	mkdir("/dev", 0755);
	mknod(AZK_TTY_FALLBACK, S_IFCHR | 0600, makedev(4, 65));
	channel = open(AZK_TTY_FALLBACK, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (channel < 0) {
		dprintf(STDERR_FILENO, "init: neither port 0x%x nor %s: no verdict\n",
			AZK_PORT_DEBUG, AZK_TTY_FALLBACK);
		return;
	}
	if (!tcgetattr(channel, &t)) {
		cfmakeraw(&t);
		tcsetattr(channel, TCSANOW, &t);
	}
}

void report(const char *fmt, ...)
{
	char line[512] = AZK_LINE;
	const int head = sizeof(AZK_LINE) - 1, room = sizeof(line) - 1;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line + head, room - head, fmt, ap);
	va_end(ap);
	n = n < 0 ? head : n + head;
	n = n >= room ? room - 1 : n;
	line[n++] = '\n';
	if (channel < 0)
		port_puts(line, n);
	else if (write(channel, line, n) < 0)
		perror("init: " AZK_TTY_FALLBACK);
}

/* The way out of every machine that has no port for it, and the way to start again. */
void report_reset(void)
{
	tcdrain(STDOUT_FILENO);
	sync();
	if (channel >= 0)
		tcdrain(channel);
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

void report_leave(void)
{
	tcdrain(STDOUT_FILENO);
	sync();
	if (channel < 0) {
		outb(AZK_EXIT_VALUE, AZK_PORT_EXIT);
		/*
		 * QEMU ends a moment later. Do nothing the kernel could write
		 * about; azk ends a QEMU that lacks the device.
		 */
		for (;;)
			__asm__ volatile("pause");
	}
	report_reset();
}
