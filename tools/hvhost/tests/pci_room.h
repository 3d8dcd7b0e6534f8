/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vPCI room in one piece, between fakes: included by test_pci*.c and
 * fuzz_pci.c, which become host, bus and guest of it. Every name the room calls
 * or offers gets a prefix, so that nothing here meets the real rooms when a test
 * is linked with them.
 */
#ifndef HVHOST_TESTS_PCI_ROOM_H
#define HVHOST_TESTS_PCI_ROOM_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define hv_log			room_hv_log
#define hv_alloc		room_hv_alloc
#define hv_free			room_hv_free
#define hv_alloc_pages		room_hv_alloc_pages
#define hv_random		room_hv_random
#define hv_vsnprintf		room_hv_vsnprintf
#define count			room_count
#define script_at		room_script_at
#define channel_send		room_channel_send
#define channel_complete	room_channel_complete
#define channel_drain		room_channel_drain
#define channel_batch_begin	room_channel_batch_begin
#define channel_batch_end	room_channel_batch_end
#define vmbus_device_add	room_vmbus_device_add
#define vmbus_device_rescind	room_vmbus_device_rescind
#define event_arm		room_event_arm
#define event_cancel		room_event_cancel
#define vm_time			room_vm_time
#define vm_map_page		room_vm_map_page
#define vm_mmio			room_vm_mmio
#define vm_reset		room_vm_reset
#define vp_interrupt		room_vp_interrupt
#define gpa_read		room_gpa_read
#define gpa_write		room_gpa_write

#define vpci_create		room_vpci_create
#define vpci_find_class		room_vpci_find_class
#define vpci_get		room_vpci_get
#define vpci_refused		room_vpci_refused
#define vpci_function_at	room_vpci_function_at
#define vpci_eject		room_vpci_eject
#define vpci_invalidate		room_vpci_invalidate
#define vpci_mmio_read		room_vpci_mmio_read
#define vpci_mmio_write		room_vpci_mmio_write
#define vpci_retarget		room_vpci_retarget
#define pci_port_access		room_pci_port_access
#define pci_hide		room_pci_hide
#define pci_hidden		room_pci_hidden
#define pci_answer		room_pci_answer
#define pci_answer_status	room_pci_answer_status
#define pci_notify		room_pci_notify
#define pci_flush		room_pci_flush
#define pci_send_forget		room_pci_send_forget
#define pci_rescind		room_pci_rescind
#define pci_function_create	room_pci_function_create
#define pci_act			room_pci_act
#define pci_send_relations	room_pci_send_relations
#define pci_ejection_complete	room_pci_ejection_complete
#define pci_config_read		room_pci_config_read
#define pci_config_write	room_pci_config_write
#define pci_window_ok		room_pci_window_ok
#define pci_probed_bar		room_pci_probed_bar
#define pci_function_reset	room_pci_function_reset
#define pci_interrupt_create	room_pci_interrupt_create
#define pci_interrupt_delete	room_pci_interrupt_delete
#define pci_interrupt_delete_all room_pci_interrupt_delete_all
#define pci_target		room_pci_target
#define pci_machine_ports	room_pci_machine_ports
#define vfunction_init		room_vfunction_init
#define passthrough_init	room_passthrough_init

#include "../device/pci.c"
#include "../device/pci_config.c"
#include "../device/pci_intr.c"
#include "../device/pci_plug.c"
#include "../device/pci_ports.c"
#include "../device/pci_send.c"
#include "../backend/vfunction.c"
#include "../backend/passthrough.c"

/* ---- the fakes ---- */

#define WORLD_RAM	(64u << 10)	/* guest memory at 0 */
#define WORLD_MAPS	64
#define WORLD_SENT	64
#define WORLD_ALLOCS	64
#define HW_MSIX_ENTRIES	8
#define HW_BAR_SIZE	0x4000u

struct sent {
	u16 type;
	u64 trans_id;
	u32 len;
	u8 data[REPLY_MAX];
};

