// SPDX-License-Identifier: GPL-2.0-only
/*
 * BARs. Of functions that hvhost plays itself: pages of its own, shown where the
 * guest put the BAR; called by backend/vfunction.c when a guest turns memory
 * decoding on or off. Of functions that hvhost uses itself: taken from the guest,
 * by backend/virtio.c. Splits the large pages of npt.c on the way.
 */
#include "acpi.h"
#include "lib.h"
#include "svm/svm.h"

#define NPT_RW		0x7ull
#define NPT_BIG		0x80ull
#define NPT_ADDRESS	0x000ffffffffff000ull

/* The table below @entry, which maps @size bytes; made when a large page is there. */
static u64 *below(u64 *entry, u64 size)
{
	u64 start = *entry & NPT_ADDRESS & ~(size - 1), big = size / 512 > PAGE_SIZE ? NPT_BIG : 0;
	u64 *t;

	if (!(*entry & NPT_BIG))
		return (u64 *)(*entry & NPT_ADDRESS);
	t = hv_alloc_pages(1);
	if (!t)
		return NULL;
	for (u32 i = 0; i < 512; i++)
		t[i] = (start + i * (size / 512)) | NPT_RW | big;
	*entry = (u64)t | NPT_RW;
	return t;
}

static bool in_windows(u64 gpa)
{
	return gpa - VMBUS_MMIO_LOW_BASE < VMBUS_MMIO_LOW_SIZE ||
	       gpa - VMBUS_MMIO_HIGH_BASE < VMBUS_MMIO_HIGH_SIZE;
}

/* The entry of the page at @gpa (below 1 TiB), or NULL without memory for tables. */
static u64 *entry_of(struct vm *vm, u64 gpa)
{
	u64 *t = (u64 *)vm->svm->n_cr3;

	t = (u64 *)(t[gpa >> 39 & 511] & NPT_ADDRESS);
	t = below(&t[gpa >> 30 & 511], 1ull << 30);
	if (t)
		t = below(&t[gpa >> 21 & 511], 2ull << 20);
	return t ? &t[gpa >> 12 & 511] : NULL;
}

int vm_hide(struct vm *vm, u64 pa, u64 len)
{
	u64 *e, at = pa & ~(PAGE_SIZE - 1);

	if (!vm_mmio(vm, pa, len))
		return -HV_EINVAL;
	for (; at < pa + len; at += PAGE_SIZE) {
		e = entry_of(vm, at);
		if (!e)
			return -HV_ENOMEM;
		*e = 0;
	}
	return 0;
}

int vm_map_page(struct vm *vm, u64 gpa, void *page)
{
	u64 *e;

	if (!in_windows(gpa) || gpa & (PAGE_SIZE - 1))
		return -HV_EINVAL;
	e = entry_of(vm, gpa);
	if (!e)
		return -HV_ENOMEM;
	*e = (page ? (u64)page : gpa) | NPT_RW;
	/* Every way into a guest starts with an empty TLB: get all processors out. */
	for (u32 i = 0; i < vm->vps; i++)
		if ((!i || vm->vp[i].vcpu->online) && !vm->vp[i].vcpu->init)
			vp_kick(&vm->vp[i]);
	return 0;
}

void *vm_mmio(struct vm *vm, u64 pa, u64 len)
{
	/* hvhost maps the first 512 GiB one to one */
	return len <= 1ull << 39 && pa <= (1ull << 39) - len ? (void *)pa : NULL;
}
