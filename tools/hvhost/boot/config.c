// SPDX-License-Identifier: GPL-2.0-only
/*
 * hvhost's command line. Called once by hv_main(); azk checks what it writes
 * itself, so a word that is wrong here is a fault of the caller.
 */
#include "boot/config.h"
#include "lib.h"
#include "vm.h"
#include "vmbus_proto.h"

static bool number(const char *s, size_t n, u64 *out)
{
	u64 v = 0;

	if (!n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9' || v > (UINT64_MAX - 9) / 10)
			return false;
		v = v * 10 + (u64)(s[i] - '0');
	}
	*out = v;
	return true;
}

/* Decimal, or hexadecimal behind 0x. */
static bool mask(const char *s, size_t n, u64 max, u64 *out)
{
	u64 v = 0;

	if (n < 3 || s[0] != '0' || s[1] != 'x')
		return number(s, n, out) && *out <= max;
	for (size_t i = 2; i < n; i++) {
		char c = s[i];
		u32 digit = c >= '0' && c <= '9' ? (u32)(c - '0') :
			    c >= 'a' && c <= 'f' ? (u32)(c - 'a' + 10) : 16;

		if (digit == 16 || v >> 60)
			return false;
		v = v << 4 | digit;
	}
	*out = v;
	return v <= max;
}

static bool mask32(const char *s, size_t n, u32 *out)
{
	u64 v;

	if (!mask(s, n, UINT32_MAX, &v))
		return false;
	*out = (u32)v;
	return true;
}

/* MAJOR.MINOR, a digit each: all there are. */
static bool version(const char *s, size_t n, u32 *out)
{
	if (n != 3 || s[0] < '0' || s[0] > '9' || s[1] != '.' || s[2] < '0' || s[2] > '9')
		return false;
	*out = VMBUS_VERSION(s[0] - '0', s[2] - '0');
	return true;
}

static bool name(const char *s, size_t n, char *to, size_t size)
{
	if (!n || n >= size)
		return false;
	memcpy(to, s, n);
	to[n] = '\0';
	return true;
}

bool size_parse(const char *s, size_t n, u64 *bytes)
{
	static const char unit[] = "KMGT";
	u64 v;

	for (u32 i = 0; n && i < 4; i++) {
		if (s[n - 1] != unit[i])
			continue;
		if (!number(s, n - 1, &v) || v > (UINT64_MAX >> (10 * (i + 1))))
			return false;
		*bytes = v << (10 * (i + 1));
		return true;
	}
	return number(s, n, bytes);
}

static bool disk(struct vm_config *c, const char *val, size_t n)
{
	struct disk_config *d = &c->disk[c->disks];
	u64 v;

	if (c->disks == VM_MAX_DISKS)
		return false;
	if (n > 3 && !memcmp(val + n - 3, ",ro", 3)) {
		d->read_only = true;
		n -= 3;
	}
	if (n == 4 && !memcmp(val, "file", 4)) {
		d->file = true;
	} else if (n && *val == '@') {
		if (!number(val + 1, n - 1, &v) || !v || v > 64)
			return false;
		d->module = (u32)v;
	} else if (!size_parse(val, n, &d->bytes) || d->bytes < 512) {
		return false;
	}
	c->disks++;
	return true;
}

/* @digits hexadecimal ones, exactly. */
static bool hex(const char *s, size_t digits, u32 *out)
{
	u32 v = 0;

	for (size_t i = 0; i < digits; i++) {
		if (s[i] >= '0' && s[i] <= '9')
			v = v << 4 | (u32)(s[i] - '0');
		else if (s[i] >= 'a' && s[i] <= 'f')
			v = v << 4 | (u32)(s[i] - 'a' + 10);
		else
			return false;
	}
	*out = v;
	return true;
}

static bool vpci_function(struct vpci_function_config *f, const char *s, size_t n)
{
	u32 bus, dev, fn;

	if (n == 4 && !memcmp(s, "test", 4)) {
		f->kind = VPCI_TEST;
		return true;
	}
	if (n == 12 && !memcmp(s, "class:", 6) && hex(s + 6, 6, &f->class)) {
		f->kind = VPCI_CLASS;
		return true;
	}
	f->kind = VPCI_PASSTHROUGH;
	if (n != 7 || s[2] != ':' || s[5] != '.' || !hex(s, 2, &bus) || !hex(s + 3, 2, &dev) ||
	    !hex(s + 6, 1, &fn) || dev > 31 || fn > 7)
		return false;
	f->bdf = (u16)(bus << 8 | dev << 3 | fn);
	return true;
}