static struct world {
	struct vm vm;
	struct vmbus_channel ch;
	struct vmbus_device *dev;
	u64 now;
	struct event *events;
	/* a packet for channel_drain() */
	struct vmbus_packet pkt;
	bool pkt_there;
	/* what was sent */
	struct sent sent[WORLD_SENT];
	u32 nsent;
	u32 room;		/* packets that still fit into the ring */
	u32 offers, rescinds, refused, resets;
	/* what came of the guest's memory map */
	u64 map_gpa[WORLD_MAPS];
	void *map_page[WORLD_MAPS];
	u32 nmaps;
	u32 interrupts[VM_MAX_VPS][256];
	struct fault fault;	/* of the next script_at() */
	u8 ram[WORLD_RAM];
	void *allocs[WORLD_ALLOCS];
	/* the machine's one real function, at 00:03.0 */
	u8 config[256];
	u8 chipset[256];	/* and of 00:00.0 and 00:1f.0 */
	u32 hw_bar_mask;
	u32 table[HW_BAR_SIZE / 4];
	u64 mmio_at;
} *world;

void hv_log(const char *format, ...)
{
	(void)format;
}

static void *world_own(void *p)
{
	u32 i;

	for (i = 0; i < WORLD_ALLOCS; i++) {
		if (!world->allocs[i]) {
			world->allocs[i] = p;
			return p;
		}
	}
	free(p);
	return NULL;
}

void *hv_alloc(size_t size)
{
	return world_own(calloc(1, size));
}

void *hv_alloc_pages(size_t pages)
{
	void *p = aligned_alloc(PAGE_SIZE, pages * PAGE_SIZE);

	memset(p, 0, pages * PAGE_SIZE);
	return world_own(p);
}

void hv_free(void *p)
{
	u32 i;

	if (!p)
		return;
	for (i = 0; i < WORLD_ALLOCS && world->allocs[i] != p; i++)
		;
	if (i == WORLD_ALLOCS)
		abort();
	world->allocs[i] = NULL;
	free(p);
}

int hv_vsnprintf(char *to, size_t size, const char *format, va_list args)
{
	return vsnprintf(to, size, format, args);
}

u64 hv_random(u64 *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dull;
}

void count(struct vm *vm, enum counter c, u64 n)
{
	(void)vm;
	if (c == COUNT_REFUSED)
		world->refused += n;
}

bool script_at(struct vm *vm, const char *device, const char *what, void *payload, size_t len,
	       struct fault *f)
{
	(void)vm, (void)device, (void)what, (void)payload, (void)len;
	*f = world->fault;
	memset(&world->fault, 0, sizeof(world->fault));
	return f->action || f->delay;
}

static int record(u16 type, u64 id, const void *data, u32 len)
{
	struct sent *s;

	if (!world->room)
		return -HV_ENOSPC;
	world->room--;
	s = &world->sent[world->nsent++ % WORLD_SENT];
	s->type = type;
	s->trans_id = id;
	s->len = len;
	memcpy(s->data, data, len);
	return 0;
}

int channel_send(struct vmbus_channel *ch, u16 type, u16 flags, u64 trans_id, const void *data,
		 u32 len)
{
	(void)ch, (void)flags;
	return record(type, trans_id, data, len);
}

int channel_complete(struct vmbus_channel *ch, u64 trans_id, const void *data, u32 len)
{
	(void)ch;
	return record(VM_PKT_COMP, trans_id, data, len);
}

void channel_drain(struct vmbus_channel *ch, channel_take *take, channel_full *full)
{
	struct vmbus_packet pkt = world->pkt;

	if (!world->pkt_there || (full && full(ch)))
		return;
	world->pkt_there = false;
	take(ch, &pkt);
}

void channel_batch_begin(struct vmbus_channel *ch) { (void)ch; }
void channel_batch_end(struct vmbus_channel *ch) { (void)ch; }

