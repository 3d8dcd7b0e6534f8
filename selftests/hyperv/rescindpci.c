// SPDX-License-Identifier: GPL-2.0-only
/*
 * rescind.h with a paravirtual PCI bus that has hvhost's test function on it: afterwards
 * the function is there, its BAR can be read and its engine fills memory of the guest.
 *	rescindpci [--vfio] STEP...
 * With --vfio the driver vfio-pci (without an IOMMU) takes the function whenever it
 * comes, and "io-driver" and "create-interrupt" are a process that has it open and is
 * sent its interrupts. "io-d0exit" takes the bus from its own driver. The host script is
 * that of tools/hvhost/tests/guest/rescind-pci.sh.
 */
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "rescind.h"

#define PCI		"/sys/bus/pci/devices"
#define PAGE		4096u
/* tools/hvhost/backend/vfunction.c */
#define MAGIC		0x46565648u
#define COMMAND		0x54		/* in configuration space */
#define OP_RAISE	1u
#define OP_FILL		3u
#define FNV_START	2166136261u
#define FNV_PRIME	16777619u

struct parameters {
	uint32_t magic, version;
	uint64_t address;
	uint32_t length, seed, result;
};

static bool vfio;
static volatile int *taken;	/* interrupts, by the process that has the function open */

/* The address of our function, "0b1d:00:00.0"; false: there is none. */
static bool find_function(char *to, size_t size)
{
	struct dirent *e;
	DIR *d = opendir(PCI);
	char vendor[16], device[16];
	bool found = false;

	while (d && !found && (e = readdir(d))) {
		line_of(vendor, sizeof(vendor), PCI "/%s/vendor", e->d_name);
		line_of(device, sizeof(device), PCI "/%s/device", e->d_name);
		found = !strcmp(vendor, "0x1414") && !strcmp(device, "0x4856");
		if (found)
			snprintf(to, size, "%.*s", (int)size - 1, e->d_name);
	}
	if (d)
		closedir(d);
	return found;
}

/* ---- its engine ---- */

/* Physical address of a page of ours that stays where it is; 0: not to be had. */
static uint64_t physical(const void *page)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t v = 0;

	if (fd < 0 || pread(fd, &v, 8, (off_t)((uintptr_t)page / PAGE * 8)) != 8)
		v = 0;
	if (fd >= 0)
		close(fd);
	return (v & ((1ull << 55) - 1)) * PAGE;
}

/* The engine fills @page, and says the sum of what it wrote. */
static bool fills(volatile struct parameters *p, int config, uint8_t *page)
{
	static uint32_t seed;
	const uint16_t on = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	const uint32_t go = OP_FILL;
	uint32_t sum = FNV_START, first = 0;

	if (pwrite(config, &on, 2, PCI_COMMAND) != 2 || p->magic != MAGIC)
		return false;
	memset(page, 0, PAGE);
	p->address = physical(page);
	p->length = PAGE;
	p->seed = ++seed;
	if (!p->address || pwrite(config, &go, 4, COMMAND) != 4)
		return false;
	for (uint32_t i = 0; i < PAGE; i++) {
		sum = (sum ^ page[i]) * FNV_PRIME;
		first += page[i] != 0;
	}
	return p->result == sum && first > PAGE / 2;
}

static bool engine_works(const char *at)
{
	char path[128];
	uint8_t *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1, 0);
	int bar, config;
	void *p = MAP_FAILED;
	bool ok;

	snprintf(path, sizeof(path), PCI "/%s/resource0", at);
	bar = open(path, O_RDWR | O_CLOEXEC);
	snprintf(path, sizeof(path), PCI "/%s/config", at);
	config = open(path, O_RDWR | O_CLOEXEC);
	if (bar >= 0)
		p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, bar, 0);
	ok = p != MAP_FAILED && config >= 0 && page != MAP_FAILED && fills(p, config, page);
	if (p != MAP_FAILED)
		munmap(p, PAGE);
	munmap(page, PAGE);
	close(bar);
	close(config);
	return ok;
}

/* ---- its driver ---- */

static bool has_driver(const char *at)
{
	return is_there("/sys/bus/pci/drivers/vfio-pci/%s", at);
}

