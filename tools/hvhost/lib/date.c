// SPDX-License-Identifier: GPL-2.0-only
/* A date of the calendar to Windows' count of time. Called by svm/rtc.c. */
#include "lib.h"

static bool leap(u32 year)
{
	return !(year % 4) && (year % 100 || !(year % 400));
}

u64 date_time(const struct date *d)
{
	static const u8 length[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	u32 last, before;
	u64 days;

	if (d->year < 1601 || d->year > 9999 || !d->month || d->month > 12)
		return 0;
	last = length[d->month - 1] + (d->month == 2 && leap(d->year));
	if (!d->day || d->day > last || d->hour > 23 || d->minute > 59 || d->second > 59)
		return 0;
	before = d->year - 1601;	/* a year after one that is divided by 400 */
	days = 365ull * before + before / 4 - before / 100 + before / 400 + d->day - 1;
	for (u32 m = 1; m < d->month; m++)
		days += length[m - 1] + (m == 2 && leap(d->year));
	return (((days * 24 + d->hour) * 60 + d->minute) * 60 + d->second) * 10000000;
}