int vmbus_device_add(struct vm *vm, struct vmbus_device *dev, u32 number)
{
	dev->vm = vm;
	snprintf(dev->name, sizeof(dev->name), "vpci%u", number);
	memset(&dev->instance, 0x11 * (number + 1), sizeof(dev->instance));
	world->dev = dev;
	world->offers++;
	return 0;
}

void vmbus_device_rescind(struct vmbus_device *dev)
{
	dev->ops->close(&world->ch);
	world->rescinds++;
}

void event_cancel(struct vm *vm, struct event *e)
{
	struct event **at = &world->events;

	(void)vm;
	while (*at && *at != e)
		at = &(*at)->next;
	if (*at)
		*at = e->next;
	e->armed = false;
}

void event_arm(struct vm *vm, struct event *e, u64 due)
{
	event_cancel(vm, e);
	e->due = due;
	e->armed = true;
	e->next = world->events;
	world->events = e;
}

u64 vm_time(struct vm *vm)
{
	(void)vm;
	return world->now;
}

/* Time goes on by @ticks of 100 ns. */
static inline void world_pass(u64 ticks)
{
	struct event *e;
	u32 i;

	world->now += ticks;
	for (i = 0; i < 64; i++) {
		for (e = world->events; e && e->due > world->now; e = e->next)
			;
		if (!e)
			return;
		event_cancel(&world->vm, e);
		e->fn(&world->vm, e);
	}
}

int vm_map_page(struct vm *vm, u64 gpa, void *page)
{
	u32 i;

	(void)vm;
	if (gpa & (PAGE_SIZE - 1))
		abort();
	for (i = 0; i < WORLD_MAPS && world->map_gpa[i] != gpa; i++)
		;
	if (!page) {
		if (i < WORLD_MAPS)
			world->map_gpa[i] = 0;
		return 0;
	}
	if (i < WORLD_MAPS)
		abort();	/* two things at one address */
	for (i = 0; world->map_gpa[i]; i++)
		;
	world->map_gpa[i] = gpa;
	world->map_page[i] = page;
	return 0;
}

static inline void *world_mapped(u64 gpa)
{
	u32 i;

	for (i = 0; i < WORLD_MAPS; i++)
		if (world->map_gpa[i] == (gpa & ~(PAGE_SIZE - 1)))
			return (u8 *)world->map_page[i] + (gpa & (PAGE_SIZE - 1));
	return NULL;
}

static u64 hw_bar(void)
{
	u64 at;

	memcpy(&at, world->config + PCI_BAR0, 8);
	return at & ~0xfull;
}

void *vm_mmio(struct vm *vm, u64 pa, u64 len)
{
	(void)vm;
	/* The room may only touch what the function decodes. */
	if (pa < hw_bar() || pa + len > hw_bar() + HW_BAR_SIZE)
		abort();
	return (u8 *)world->table + (pa - hw_bar());
}

void vm_reset(struct vm *vm)
{
	(void)vm;
	world->resets++;
}

void vp_interrupt(struct vp *vp, u8 vector)
{
	if (vector < 16)
		abort();
	world->interrupts[vp->index][vector]++;
}

static u8 *world_ram(u64 gpa, u64 len)
{
	return gpa < WORLD_RAM && len <= WORLD_RAM - gpa ? world->ram + gpa : NULL;
}

int gpa_read(struct vm *vm, u64 gpa, void *to, u64 len)
{
	(void)vm;
	if (!world_ram(gpa, len))
		return -HV_EFAULT;
	memcpy(to, world_ram(gpa, len), len);
	return 0;
}

int gpa_write(struct vm *vm, u64 gpa, const void *from, u64 len)
{
	(void)vm;
	if (!world_ram(gpa, len))
		return -HV_EFAULT;
	memcpy(world_ram(gpa, len), from, len);
	return 0;
}

/* A small real function: like NVMe, one 64-bit BAR with an MSI-X table; and MSI. */
#define HW_BDF		(3u << 3)
#define ROOM_HOST_BRIDGE 0u
#define ROOM_LPC	(31u << 3)
#define HW_MSIX		0x40u
#define HW_MSI		0x50u
#define HW_TABLE	0x2000u

