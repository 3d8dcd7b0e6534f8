// SPDX-License-Identifier: GPL-2.0-only
/*
 * A PCI function that exists only here, for testing what a bus does: two BARs,
 * MSI-X, configuration blocks, a checksum engine that reads and writes the
 * guest's memory. device/pci.c makes it for `--vpci test`.
 *
 * BAR 0 (32 bits, one page) holds parameters and results, BAR 2 (64 bits, two
 * pages) the MSI-X table and its pending bits. Both are plain memory, shown to
 * the guest by the nested page table, so reading and writing them costs no exit
 * and tells hvhost nothing. Work therefore starts in configuration space, where
 * every access is a hypercall: a vendor capability has a command register.
 */
#include "lib.h"
#include "../device/pci.h"

#define CAP_MSIX	0x40u
#define CAP_TEST	0x50u
#define CAP_TEST_LEN	0x1c
#define MSIX_ENTRIES	8u
#define BAR_PARAMETERS	0
#define BAR_MSIX	2
#define BLOCKS		4u
#define DMA_MAX		(1u << 20)

/* Registers of the vendor capability, from its start. */
#define TEST_COMMAND	0x04	/* operation in bits 0..7, argument in 16..31 */
#define TEST_STATUS	0x08	/* of the last command: 0, or why not */
#define TEST_DELAY	0x0c	/* 100 ns before the next command is carried out */
#define TEST_RAISED	0x10	/* messages sent since reset */
#define TEST_BACK	0x14	/* EJECT: 100 ns until the function comes back; 0: never */
#define TEST_COMMANDS	0x18	/* commands carried out since reset */

enum {
	OP_RAISE = 1,		/* send message @argument */
	OP_SUM,			/* FNV-1a of the buffer, then message @argument */
	OP_FILL,		/* fill the buffer from the seed, then message @argument */
	OP_EJECT,		/* ask the guest to give function @argument up */
	OP_INVALIDATE,		/* configuration block @argument changed */
};

#define STATUS_BUSY	0xffffffffu	/* a delayed command waits */

/* BAR 0. */
struct parameters {
	u32 magic;		/* 0x46565648, "HVVF" */
	u32 version;
	u64 address;		/* the buffer, guest physical */
	u32 length;
	u32 seed;
	u32 result;
	u8 scratch[4096 - 28];
} __packed;

struct vfunction {
	struct event event;	/* the delayed command */
	struct event pending;	/* looks whether a masked message may go now */
	struct pci_function *f;
	struct parameters *parameters;
	u8 *msix;		/* table page, pending page */
	u16 msix_control;	/* enable and mask all */
	u32 command, status, delay, back, raised, commands;
	u32 waiting;		/* messages that were masked */
	u8 block[BLOCKS][VPCI_BLOCK_MAX];
};

static const u32 magic = 0x46565648;

/* ---- MSI-X ---- */

/* Try to send message @n; false when it is masked. */
static bool deliver(struct vfunction *v, u32 n)
{
	struct {
		u64 address;
		u32 data;
		u32 control;
	} e;
	u8 vector;
	u32 vp;

	memcpy(&e, v->msix + n * PCI_MSIX_ENTRY, sizeof(e));
	if ((v->msix_control & PCI_MSIX_MASKALL) || (e.control & 1))
		return false;
	if (!pci_target(v->f, e.address, e.data, &vector, &vp)) {
		vpci_refused(v->f->bus, "message %u: %#llx/%#x leads nowhere", n,
			     (unsigned long long)e.address, e.data);
		return true;
	}
	vp_interrupt(&v->f->bus->vm->vp[vp], vector);
	v->raised++;
	return true;
}

static void show_pending(struct vfunction *v)
{
	memcpy(v->msix + PAGE_SIZE, &v->waiting, sizeof(v->waiting));
}

#define PENDING_POLL	1000u	/* 100 us: unmasking writes memory, which nobody sees */

static void pending_due(struct vm *vm, struct event *e)
{
	struct vfunction *v = container_of(e, struct vfunction, pending);
	u32 n;

	if (!(v->msix_control & PCI_MSIX_ENABLE))
		v->waiting = 0;
	for (n = 0; n < MSIX_ENTRIES; n++)
		if ((v->waiting >> n & 1) && deliver(v, n))
			v->waiting &= ~(1u << n);
	show_pending(v);
	if (v->waiting)
		event_arm(vm, e, vm_time(vm) + PENDING_POLL);
}

static u32 raise(struct vfunction *v, u32 n)
{
	struct vm *vm = v->f->bus->vm;

	if (n >= MSIX_ENTRIES)
		return HV_EINVAL;
	if (!(v->msix_control & PCI_MSIX_ENABLE))
		return HV_ENOENT;
	if (deliver(v, n))
		return 0;
	v->waiting |= 1u << n;
	show_pending(v);
	v->pending.fn = pending_due;
	event_arm(vm, &v->pending, vm_time(vm) + PENDING_POLL);
	return 0;
}

