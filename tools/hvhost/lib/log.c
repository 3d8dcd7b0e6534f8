// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log, on the debug console (port 0xe9), a line at a time and each with the
 * word "hvhost: " in front, so that it can stand between the lines of others.
 */
#include "lib.h"
#include "lib/hw.h"

#define PORT_DEBUG	0xe9
#define PORT_EXIT	0xf4	/* isa-debug-exit: QEMU ends with 2 * value + 1 */

static void line(const char *head, const char *format, va_list args)
{
	char text[512];
	int n = hv_snprintf(text, sizeof(text), "hvhost: %s", head);

	n += hv_vsnprintf(text + n, sizeof(text) - (u32)n - 1, format, args);
	n = MIN(n, (int)sizeof(text) - 2);
	text[n++] = '\n';
	for (int i = 0; i < n; i++)
		outb(PORT_DEBUG, (u8)text[i]);
}

void hv_log(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line("", format, args);
	va_end(args);
}

void hv_stop(u8 code)
{
	outb(PORT_EXIT, code);
	for (;;)
		__asm__ volatile("cli; hlt");
}

void hv_die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line("stop: ", format, args);
	va_end(args);
	hv_stop(HV_STOP_HOST);
}