static bool vpci(struct vm_config *c, const char *s, size_t n)
{
	u32 i = 0;

	if (c->vpcis == VM_MAX_VPCI)
		return false;
	for (;;) {
		size_t k = 0;

		while (k < n && s[k] != '+')
			k++;
		if (i == VPCI_MAX_FUNCTIONS ||
		    !vpci_function(&c->vpci[c->vpcis].function[i++], s, k))
			return false;
		if (k == n)
			break;
		s += k + 1;
		n -= k + 1;
	}
	c->vpcis++;
	return true;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool mac_parse(const char *s, size_t n, u8 mac[6])
{
	if (n != 17)
		return false;
	for (u32 i = 0; i < 6; i++) {
		int high = digit(s[3 * i]), low = digit(s[3 * i + 1]);

		if (high < 0 || low < 0 || (i < 5 && s[3 * i + 2] != ':'))
			return false;
		mac[i] = (u8)(high << 4 | low);
	}
	/* of one station */
	return !(mac[0] & 1);
}

static bool nic(struct vm_config *c, const char *val, size_t n)
{
	static const char option[] = ",mac=";
	const size_t o = sizeof(option) - 1;
	struct nic_config *d = &c->nic[c->nics];
	size_t k = 0;

	while (k < n && val[k] != ',')
		k++;
	if (c->nics == VM_MAX_NICS)
		return false;
	d->user = k == 4 && !memcmp(val, "user", 4);
	if (!d->user && (k != 8 || memcmp(val, "loopback", 8)))
		return false;
	if (n > k) {
		if (n < k + o || memcmp(val + k, option, o) ||
		    !mac_parse(val + k + o, n - k - o, d->mac))
			return false;
		d->mac_given = true;
	}
	c->nics++;
	return true;
}

static bool take(struct vm_config *c, const char *key, size_t kn, const char *val, size_t vn)
{
	u64 n;

#define IS(word) (kn == sizeof(word) - 1 && !memcmp(key, word, kn))
	if (IS("cpus")) {
		if (!number(val, vn, &n) || n < 1 || n > VM_MAX_VPS)
			return false;
		c->cpus = (u32)n;
		return true;
	}
	if (IS("heap"))
		return size_parse(val, vn, &c->heap);
	if (IS("seed"))
		return number(val, vn, &c->seed);
	if (IS("disk"))
		return disk(c, val, vn);
	if (IS("nic"))
		return nic(c, val, vn);
	if (IS("vpci"))
		return vpci(c, val, vn);
	if (IS("privileges"))
		return mask(val, vn, UINT64_MAX, &c->privileges);
	if (IS("features"))
		return mask32(val, vn, &c->features);
	if (IS("hints")) {
		c->hints_given = true;
		return mask32(val, vn, &c->hints);
	}
	if (IS("vmbus"))
		return version(val, vn, &c->vmbus_max);
	if (IS("monitored"))
		return name(val, vn, c->monitored, sizeof(c->monitored));
	if (IS("shared-interrupt"))
		return name(val, vn, c->shared, sizeof(c->shared));
	if (IS("testdev"))
		return c->testdev = !vn;
	if (IS("apic-msrs"))
		return c->apic_msrs = !vn;
	if (IS("icount"))
		return c->icount = !vn;
	if (IS("no-ic"))
		return c->no_ic = !vn;
	if (IS("quiet"))
		return c->quiet = !vn;
#undef IS
	return false;
}

bool config_parse(struct vm_config *c, const char *text, char *why, size_t size)
{
	memset(c, 0, sizeof(*c));
	c->cpus = 1;
	c->heap = 16u << 20;
	c->seed = 1;
	c->privileges = HV_PRIVILEGES_DEFAULT;
	c->features = UINT32_MAX;
	c->hints = HV_HINTS_DEFAULT;
	while (*text) {
		size_t n = 0, k;

		while (*text == ' ')
			text++;
		while (text[n] && text[n] != ' ')
			n++;
		for (k = 0; k < n && text[k] != '='; k++)
			;
		if (n && !take(c, text, k, text + k + (k < n), k < n ? n - k - 1 : 0)) {
			hv_snprintf(
				why, size,
				"'%.*s': expected cpus=1..%d, heap=SIZE, seed=N, "
				"disk=SIZE|@MODULE|file[,ro], nic=loopback|user[,mac=MAC], "
				"vpci=test|BB:DD.F|class:CCCCCC[+...], privileges=MASK, "
				"features=MASK, hints=MASK, vmbus=VERSION, monitored=DEVICE, "
				"shared-interrupt=DEVICE, testdev, apic-msrs, icount, no-ic, "
				"quiet",
				(int)MIN(n, 64), text, VM_MAX_VPS);
			return false;
		}
		text += n;
	}
	if (!c->hints_given && c->cpus > 1)
		c->hints |= HV_HINTS_SMP;
	return true;
}
