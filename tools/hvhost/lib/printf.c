// SPDX-License-Identifier: GPL-2.0-only
/* Text from numbers, for the log. */
#include "lib.h"

struct out {
	char *to;
	size_t size, n;
	bool alternate;		/* # was said: 0x before hexadecimal digits */
};

static void put(struct out *o, char c)
{
	if (o->n + 1 < o->size)
		o->to[o->n] = c;
	o->n++;
}

/* What stands before the digits: behind blanks, before zeros. */
static void put_front(struct out *o, bool minus, bool hex)
{
	if (minus)
		put(o, '-');
	if (hex) {
		put(o, '0');
		put(o, 'x');
	}
}

static void put_number(struct out *o, u64 v, u32 base, bool minus, int width, char pad)
{
	bool hex = o->alternate && base == 16 && v;
	char digits[24];
	int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	if (pad == '0')
		put_front(o, minus, hex);
	for (int i = n + minus + 2 * hex; i < width; i++)
		put(o, pad);
	if (pad != '0')
		put_front(o, minus, hex);
	while (n)
		put(o, digits[--n]);
}

static void put_string(struct out *o, const char *s, int width, int precision)
{
	int n = 0;

	while ((precision < 0 || n < precision) && s[n])
		n++;
	for (int i = n; i < width; i++)
		put(o, ' ');
	for (int i = 0; i < n; i++)
		put(o, s[i]);
}

static const char *digits(const char *f, int *value, va_list *args)
{
	if (*f == '*') {
		*value = va_arg(*args, int);
		return f + 1;
	}
	for (*value = 0; *f >= '0' && *f <= '9'; f++)
		*value = *value * 10 + (*f - '0');
	return f;
}

int hv_vsnprintf(char *to, size_t size, const char *f, va_list list)
{
	struct out o = { to, size, 0, false };
	va_list args;

	va_copy(args, list);
	for (; *f; f++) {
		int width, precision = -1, longs = 0;
		char pad = ' ';
		s64 v;

		if (*f != '%') {
			put(&o, *f);
			continue;
		}
		f++;
		o.alternate = *f == '#';
		f += o.alternate;
		if (*f == '0')
			pad = *f++;
		f = digits(f, &width, &args);
		if (*f == '.')
			f = digits(f + 1, &precision, &args);
		for (; *f == 'l' || *f == 'z'; f++)
			longs++;
		switch (*f) {
		case 'd':
		case 'i':
			v = longs ? va_arg(args, s64) : va_arg(args, int);
			put_number(&o, v < 0 ? 0 - (u64)v : (u64)v, 10, v < 0, width, pad);
			break;
		case 'u':
		case 'x':
			put_number(&o, longs ? va_arg(args, u64) : va_arg(args, u32),
				   *f == 'x' ? 16 : 10, false, width, pad);
			break;
		case 'p':
			put_number(&o, (u64)va_arg(args, void *), 16, false, width, pad);
			break;
		case 's':
			put_string(&o, va_arg(args, const char *), width, precision);
			break;
		case 'c':
			put(&o, (char)va_arg(args, int));
			break;
		default:
			put(&o, *f);
		}
	}
	va_end(args);
	if (size)
		to[MIN(o.n, size - 1)] = '\0';
	return (int)o.n;
}

int hv_snprintf(char *to, size_t size, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = hv_vsnprintf(to, size, format, args);
	va_end(args);
	return n;
}
