// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions come, before the guest starts and while it runs, and go. hvhost asks for one back with
 * PCI_EJECT; the guest's driver removes it and says PCI_EJECTION_COMPLETE, after
 * which it may come back: by a new list of functions, or, when it was the last
 * one, together with its bus, which is rescinded and offered again.
 */
#include "lib.h"
#include "pci.h"

int pci_function_create(struct vpci_bus *bus, u32 i, const struct vpci_function_config *c)
{
	struct pci_function *f = &bus->fn[i];
	int err, bdf = c->kind == VPCI_CLASS ? vpci_find_class(bus->vm, c->class, 0) : c->bdf;

	if (bdf < 0) {
		hv_log("vpci: no function of class %06x is left", c->class);
		return bdf;
	}
	f->bus = bus;
	f->desc.slot = VPCI_SLOT(0, i);
	f->desc.serial = bus->number * VPCI_MAX_FUNCTIONS + i + 1;
	err = c->kind == VPCI_TEST ? vfunction_init(f) : passthrough_init(f, (u16)bdf);
	if (err)
		return err;
	f->present = true;
	return 0;
}

void pci_send_relations(struct vpci_bus *bus)
{
	bool v2 = bus->version >= VPCI_VERSION_1_3;
	struct vpci_function_desc2 desc;
	struct vpci_relations head = { v2 ? PCI_BUS_RELATIONS2 : PCI_BUS_RELATIONS, 0 };
	u32 size = v2 ? sizeof(desc) : sizeof(desc.v1);
	u32 len = sizeof(head), i;
	u8 message[sizeof(head) + VPCI_MAX_FUNCTIONS * sizeof(desc)];

	for (i = 0; i < VPCI_MAX_FUNCTIONS; i++) {
		if (!bus->fn[i].present || bus->fn[i].ejecting)
			continue;
		memset(&desc, 0, sizeof(desc));
		desc.v1 = bus->fn[i].desc;
		desc.flags = 1;		/* NUMA node 0 is meant */
		memcpy(message + len, &desc, size);
		len += size;
		head.count++;
	}
	memcpy(message, &head, sizeof(head));
	pci_notify(bus, "bus-relations", message, len);
}

int vpci_eject(struct pci_function *f, u64 back_after)
{
	struct vpci_child_message m = { PCI_EJECT, f->desc.slot };

	if (!f->present || f->ejecting)
		return -HV_EBUSY;
	if (!f->bus->relations_asked)
		return -HV_ENOENT;	/* the guest does not know of it */
	f->ejecting = true;
	f->back_after = back_after;
	hv_log("%s: slot %#x: ejecting", f->bus->dev.name, f->desc.slot);
	pci_notify(f->bus, "eject", &m, sizeof(m));
	return 0;
}

void vpci_invalidate(struct pci_function *f, u64 mask)
{
	struct vpci_invalidate_block m = { PCI_INVALIDATE_BLOCK, f->desc.slot, mask };

	pci_notify(f->bus, "invalidate-block", &m, sizeof(m));
}

static u32 functions_present(const struct vpci_bus *bus)
{
	u32 i, n = 0;

	for (i = 0; i < VPCI_MAX_FUNCTIONS; i++)
		n += bus->fn[i].present;
	return n;
}

/* All that was ejected and is to come back does so: on the bus, or with it. */
static void come_back(struct vm *vm, struct event *e)
{
	struct vpci_bus *bus = container_of(e, struct vpci_bus, back);
	bool again = bus->rescinded;
	u32 i;

	for (i = 0; i < VPCI_MAX_FUNCTIONS; i++)
		if (bus->fn[i].ops && (again || bus->fn[i].back_after))
			bus->fn[i].present = true;
	if (again) {
		bus->rescinded = false;
		hv_log("%s: offered again", bus->dev.name);
		if (!bus->dev.primary && vmbus_device_add(vm, &bus->dev, bus->number))
			hv_log("%s: cannot be offered again", bus->dev.name);
	} else if (bus->relations_asked) {
		hv_log("%s: functions are back", bus->dev.name);
		pci_send_relations(bus);
	}
}

/*
 * A function that was ejected, or one more of ours. Linux removes the device before it
 * says EJECTION_COMPLETE, so a guest can look done when it is not.
 */
static int add(struct vpci_bus *bus, u32 i)
{
	static const struct vpci_function_config ours = { .kind = VPCI_TEST };
	struct pci_function *f = &bus->fn[i];
	int err = 0;

	if (f->ejecting) {		/* the guest has not let go of it yet */
		hv_log("%s: add slot %#x: when it is ejected", bus->dev.name, f->desc.slot);
		f->back_after = 1;
		return 0;
	}
	if (f->present)
		return -HV_EBUSY;
	if (f->ops)
		f->present = true;
	else
		err = pci_function_create(bus, i, &ours);
	if (err)
		return err;
	f->back_after = 0;
	if (bus->rescinded && !bus->dev.primary) {
		bus->rescinded = false;
		return vmbus_device_add(bus->vm, &bus->dev, bus->number);
	}
	if (bus->relations_asked)
		pci_send_relations(bus);
	return 0;
}

int pci_act(struct vmbus_device *dev, const struct vmbus_action *a)
{
	struct vpci_bus *bus = container_of(dev, struct vpci_bus, dev);
	u64 i = a->arg[0];

	if (!strcmp(a->verb, "eject"))
		return a->n && i < VPCI_MAX_FUNCTIONS && bus->fn[i].ops ?
			vpci_eject(&bus->fn[i], a->n > 1 ? a->arg[1] : 0) : -HV_EINVAL;
	if (strcmp(a->verb, "add"))
		return -HV_ENOENT;
	if (!a->n)
		for (i = 0; i < VPCI_MAX_FUNCTIONS && bus->fn[i].present &&
		     !bus->fn[i].ejecting; i++)
			;
	return i < VPCI_MAX_FUNCTIONS ? add(bus, (u32)i) : -HV_EINVAL;
}

void pci_ejection_complete(struct vpci_bus *bus, const struct vmbus_packet *pkt)
{
	struct vpci_eject_complete m;
	struct pci_function *f;

	memcpy(&m, pkt->data, sizeof(m));
	f = vpci_function_at(bus, m.slot);
	if (!f || !f->ejecting) {
		vpci_refused(bus, "EJECTION_COMPLETE of slot %#x, which was not asked for", m.slot);
		return;
	}
	pci_function_reset(f);
	f->present = false;
	hv_log("%s: slot %#x: ejected", bus->dev.name, f->desc.slot);
	if (f->back_after) {
		bus->back.fn = come_back;
		event_arm(bus->vm, &bus->back, vm_time(bus->vm) + f->back_after);
	}
	/* As Hyper-V: a bus whose last function went goes too. */
	if (!functions_present(bus))
		pci_rescind(bus);
}
