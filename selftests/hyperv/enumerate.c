// SPDX-License-Identifier: GPL-2.0-only
/*
 * What hv_vmbus made of the host's offers: each has its device, its ids, its driver
 * (which has to be loaded) and channels bound to CPUs that are there. Prints "# device ..." and
 * "# channel ..." lines, for a host that knows what it offered to compare.
 *	enumerate [--scsi]
 * With --scsi: also how many channels hv_storvsc has and how many commands it takes
 * at once, by its own formulas, and that a channel can be moved to another CPU.
 */
#include "guest.h"
#include "ktap.h"

/* drivers/scsi/storvsc_drv.c: ring of 128 KiB, a page of it the header; a request at its largest. */
#define RING_DATA	(128 * 1024 - 4096)
#define REQUEST_MAX	360	/* 24 + 8 + 32 * 8 of page frames, 64 of the SRB, 8 */
#define PER_SUB_CHANNEL	4	/* vCPUs */

static const struct known {
	const char *class, *driver;
} known[] = {
	{ SCSI_CLASS, "hv_storvsc" },
	{ PCI_CLASS, "hv_pci" },
	{ "{f8615163-df3e-46c5-913f-f2d2f965ed0e}", "hv_netvsc" },
	{ "{0e0b6031-5213-4934-818b-38d90ced39db}", "hv_utils" },	/* shutdown */
	{ "{9527e630-d0ae-497b-adce-e80ab0175caf}", "hv_utils" },	/* time sync */
	{ "{57164f39-9115-4e78-ab55-382f3bd5422d}", "hv_utils" },	/* heartbeat */
	{ "{f912ad6d-2b17-48ea-bd65-f927a61c7684}", "hyperv_keyboard" },
	{ NULL, NULL },
};

static bool cpu_online(long cpu)
{
	char v[32];

	/* a CPU that cannot be taken away has no such file */
	return is_there("/sys/devices/system/cpu/cpu%ld", cpu) &&
	       *line_of(v, sizeof(v), "/sys/devices/system/cpu/cpu%ld/online", cpu) != '0';
}

/* Channels of @dev: relid and CPU, checked one by one. How many; -1: one is wrong. */
static int channels(const char *dev)
{
	char path[512], cpu[16], sub[16];
	struct dirent *e;
	int n = 0;
	DIR *d;

	snprintf(path, sizeof(path), VMBUS "/%s/channels", dev);
	d = opendir(path);
	while (d && (e = readdir(d))) {
		char *end;

		if (e->d_name[0] == '.')
			continue;
		line_of(cpu, sizeof(cpu), "%s/%s/cpu", path, e->d_name);
		line_of(sub, sizeof(sub), "%s/%s/subchannel_id", path, e->d_name);
		printf("# channel %s relid %s sub %s cpu %s\n", dev, e->d_name, sub, cpu);
		if (!*cpu || !cpu_online(strtol(cpu, &end, 10)) || *end)
			n = -1000;
		n++;
	}
	if (d)
		closedir(d);
	return n < 0 ? -1 : n;
}

/* "{...}" as sysfs has it, and the device's directory is called by what is in it. */
static bool ids_agree(const char *dev, const char *class)
{
	char v[64];

	line_of(v, sizeof(v), VMBUS "/%s/device_id", dev);
	return strlen(class) == 38 && strlen(v) == 38 && !strncmp(v + 1, dev, 36) &&
	       strlen(dev) == 36;
}

static void devices(struct ktap *k)
{
	struct dirent **list;
	int n = scandir(VMBUS, &list, NULL, alphasort), seen = 0;
	char class[64], link[512], path[512], id[16];

	for (int i = 0; i < n; i++) {
		const char *dev = list[i]->d_name, *driver = "";
		const struct known *w = known;
		ssize_t len;

		if (dev[0] == '.')
			continue;
		line_of(class, sizeof(class), VMBUS "/%s/class_id", dev);
		line_of(id, sizeof(id), VMBUS "/%s/id", dev);
		printf("# device %s class %s relid %s\n", dev, class, id);
		ktap(k, ids_agree(dev, class), "%s: class and instance", dev);
		snprintf(path, sizeof(path), VMBUS "/%s/driver", dev);
		len = readlink(path, link, sizeof(link) - 1);
		if (len > 0) {
			link[len] = '\0';
			driver = strrchr(link, '/') + 1;
		}
		while (w->class && strcmp(w->class, class))
			w++;
		if (w->class)
			ktap(k, !strcmp(driver, w->driver), "%s: its driver is %s (%s)", dev,
			     w->driver, driver);
		ktap(k, channels(dev) >= 1, "%s: its channels are bound to CPUs that are there",
		     dev);
		seen++;
	}
	for (int i = 0; i < n; i++)
		free(list[i]);
	if (n >= 0)
		free(list);
	ktap(k, seen > 0, "%d devices on the bus", seen);
}

