// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine's clock of the day (MC146818, as QEMU's hw/rtc/mc146818rtc.c has it):
 * read once, before the guest starts, so the ports stay the guest's. It has whole
 * seconds; that is also all the guest's own clock has when it starts. Under icount
 * QEMU sets it to a fixed date, and the same instructions read the same time.
 */
#include "lib.h"
#include "lib/hw.h"
#include "svm/svm.h"

#define PORT_INDEX	0x70
#define PORT_VALUE	0x71

enum { SECOND = 0, MINUTE = 2, HOUR = 4, DAY = 7, MONTH = 8, YEAR = 9, STATUS_A = 10,
       STATUS_B = 11, CENTURY = 0x32 };

#define A_UPDATING	0x80
#define B_24_HOURS	0x02
#define B_BINARY	0x04
#define HOUR_PM		0x80
#define TRIES		1000000	/* an update takes 2 ms at most */

static u8 reg(u8 index)
{
	outb(PORT_INDEX, index);
	return inb(PORT_VALUE);
}

static u32 value(u8 raw, bool binary)
{
	return binary ? raw : (raw >> 4) * 10u + (raw & 15);
}

static void read_date(struct date *d)
{
	u8 b = reg(STATUS_B), hour = reg(HOUR);
	bool binary = b & B_BINARY;

	d->second = value(reg(SECOND), binary);
	d->minute = value(reg(MINUTE), binary);
	d->hour = value(hour & (u8)~HOUR_PM, binary);
	if (!(b & B_24_HOURS))
		d->hour = d->hour % 12 + (hour & HOUR_PM ? 12 : 0);
	else
		d->hour = value(hour, binary);
	d->day = value(reg(DAY), binary);
	d->month = value(reg(MONTH), binary);
	d->year = value(reg(CENTURY), binary) * 100 + value(reg(YEAR), binary);
}

/* Between two updates, and twice the same. */
u64 rtc_read(void)
{
	struct date d = { 0 }, again;
	u64 time;

	for (u32 i = 0; i < TRIES; i++) {
		if (reg(STATUS_A) & A_UPDATING)
			continue;
		read_date(&d);
		read_date(&again);
		if (!memcmp(&d, &again, sizeof(d)))
			break;
	}
	time = date_time(&d);
	if (!time)
		hv_log("the machine's clock has no date: %u-%u-%u", d.year, d.month, d.day);
	return time;
}
