// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of drivers/scsi/storvsc_drv.c, drivers/net/hyperv, drivers/hv (ring_buffer.c,
 * channel.c, connection.c, vmbus_drv.c), drivers/nvme/host, and where their interrupt
 * comes in. Timers and IPIs of Hyper-V are the kernel's.
 */
#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "load_group.h"

const char *const load_group_name[NR_GROUPS] = { "driver", "bus", "kernel", "user" };

static const struct {
	const char *word;	/* what a name begins with, or "[MODULE" */
	enum load_group group;
} words[] = {
	{ "[hv_storvsc]", GROUP_DRIVER }, { "[hv_netvsc]", GROUP_DRIVER },
	{ "[virtio_blk]", GROUP_DRIVER }, { "[virtio_net]", GROUP_DRIVER },
	{ "[nvme]", GROUP_DRIVER }, { "[nvme_core]", GROUP_DRIVER },
	{ "[hv_vmbus]", GROUP_BUS }, { "[virtio_ring]", GROUP_BUS }, { "[virtio]", GROUP_BUS },
	{ "[virtio_pci]", GROUP_BUS }, { "[virtio_pci_modern_dev]", GROUP_BUS },
	{ "storvsc_", GROUP_DRIVER }, { "netvsc_", GROUP_DRIVER }, { "rndis_", GROUP_DRIVER },
	{ "virtblk_", GROUP_DRIVER }, { "virtnet_", GROUP_DRIVER }, { "nvme_", GROUP_DRIVER },
	{ "vmbus_", GROUP_BUS }, { "__vmbus_", GROUP_BUS }, { "hv_ringbuffer_", GROUP_BUS },
	{ "hv_pkt_iter_", GROUP_BUS }, { "__hv_pkt_iter_", GROUP_BUS },
	{ "hv_copyto_ringbuffer", GROUP_BUS }, { "hv_copyfrom_ringbuffer", GROUP_BUS },
	{ "hv_get_ring", GROUP_BUS }, { "hv_get_next_", GROUP_BUS },
	{ "hv_begin_read", GROUP_BUS }, { "hv_end_read", GROUP_BUS },
	{ "hv_signal_on_write", GROUP_BUS }, { "hv_ring_gpadl_", GROUP_BUS },
	{ "sysvec_hyperv_callback", GROUP_BUS }, { "__sysvec_hyperv_callback", GROUP_BUS },
	{ "asm_sysvec_hyperv_callback", GROUP_BUS }, { "hv_hypercall_pg", GROUP_BUS },
	{ "__hv_hyperfail", GROUP_BUS }, { "hv_std_hypercall", GROUP_BUS },
	{ "virtqueue_", GROUP_BUS }, { "vring_", GROUP_BUS }, { "virtio_", GROUP_BUS },
	{ "vp_", GROUP_BUS },
};

enum load_group load_group(const char *function)
{
	const char *module;

	if (!function)
		return GROUP_USER;
	module = strchr(function, '[');
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (*words[i].word == '[' ? module && !strcmp(module, words[i].word) :
		    !module && str_starts(function, words[i].word))
			return words[i].group;
	return GROUP_KERNEL;
}