static bool set_irq(int device, uint32_t index, int fd)
{
	struct {
		struct vfio_irq_set s;
		int fd;
	} v = { { .argsz = sizeof(v), .index = index, .count = 1,
		  .flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER }, fd };

	return !ioctl(device, VFIO_DEVICE_SET_IRQS, &v);
}

/* The function's device of vfio, or -1. Lasts as long as the process. */
static int open_function(const char *at)
{
	char path[128], link[256];
	int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC), group, device = -1;
	ssize_t n;

	snprintf(path, sizeof(path), PCI "/%s/iommu_group", at);
	n = readlink(path, link, sizeof(link) - 1);
	if (container < 0 || n <= 0)
		return -1;
	link[n] = '\0';
	snprintf(path, sizeof(path), "/dev/vfio/noiommu-%.20s", strrchr(link, '/') + 1);
	group = open(path, O_RDWR | O_CLOEXEC);
	if (group >= 0 && !ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) &&
	    !ioctl(container, VFIO_SET_IOMMU, VFIO_NOIOMMU_IOMMU))
		device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, at);
	return device;
}

/*
 * Have the function send interrupt after interrupt, until the kernel wants it back.
 */
static void take_interrupts(const char *at)
{
	struct vfio_region_info r = { .argsz = sizeof(r), .index = VFIO_PCI_CONFIG_REGION_INDEX };
	struct pollfd f[2] = { { eventfd(0, EFD_CLOEXEC), POLLIN, 0 },
			       { eventfd(0, EFD_CLOEXEC), POLLIN, 0 } };
	const uint32_t raise = OP_RAISE;
	int device = open_function(at);
	uint64_t v;

	if (device < 0 || ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &r) ||
	    !set_irq(device, VFIO_PCI_REQ_IRQ_INDEX, f[0].fd) ||
	    !set_irq(device, VFIO_PCI_MSIX_IRQ_INDEX, f[1].fd))
		return;
	while (!f[0].revents) {
		if (pwrite(device, &raise, 4, (off_t)r.offset + COMMAND) != 4)
			break;
		if (poll(f, 2, 1000) > 0 && f[1].revents && read(f[1].fd, &v, 8) == 8)
			++*taken;
	}
	poll(f, 1, -1);
}

static void drive(const char *at)
{
	if (child()) {
		take_interrupts(at);
		_exit(0);
	}
}

/* ---- steps ---- */

static bool works(const void *arg)
{
	char at[32];

	return find_function(at, sizeof(at)) && has_driver(at) == vfio && engine_works(at);
}

static bool some_taken(const void *arg)
{
	return *taken > 10;
}

static void begin(const struct step *s)
{
	*taken = 0;
}

static void use_bus(const struct step *s)
{
	char at[32];

	if (!strcmp(s->name, "io-driver") && find_function(at, sizeof(at))) {
		drive(at);
		ktap(&k, wait_until(some_taken, NULL, 20), "%s: its interrupts come",
		     s->name);
	}
	if (begins(s, "io-d0exit") && child()) {
		usleep(100000);
		put(instance, "/sys/bus/vmbus/drivers/hv_pci/unbind");
		_exit(0);
	}
}

static void bring(const struct step *s)
{
	char at[32] = "";

	for (int i = 0; vfio && i < 100 && !(find_function(at, sizeof(at)) && has_driver(at)); i++)
		usleep(10000);
	if (*at)
		drive(at);
}

static const struct device bus = {
	.class = PCI_CLASS, .soon = 20, .ever = 40, .works = works, .begin = begin, .use = use_bus,
	.bring = bring,
};

int main(int argc, char **argv)
{
	vfio = argc > 1 && !strcmp(argv[1], "--vfio");
	if (argc < 2 + vfio) {
		fprintf(stderr, "usage: %s [--vfio] PHASE:NAME[:FUNCTION]...\n", argv[0]);
		return 2;
	}
	taken = mmap(NULL, sizeof(*taken), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (taken == MAP_FAILED)
		return 2;
	ktap_begin();
	if (vfio && !ktap(&k, !put("Y", "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode") &&
			      !put("1414 4856", "/sys/bus/pci/drivers/vfio-pci/new_id"),
			  "vfio-pci takes the test function"))
		return ktap_end(&k);
	if (!there_is(&bus, "a bus with a function that works"))
		return ktap_end(&k);
	argv[vfio] = argv[0];
	return steps(&bus, argv + vfio);
}
