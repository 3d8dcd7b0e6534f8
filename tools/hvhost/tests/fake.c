// SPDX-License-Identifier: GPL-2.0-only
/* What svm/, boot/ and lib/heap.c offer to the other rooms, on the build machine. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "fake.h"
#include "lib.h"
#include "tlfs_exit.h"

struct block {
	struct block *next, *prev;
	u64 size, pad;
};

static struct fake *fake;
static u8 ram[FAKE_RAM] __aligned(4096);
static struct block blocks = { &blocks, &blocks, 0, 0 };

struct fake *fake_begin(u32 vps)
{
	char why[1];

	fake = calloc(1, sizeof(*fake));
	config_parse(&fake->config, "", why, sizeof(why));
	/* zeros again, at the price of what was touched: a fuzzer comes here a million times */
	if (madvise(ram, sizeof(ram), MADV_DONTNEED))
		memset(ram, 0, sizeof(ram));
	fake->ram = ram;
	fake->heap_left = FAKE_HEAP;
	fake->config.cpus = vps;
	fake->vm.config = &fake->config;
	fake->vm.vps = vps;
	fake->vm.seed = 1;
	for (u32 i = 0; i < vps; i++) {
		fake->vm.vp[i].vm = &fake->vm;
		fake->vm.vp[i].index = i;
		fake->vm.vp[i].apic_id = i;
	}
	return fake;
}

void fake_end(void)
{
	while (blocks.next != &blocks)
		hv_free(blocks.next + 1);
	free(fake);
	fake = NULL;
}

void fake_time(u64 to)
{
	while (fake->events && fake->events->due <= to) {
		struct event *e = fake->events;

		fake->now = MAX(fake->now, e->due);
		fake->events = e->next;
		e->armed = false;
		e->fn(&fake->vm, e);
	}
	fake->now = to;
}

/* ---- lib.h ---- */

void *hv_alloc(size_t size)
{
	struct block *b;

	if (fake && size > fake->heap_left)
		return NULL;
	b = calloc(1, sizeof(*b) + size);
	if (fake)
		fake->heap_left -= size;
	b->size = size;
	b->next = blocks.next;
	b->prev = &blocks;
	b->next->prev = b;
	blocks.next = b;
	return b + 1;
}

void hv_free(void *p)
{
	struct block *b;

	if (!p)
		return;
	b = (struct block *)p - 1;
	b->next->prev = b->prev;
	b->prev->next = b->next;
	if (fake)
		fake->heap_left += b->size;
	free(b);
}

u64 hv_heap_used(void)
{
	return fake ? FAKE_HEAP - fake->heap_left : 0;
}

void *hv_alloc_pages(size_t pages)
{
	u8 *p = hv_alloc((pages + 1) * PAGE_SIZE);

	return p ? (void *)ALIGN_UP((uintptr_t)p, PAGE_SIZE) : NULL;
}

void hv_log(const char *format, ...)
{
	char line[512];
	size_t have, more;
	va_list args;

	va_start(args, format);
	hv_vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (!fake)
		return;
	have = strlen(fake->log);
	more = strlen(line) + 1;
	if (have + more >= sizeof(fake->log))
		have = 0;
	snprintf(fake->log + have, sizeof(fake->log) - have, "%s\n", line);
}

void hv_die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	abort();
}

/* ---- vm.h ---- */

void *gpa_range(struct vm *vm, u64 gpa, u64 len)
{
	return len <= FAKE_RAM && gpa <= FAKE_RAM - len ? fake->ram + gpa : NULL;
}

int gpa_read(struct vm *vm, u64 gpa, void *to, u64 len)
{
	const void *at = gpa_range(vm, gpa, len);

	if (!at)
		return -HV_EFAULT;
	memcpy(to, at, len);
	return 0;
}

int gpa_write(struct vm *vm, u64 gpa, const void *from, u64 len)
{
	void *at = gpa_range(vm, gpa, len);

	if (!at)
		return -HV_EFAULT;
	memcpy(at, from, len);
	return 0;
}

int vm_map_page(struct vm *vm, u64 gpa, void *page)
{
	return 0;
}

/* Registers are behind struct pci_machine; here it only matters whether they can be reached. */
void *vm_mmio(struct vm *vm, u64 pa, u64 len)
{
	return len <= FAKE_REACH && pa <= FAKE_REACH - len ? (void *)(uintptr_t)pa : NULL;
}

int vm_hide(struct vm *vm, u64 pa, u64 len)
{
	if (!vm_mmio(vm, pa, len) || fake->hidden == ARRAY_SIZE(fake->hide))
		return -HV_EINVAL;
	fake->hide[fake->hidden].pa = pa;
	fake->hide[fake->hidden++].len = len;
	return 0;
}

void vm_poll_add(struct vm *vm, struct poller *p)
{
	p->next = vm->pollers;
	vm->pollers = p;
}

void vm_poll_message(struct vm *vm, u64 *address, u32 *data)
{
	*address = 0xfee00000;
	*data = FAKE_POLL;
}

u64 vm_time(struct vm *vm)
{
	return fake->now;
}

u64 vm_host_time(struct vm *vm)
{
	return FAKE_EPOCH + fake->now;
}

void event_cancel(struct vm *vm, struct event *e)
{
	struct event **at = &fake->events;

	if (!e->armed)
		return;
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	e->armed = false;
}

void event_arm(struct vm *vm, struct event *e, u64 due)
{
	struct event **at = &fake->events;

	event_cancel(vm, e);
	while (*at && (*at)->due <= due)
		at = &(*at)->next;
	e->due = due;
	e->armed = true;
	e->next = *at;
	*at = e;
}

void vp_interrupt(struct vp *vp, u8 vector)
{
	fake->interrupts[vp->index][vector]++;
}

void vm_msi(struct vm *vm, u64 address, u32 data)
{
}

void vp_kick(struct vp *vp)
{
}

void vm_reset(struct vm *vm)
{
	fake->resets++;
}

/* ---- tlfs_exit.h ---- */

u64 vm_tsc_hz(struct vm *vm)
{
	return FAKE_TSC_HZ;
}

u64 vm_apic_hz(struct vm *vm)
{
	return FAKE_TSC_HZ;
}

u64 vm_tsc_scale(struct vm *vm)
{
	return (u64)((((unsigned __int128)10000000 << 64)) / FAKE_TSC_HZ);
}

u64 vp_runtime(struct vp *vp)
{
	return fake->now;
}

void vp_apic_eoi(struct vp *vp)
{
}

u64 vp_apic_icr_read(struct vp *vp)
{
	return 0;
}

void vp_apic_icr_write(struct vp *vp, u64 icr)
{
}

u8 vp_apic_tpr_read(struct vp *vp)
{
	return 0;
}

void vp_apic_tpr_write(struct vp *vp, u8 tpr)
{
}

void vps_flush_tlb(struct vp *self, u64 vps)
{
	fake->flushed |= vps;
}

void vp_comparator(struct vp *vp, u64 due, u8 vector)
{
	fake->comparator[vp->index] = due;
}