/* Two channels of a device share a CPU only when there are more of them than CPUs. */
static bool spread(const char *dev, long cpus)
{
	char path[512], v[16];
	uint64_t taken = 0;
	struct dirent *e;
	bool ok = true;
	DIR *d;

	snprintf(path, sizeof(path), VMBUS "/%s/channels", dev);
	d = opendir(path);
	while (d && (e = readdir(d))) {
		uint64_t bit;

		if (e->d_name[0] == '.')
			continue;
		bit = 1ull << (strtoul(line_of(v, sizeof(v), "%s/%s/cpu", path, e->d_name), NULL,
				       10) &
			       63);
		ok = ok && (!(taken & bit) || entries("%s", path) > cpus);
		taken |= bit;
	}
	if (d)
		closedir(d);
	return ok;
}

static void scsi(struct ktap *k)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN), there = sysconf(_SC_NPROCESSORS_CONF), offered,
	     want, queue;
	char dev[64], disk[32], path[64], v[32];
	int have;

	if (!ktap(k, vmbus_device(dev, sizeof(dev), SCSI_CLASS), "a SCSI controller"))
		return;
	/* hvhost, like Hyper-V, offers one for each four vCPUs of the machine after the first */
	offered = (there - 1) / PER_SUB_CHANNEL;
	want = 1 + (cpus - 1 < offered ? cpus - 1 : offered);
	have = entries(VMBUS "/%s/channels", dev);
	ktap(k, have == want, "%d channels: %ld online of %ld CPUs, %ld sub-channels offered", have,
	     cpus, there, offered);
	ktap(k, spread(dev, cpus), "no two of them on one CPU");
	queue = RING_DATA / REQUEST_MAX * (1 + (cpus - 1) / PER_SUB_CHANNEL) * 90 / 100;
	for (int host = 0; host < 8; host++)
		if (!strcmp(line_of(v, sizeof(v), "/sys/class/scsi_host/host%d/proc_name", host),
			    "storvsc_host"))
			line_of(path, sizeof(path), "/sys/class/scsi_host/host%d/can_queue", host);
	ktap(k, strtol(path, NULL, 10) == queue, "can_queue is %ld (%s)", queue, path);
	if (!lun_disk(disk, sizeof(disk), 0)) {
		ktap_skip(k, "no disk", "a channel moves to another CPU");
		return;
	}
	snprintf(path, sizeof(path), "/dev/%.32s", disk);
	if (cpus < 2) {
		ktap_skip(k, "one CPU", "a channel moves to another CPU");
		return;
	}
	snprintf(v, sizeof(v), "%ld", cpus - 1);
	line_of(disk, sizeof(disk), VMBUS "/%s/id", dev);
	ktap(k, !put(v, VMBUS "/%s/channels/%s/cpu", dev, disk) &&
		disk_fill(path, 0, 1 << 20, 65536, 1) && disk_is_filled(path, 0, 1 << 20, 4096, 1),
	     "its first channel moves to CPU %s, and the disk works on", v);
}

int main(int argc, char **argv)
{
	struct ktap k = { 0, 0 };

	if (argc > 2 || (argc == 2 && strcmp(argv[1], "--scsi"))) {
		fprintf(stderr, "usage: %s [--scsi] (which writes to the first disk)\n", argv[0]);
		return 2;
	}
	ktap_begin();
	devices(&k);
	if (argc == 2)
		scsi(&k);
	ktap(&k, !kernel_faulted(), "the kernel warned of nothing");
	return ktap_end(&k);
}
