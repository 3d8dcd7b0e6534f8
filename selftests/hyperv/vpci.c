// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCI functions behind VMBus that the host takes away and gives. Wants a bus with one
 * test function of hvhost, and a host that does what tools/hvhost/tests/guest/hotplug.sh
 * asks of it in these phases:
 *	11 add function 1		12 eject it
 *	13 add it again			14 eject function 0, back after half a second
 *	15 eject both			16 add function 0: with the bus, which went with the last
 *	17 rescind the bus		18 offer it
 */
#include "guest.h"
#include "ktap.h"

#define PCI	"/sys/bus/pci/devices"

/* How many functions of ours there are, and which of them have number @arg; -1: any. */
static int functions(int number)
{
	struct dirent *e;
	DIR *d = opendir(PCI);
	char vendor[16], device[16];
	int n = 0;

	while (d && (e = readdir(d))) {
		const char *dot = strrchr(e->d_name, '.');

		if (strcmp(line_of(vendor, sizeof(vendor), PCI "/%s/vendor", e->d_name),
			   "0x1414") ||
		    strcmp(line_of(device, sizeof(device), PCI "/%s/device", e->d_name), "0x4856"))
			continue;
		n += number < 0 || (dot && atoi(dot + 1) == number);
	}
	if (d)
		closedir(d);
	return n;
}

struct wanted {
	int zero, one;		/* function 0, function 1 */
	bool bus;
};

static bool is_so(const void *arg)
{
	const struct wanted *w = arg;
	char dev[64];

	return functions(0) == w->zero && functions(1) == w->one &&
	       functions(-1) == w->zero + w->one &&
	       vmbus_device(dev, sizeof(dev), PCI_CLASS) == w->bus;
}

static void step(struct ktap *k, unsigned char n, const char *what, struct wanted w)
{
	if (n)
		phase(n);
	if (!ktap(k, wait_until(is_so, &w, 20), "%s", what))
		printf("# %d and %d functions\n", functions(0), functions(1));
}

int main(void)
{
	struct ktap k = { 0, 0 };

	ktap_begin();
	step(&k, 0, "a bus with a function", (struct wanted){ 1, 0, true });
	step(&k, 11, "a second one is added", (struct wanted){ 1, 1, true });
	step(&k, 12, "it is ejected", (struct wanted){ 1, 0, true });
	step(&k, 13, "and comes back", (struct wanted){ 1, 1, true });
	step(&k, 14, "the first is ejected", (struct wanted){ 0, 1, true });
	step(&k, 0, "and comes back by itself", (struct wanted){ 1, 1, true });
	step(&k, 15, "the bus goes with its last function", (struct wanted){ 0, 0, false });
	step(&k, 16, "and comes with its first", (struct wanted){ 1, 0, true });
	step(&k, 17, "the bus is rescinded", (struct wanted){ 0, 0, false });
	step(&k, 18, "and offered again", (struct wanted){ 1, 0, true });
	ktap(&k, !tasks_blocked(), "nobody is blocked");
	ktap(&k, !kernel_faulted(), "the kernel warned of nothing");
	return ktap_end(&k);
}