static u32 hw_config_read(u16 bdf, u32 where, u32 size)
{
	u32 v = ~0u;

	if (where + size > 256)
		abort();
	if (bdf == HW_BDF)
		memcpy(&v, world->config + where, size);
	if (bdf == ROOM_HOST_BRIDGE || bdf == ROOM_LPC)
		memcpy(&v, world->chipset + where, size);
	return size == 4 ? v : v & ((1u << (8 * size)) - 1);
}

static void hw_config_write(u16 bdf, u32 where, u32 size, u32 v)
{
	if (where + size > 256)
		abort();
	if (bdf == ROOM_HOST_BRIDGE || bdf == ROOM_LPC)
		memcpy(world->chipset + where, &v, size);
	if (bdf != HW_BDF || where + size <= 4 || (where >= 8 && where < 0x0c))
		return;
	if (where == PCI_BAR0 && size == 4)
		v = (v & ~(HW_BAR_SIZE - 1)) | PCI_BAR_64;
	else if (where >= PCI_BAR0 + 8 && where < PCI_CARDBUS)
		return;
	else if (where == HW_MSIX || where == HW_MSI || where == PCI_STATUS)
		return;
	memcpy(world->config + where, &v, size);
}

static const struct pci_machine hw_machine = { .read = hw_config_read, .write = hw_config_write };
const struct pci_machine pci_machine_ports = { .read = hw_config_read, .write = hw_config_write };

static void hw_put(u32 where, u32 value, u32 size)
{
	memcpy(world->config + where, &value, size);
}

static void world_begin(u32 vps)
{
	u32 i;

	world = calloc(1, sizeof(*world));
	world->vm.vps = vps;
	world->vm.seed = 1;
	world->room = ~0u;
	for (i = 0; i < VM_MAX_VPS; i++) {
		world->vm.vp[i].vm = &world->vm;
		world->vm.vp[i].index = i;
		world->vm.vp[i].apic_id = i;
	}
	memcpy(world->chipset, &(u32){ 0x29c08086 }, 4);
	hw_put(0, 0x00101b36, 4);
	hw_put(PCI_STATUS, PCI_STATUS_CAP_LIST, 2);
	hw_put(PCI_REVISION, 0x01080202, 4);
	hw_put(PCI_CAPABILITIES, HW_MSIX, 1);
	hw_put(HW_MSIX, PCI_CAP_MSIX | HW_MSI << 8 | (HW_MSIX_ENTRIES - 1) << 16, 4);
	hw_put(HW_MSIX + 4, HW_TABLE, 4);
	hw_put(HW_MSI, PCI_CAP_MSI | (MSI_64 | 0x0a) << 16, 4);
	vpci_get(&world->vm)->machine = &hw_machine;
}

static void world_end(void)
{
	u32 i;

	for (i = 0; i < WORLD_ALLOCS; i++)
		free(world->allocs[i]);
	free(world);
	world = NULL;
}

static struct vpci_bus *world_bus(void)
{
	return container_of(world->dev, struct vpci_bus, dev);
}

static void world_open(void)
{
	world->ch.dev = world->dev;
	world->dev->ops->open(&world->ch);
}

/* The guest sends @len bytes; a private copy of exactly that size finds overreads. */
static void world_request(const void *data, u32 len, u64 id)
{
	u8 *copy = malloc(len ? len : 1);

	memcpy(copy, data, len);
	memset(&world->pkt, 0, sizeof(world->pkt));
	world->pkt.type = VM_PKT_DATA_INBAND;
	world->pkt.flags = 1;
	world->pkt.trans_id = id;
	world->pkt.data = copy;
	world->pkt.len = len;
	world->pkt_there = true;
	world->dev->ops->signal(&world->ch);
	world->pkt_there = false;
	free(copy);
}

#endif
