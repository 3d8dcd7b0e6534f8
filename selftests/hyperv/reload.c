// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver comes and goes, many times, while its device is used.
 *	reload --unbind DRIVER CYCLES		hv_storvsc, hv_pci: by sysfs
 *	reload --module NAME FILE CYCLES	as rmmod and insmod do it
 * With hv_storvsc the first disk is overwritten: every cycle writers are at work when
 * the driver goes, and get an error; when it is back the data are checked. The host is
 * told when a few cycles are done (phase 1) and when all are (phase 2), so that what
 * its heap holds can be compared.
 */
#include <sys/syscall.h>
#include <sys/wait.h>

#include "guest.h"
#include "ktap.h"

#define MIB	(1ull << 20)
#define KEPT	(4 * MIB)
#define SPAN	(8 * MIB)
#define TASKS	2
#define WARM	3	/* cycles before the host's heap is looked at */

static const struct known {
	const char *driver, *class;
} known[] = {
	{ "hv_storvsc", SCSI_CLASS }, { "hv_pci", PCI_CLASS }, { NULL, NULL },
};

static const uint64_t span = SPAN;
static char instance[64];
static bool has_disk;

static bool is_bound(const void *arg)
{
	return is_there(VMBUS "/%s/driver", instance);
}

static void writers(void)
{
	const char *dev = first_disk();

	fflush(stdout);
	for (int i = 0; i < TASKS; i++) {
		uint64_t from = KEPT + (uint64_t)i * MIB;

		if (fork())
			continue;
		if (!freopen("/dev/null", "w", stdout))
			_exit(2);
		while (disk_fill(dev, from, from + MIB, 16384u << i, 7))
			;
		_exit(0);
	}
}

static bool all_ended(const void *arg)
{
	int *left = (int *)arg;

	while (*left && waitpid(-1, NULL, WNOHANG) > 0)
		(*left)--;
	return !*left;
}

/* One cycle; what went wrong, or NULL. */
static const char *cycle(const char *driver)
{
	int left = has_disk ? TASKS : 0;

	if (has_disk) {
		writers();
		usleep(5000);
	}
	if (put(instance, "/sys/bus/vmbus/drivers/%s/unbind", driver))
		return "unbind";
	if (!wait_until(all_ended, &left, 60))
		return "the writers do not end";
	if (has_disk && lun_disk((char[32]){ 0 }, 32, 0))
		return "the disk is still there";
	if (put(instance, "/sys/bus/vmbus/drivers/%s/bind", driver) ||
	    !wait_until(is_bound, NULL, 20))
		return "bind";
	if (has_disk && !wait_until(disk_works, &span, 60))
		return "the disk does not come back";
	if (has_disk && !disk_is_filled(first_disk(), 0, KEPT, 131072, 1))
		return "its data are not there";
	return NULL;
}

static const char *module_cycle(const char *name, const char *file)
{
	int fd;

	if (syscall(SYS_delete_module, name, O_NONBLOCK))
		return "rmmod";
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", strstr(file, ".ko.") ? 4 : 0)) {
		close(fd);
		return "insmod";
	}
	close(fd);
	usleep(20000);
	return NULL;
}

static bool find_device(struct ktap *k, const char *driver)
{
	const struct known *w = known;

	while (w->driver && strcmp(w->driver, driver))
		w++;
	if (!ktap(k, w->driver && vmbus_device(instance, sizeof(instance), w->class),
		  "a device of %s", driver))
		return false;
	has_disk = !strcmp(driver, "hv_storvsc");
	return !has_disk || ktap(k,
				 wait_until(disk_works, &span, 20) &&
					 disk_fill(first_disk(), 0, KEPT, 131072, 1) &&
					 disk_fill(first_disk(), KEPT, SPAN, 131072, 7),
				 "its disk is filled");
}

int main(int argc, char **argv)
{
	bool unbind = argc == 4 && !strcmp(argv[1], "--unbind");
	bool module = argc == 5 && !strcmp(argv[1], "--module");
	int cycles = unbind || module ? atoi(argv[argc - 1]) : 0, done = 0;
	const char *wrong = NULL;
	struct ktap k = { 0, 0 };

	if (cycles <= WARM) {
		fprintf(stderr,
			"usage: %s --unbind DRIVER CYCLES | --module NAME FILE CYCLES (above %d)\n",
			argv[0], WARM);
		return 2;
	}
	ktap_begin();
	if (unbind && !find_device(&k, argv[2]))
		return ktap_end(&k);
	for (; done < cycles && !wrong; done++) {
		wrong = unbind ? cycle(argv[2]) : module_cycle(argv[2], argv[3]);
		if (done + 1 == WARM)
			phase(1);
	}
	phase(2);
	ktap(&k, !wrong, "%s comes and goes %d times%s%s", argv[2], done, wrong ? ": " : "",
	     wrong ? wrong : "");
	if (has_disk && !wrong)
		ktap(&k,
		     disk_fill(first_disk(), KEPT, SPAN, 65536, 9) &&
			     disk_is_filled(first_disk(), KEPT, SPAN, 131072, 9),
		     "and its disk works");
	ktap(&k, !tasks_blocked(), "nobody is blocked");
	ktap(&k, !kernel_faulted(), "the kernel warned of nothing");
	return ktap_end(&k);
}