/* ---- the engine ---- */

#define FNV_START	2166136261u
#define FNV_PRIME	16777619u

/* Sum or fill the buffer, page by page; parameters are read once. */
static u32 buffer(struct vfunction *v, bool fill)
{
	struct parameters p;
	u32 sum = FNV_START, at, n, i;
	u64 state;
	u8 piece[256];

	memcpy(&p, v->parameters, offsetof(struct parameters, scratch));
	if (!(v->f->command & PCI_COMMAND_MASTER))
		return HV_EBUSY;
	if (p.length > DMA_MAX)
		return HV_EINVAL;
	state = p.seed ? p.seed : 1;
	for (at = 0; at < p.length; at += n) {
		n = MIN(p.length - at, (u32)sizeof(piece));
		for (i = 0; fill && i < n; i++)
			piece[i] = (u8)(hv_random(&state) >> 56);
		if (fill ? gpa_write(v->f->bus->vm, p.address + at, piece, n) :
			   gpa_read(v->f->bus->vm, p.address + at, piece, n))
			return HV_EFAULT;
		for (i = 0; i < n; i++)
			sum = (sum ^ piece[i]) * FNV_PRIME;
	}
	v->parameters->result = sum;
	return 0;
}

static u32 engine(struct vfunction *v, bool fill, u32 message)
{
	u32 status = buffer(v, fill);

	if (status) {
		vpci_refused(v->f->bus, "buffer of slot %#x: %u", v->f->desc.slot, status);
		return status;
	}
	return raise(v, message);
}

static u32 eject(struct vfunction *v, u32 function)
{
	if (function >= VPCI_MAX_FUNCTIONS)
		return HV_EINVAL;
	return (u32)-vpci_eject(&v->f->bus->fn[function], v->back);
}

static u32 carry_out(struct vfunction *v, u32 command)
{
	u32 argument = command >> 16;

	v->commands++;
	switch (command & 0xff) {
	case OP_RAISE:
		return raise(v, argument);
	case OP_SUM:
	case OP_FILL:
		return engine(v, (command & 0xff) == OP_FILL, argument);
	case OP_EJECT:
		return eject(v, argument);
	case OP_INVALIDATE:
		if (argument >= BLOCKS)
			return HV_EINVAL;
		vpci_invalidate(v->f, 1ull << argument);
		return 0;
	}
	return HV_EINVAL;
}

static void command_due(struct vm *vm, struct event *e)
{
	struct vfunction *v = container_of(e, struct vfunction, event);

	(void)vm;
	v->status = carry_out(v, v->command);
}

static void command(struct vfunction *v, u32 value)
{
	struct vm *vm = v->f->bus->vm;

	if (v->event.armed) {
		vpci_refused(v->f->bus, "command %#x while one waits", value);
		return;
	}
	v->command = value;
	if (!v->delay) {
		v->status = carry_out(v, value);
		return;
	}
	v->status = STATUS_BUSY;
	v->event.fn = command_due;
	event_arm(vm, &v->event, vm_time(vm) + v->delay);
	v->delay = 0;
}

/* ---- configuration space ---- */

static u32 dword(struct vfunction *v, u32 where)
{
	switch (where) {
	case PCI_COMMAND:
		return (u32)PCI_STATUS_CAP_LIST << 16;
	case PCI_CAPABILITIES:
		return CAP_MSIX;
	case CAP_MSIX:
		return PCI_CAP_MSIX | CAP_TEST << 8 |
		       (u32)(v->msix_control | (MSIX_ENTRIES - 1)) << 16;
	case CAP_MSIX + 4:
		return 0 | BAR_MSIX;
	case CAP_MSIX + 8:
		return PAGE_SIZE | BAR_MSIX;
	case CAP_TEST:
		return PCI_CAP_VENDOR | CAP_TEST_LEN << 16;
	case CAP_TEST + TEST_COMMAND:
		return v->command;
	case CAP_TEST + TEST_STATUS:
		return v->status;
	case CAP_TEST + TEST_DELAY:
		return v->delay;
	case CAP_TEST + TEST_RAISED:
		return v->raised;
	case CAP_TEST + TEST_BACK:
		return v->back;
	case CAP_TEST + TEST_COMMANDS:
		return v->commands;
	}
	return 0;
}

static u32 vfunction_config_read(struct pci_function *f, u32 where, u32 size)
{
	(void)size;	/* the caller masks */
	return dword(f->priv, where & ~3u) >> (8 * (where & 3));
}

