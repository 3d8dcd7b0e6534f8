// SPDX-License-Identifier: GPL-2.0-only
/*
 * A SCSI controller that is rescinded and offered again at once, before the guest is
 * done with the old channel: the disk comes back, and the kernel has no complaint.
 * Wants a host that does so in phase 1 (tools/hvhost/tests/guest/rescind.sh).
 */
#include "guest.h"
#include "ktap.h"

static const uint64_t any = 1;

/* The relid of the first SCSI controller, or 0. */
static long relid(void)
{
	char dev[64], v[16];

	return vmbus_device(dev, sizeof(dev), SCSI_CLASS) ?
		strtol(line_of(v, sizeof(v), VMBUS "/%s/id", dev), NULL, 10) : 0;
}

static bool another_is_there(const void *arg)
{
	return relid() && relid() != *(const long *)arg && disk_works(&any);
}

int main(void)
{
	static const char why[] =
		"vmbus_onoffer() takes the old channel for one from before hibernation";
	struct ktap k = { 0, 0 };
	long first;

	ktap_begin();
	if (!ktap(&k, wait_until(disk_works, &any, 20), "a disk"))
		return ktap_end(&k);
	first = relid();
	phase(1);
	ktap_known(&k, wait_until(another_is_there, &first, 20), why,
		   "it comes back on another channel");
	ktap_known(&k, !kernel_faulted(), why, "the kernel warned of nothing");
	return ktap_end(&k);
}