static void msix_control(struct vfunction *v, u16 value)
{
	v->msix_control = value & (PCI_MSIX_ENABLE | PCI_MSIX_MASKALL);
}

static void vfunction_config_write(struct pci_function *f, u32 where, u32 size, u32 value)
{
	struct vfunction *v = f->priv;

	if (where == CAP_MSIX + 2 && size == 2)
		msix_control(v, (u16)value);
	else if (where == CAP_MSIX && size == 4)
		msix_control(v, (u16)(value >> 16));
	if (size != 4)
		return;
	if (where == CAP_TEST + TEST_COMMAND)
		command(v, value);
	else if (where == CAP_TEST + TEST_DELAY)
		v->delay = value;
	else if (where == CAP_TEST + TEST_BACK)
		v->back = value;
}

static u8 *bar_memory(struct vfunction *v, u32 bar)
{
	return bar == BAR_PARAMETERS ? (u8 *)v->parameters : v->msix;
}

static void vfunction_bar_unmap(struct pci_function *f, u32 bar, u64 gpa)
{
	u64 at;

	for (at = 0; at < f->bar[bar].size; at += PAGE_SIZE)
		vm_map_page(f->bus->vm, gpa + at, NULL);
}

static int vfunction_bar_map(struct pci_function *f, u32 bar, u64 gpa)
{
	u8 *memory = bar_memory(f->priv, bar);
	u64 at;
	int err;

	for (at = 0; at < f->bar[bar].size; at += PAGE_SIZE) {
		err = vm_map_page(f->bus->vm, gpa + at, memory + at);
		if (err) {
			vfunction_bar_unmap(f, bar, gpa);
			return err;
		}
	}
	return 0;
}

static void vfunction_command(struct pci_function *f, u16 command)
{
	(void)f;	/* bus mastering is looked up when it is needed */
	(void)command;
}

static void vfunction_route(struct pci_function *f, u32 handle)
{
	(void)f;	/* a message is resolved when it is sent */
	(void)handle;
}

static void vfunction_reset(struct pci_function *f)
{
	struct vfunction *v = f->priv;
	u32 n, masked = 1;

	if (v->event.armed)
		event_cancel(f->bus->vm, &v->event);
	if (v->pending.armed)
		event_cancel(f->bus->vm, &v->pending);
	memset(v->parameters, 0, PAGE_SIZE);
	memset(v->msix, 0, 2 * PAGE_SIZE);
	v->parameters->magic = magic;
	v->parameters->version = 1;
	for (n = 0; n < MSIX_ENTRIES; n++)
		memcpy(v->msix + n * PCI_MSIX_ENTRY + 12, &masked, sizeof(masked));
	v->msix_control = 0;
	v->command = v->status = v->delay = v->back = v->raised = v->commands = v->waiting = 0;
}

static int vfunction_block_read(struct pci_function *f, u32 block, u8 *to, u32 len)
{
	struct vfunction *v = f->priv;

	if (block >= BLOCKS)
		return -HV_ENOENT;
	memcpy(to, v->block[block], len);
	return 0;
}

static int vfunction_block_write(struct pci_function *f, u32 block, const u8 *from, u32 len)
{
	struct vfunction *v = f->priv;

	if (block >= BLOCKS)
		return -HV_ENOENT;
	memcpy(v->block[block], from, len);
	return 0;
}

static const struct pci_function_ops vfunction_ops = {
	.name = "test",
	.config_read = vfunction_config_read,
	.config_write = vfunction_config_write,
	.bar_map = vfunction_bar_map,
	.bar_unmap = vfunction_bar_unmap,
	.command = vfunction_command,
	.route = vfunction_route,
	.reset = vfunction_reset,
	.block_read = vfunction_block_read,
	.block_write = vfunction_block_write,
};

int vfunction_init(struct pci_function *f)
{
	struct vfunction *v = hv_alloc(sizeof(*v));

	if (!v)
		return -HV_ENOMEM;
	f->priv = v;
	v->f = f;
	v->parameters = hv_alloc_pages(1);
	v->msix = hv_alloc_pages(2);
	if (!v->parameters || !v->msix)
		return -HV_ENOMEM;
	f->ops = &vfunction_ops;
	f->desc.vendor = 0x1414;	/* Microsoft's; the device number is nobody's */
	f->desc.device = 0x4856;
	f->desc.subsystem = 0x00011414;
	f->desc.revision = 1;
	f->desc.base_class = 0xff;	/* no class */
	f->bar[BAR_PARAMETERS].size = PAGE_SIZE;
	f->bar[BAR_MSIX].size = 2 * PAGE_SIZE;
	f->bar[BAR_MSIX].flags = PCI_BAR_64 | PCI_BAR_PREFETCH;
	vfunction_reset(f);
	return 0;
}
