// SPDX-License-Identifier: GPL-2.0-only
/*
 * A paravirtual PCI bus ("virtual PCI"): what drivers/pci/controller/pci-hyperv.c
 * drives. Over its VMBus channel the guest agrees on a version, asks which
 * functions there are (PCI_QUERY_BUS_RELATIONS) and what BARs they want, powers
 * the bus up (PCI_BUS_D0ENTRY, which also says where configuration space is to
 * appear: pci_config.c), declares resources assigned, and asks for interrupt
 * messages (pci_intr.c). hvhost may ask for a function back (pci_plug.c). Packets
 * come from vmbus/; answers leave through pci_send.c.
 */
#include "counters.h"
#include "lib.h"
#include "pci.h"

static struct vpci_bus *bus_of(struct vmbus_device *dev)
{
	return container_of(dev, struct vpci_bus, dev);
}

void vpci_refused(struct vpci_bus *bus, const char *format, ...)
{
	char line[160];
	va_list args;

	count(bus->vm, COUNT_REFUSED, 1);
	if (!refusal_told(&bus->dev.refusals, bus->dev.name, format))
		return;
	va_start(args, format);
	hv_vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	hv_log("%s: refused: %s", bus->dev.name, line);
}

struct pci_function *vpci_function_at(struct vpci_bus *bus, u32 slot)
{
	u32 i;

	for (i = 0; i < VPCI_MAX_FUNCTIONS; i++)
		if (bus->fn[i].present && bus->fn[i].desc.slot == slot)
			return &bus->fn[i];
	return NULL;
}

/* ---- what the guest asks, in the order its driver does ---- */

static void query_protocol_version(struct vpci_bus *bus, const struct vmbus_packet *pkt)
{
	struct vpci_version_request m;
	u32 status = VPCI_STATUS_REVISION_MISMATCH;

	memcpy(&m, pkt->data, sizeof(m));
	if (m.version >= VPCI_VERSION_1_1 && m.version <= bus->max_version) {
		bus->version = m.version;
		status = VPCI_STATUS_SUCCESS;
	}
	pci_answer_status(bus, pkt, "query-protocol-version", status);
}

static void query_bus_relations(struct vpci_bus *bus, const struct vmbus_packet *pkt)
{
	(void)pkt;
	bus->relations_asked = true;
	pci_send_relations(bus);
}

static void query_requirements(struct vpci_bus *bus, const struct vmbus_packet *pkt,
			       struct pci_function *f)
{
	struct vpci_requirements r = { 0 };
	u32 i;

	for (i = 0; i < VPCI_BARS; i++)
		r.probed_bar[i] = pci_probed_bar(f, i);
	pci_answer(bus, pkt, "query-resource-requirements", &r, sizeof(r));
}

static u32 enter_d0(struct vpci_bus *bus, u64 window)
{
	if (bus->d0) {
		vpci_refused(bus, "D0ENTRY in D0");
		return VPCI_STATUS_INVALID_DEVICE_STATE;
	}
	if (!pci_window_ok(bus, window)) {
		vpci_refused(bus, "configuration window at %#llx", (unsigned long long)window);
		return VPCI_STATUS_INVALID_PARAMETER;
	}
	bus->window = window;
	bus->slot = 0;
	bus->d0 = true;
	bus->gone = false;
	return VPCI_STATUS_SUCCESS;
}

static void bus_d0entry(struct vpci_bus *bus, const struct vmbus_packet *pkt)
{
	struct vpci_d0_entry m;

	memcpy(&m, pkt->data, sizeof(m));
	pci_answer_status(bus, pkt, "bus-d0entry", enter_d0(bus, m.mmio_base));
}

static void leave_d0(struct vpci_bus *bus)
{
	u32 i;

	for (i = 0; i < VPCI_MAX_FUNCTIONS; i++)
		if (bus->fn[i].ops)
			pci_config_write(&bus->fn[i], PCI_COMMAND, 2, 0);
	bus->d0 = false;
	bus->gone = false;
}

static void bus_d0exit(struct vpci_bus *bus, const struct vmbus_packet *pkt)
{
	leave_d0(bus);
	pci_answer_status(bus, pkt, "bus-d0exit", VPCI_STATUS_SUCCESS);
}

static void resources_assigned(struct vpci_bus *bus, const struct vmbus_packet *pkt,
			       struct pci_function *f)
{
	f->assigned = true;
	pci_answer_status(bus, pkt, "resources-assigned", VPCI_STATUS_SUCCESS);
}

static void resources_released(struct vpci_bus *bus, const struct vmbus_packet *pkt,
			       struct pci_function *f)
{
	f->assigned = false;
	pci_config_write(f, PCI_COMMAND, 2, 0);
	pci_answer_status(bus, pkt, "resources-released", VPCI_STATUS_SUCCESS);
}

/* The request of any version, as the newest has it. The lengths were checked. */
static bool parse_create(struct vpci_bus *bus, const struct vmbus_packet *pkt,
			 struct vpci_create_interrupt3 *m)
{
	struct vpci_create_interrupt v1;
	struct vpci_create_interrupt2 v2;
	u32 i;

	memset(m, 0, sizeof(*m));
	memcpy(m, pkt->data, 8);
	if (m->type == PCI_CREATE_INTERRUPT_MESSAGE3) {
		memcpy(m, pkt->data, sizeof(*m));
	} else if (m->type == PCI_CREATE_INTERRUPT_MESSAGE2) {
		memcpy(&v2, pkt->data, sizeof(v2));
		m->vector = v2.vector;
		m->delivery_mode = v2.delivery_mode;
		m->vector_count = v2.vector_count;
		m->processor_count = v2.processor_count;
		memcpy(m->processor, v2.processor, sizeof(v2.processor));
	} else {
		memcpy(&v1, pkt->data, sizeof(v1));
		m->vector = v1.vector;
		m->delivery_mode = v1.delivery_mode;
		m->vector_count = v1.vector_count;
		for (i = 0; i < 64 && !(v1.cpu_mask >> i & 1); i++)
			;
		m->processor_count = i < 64;
		m->processor[0] = (u16)i;
	}
	/* Delivery: fixed or lowest priority. One function asks for 1, 2, 4 ... 32. */
	return m->vector >= 16 && m->vector <= 255 && m->delivery_mode <= 1 &&
	       m->vector_count && m->vector_count <= 32 &&
	       !(m->vector_count & (m->vector_count - 1)) &&
	       m->processor_count && m->processor_count <= ARRAY_SIZE(m->processor) &&
	       m->processor[0] < bus->vm->vps;
}

static void create_interrupt(struct vpci_bus *bus, const struct vmbus_packet *pkt,
			     struct pci_function *f)
{
	struct vpci_interrupt_created r = { 0 };
	struct vpci_create_interrupt3 m;
	int handle;

	if (!parse_create(bus, pkt, &m)) {
		vpci_refused(bus, "interrupt of %u vectors at %u, mode %u, %u processors",
			     m.vector_count, m.vector, m.delivery_mode, m.processor_count);
		r.status = VPCI_STATUS_INVALID_PARAMETER;
		pci_answer(bus, pkt, "create-interrupt", &r, sizeof(r));
		return;
	}
	handle = pci_interrupt_create(f, m.vector_count, (u8)m.vector, m.processor[0]);
	if (handle < 0) {
		vpci_refused(bus, "interrupts are used up");
		r.status = VPCI_STATUS_NO_RESOURCES;
	} else {
		r.desc.vector_count = m.vector_count;
		r.desc.address = PCI_HANDLE_ADDRESS;
		r.desc.data = (u32)handle;
	}
	pci_answer(bus, pkt, "create-interrupt", &r, sizeof(r));
}

static void delete_interrupt(struct vpci_bus *bus, const struct vmbus_packet *pkt,
			     struct pci_function *f)
{
	struct vpci_delete_interrupt m;
	u32 status = VPCI_STATUS_SUCCESS;

	memcpy(&m, pkt->data, sizeof(m));
	if (m.desc.address != PCI_HANDLE_ADDRESS || pci_interrupt_delete(f, m.desc.data)) {
		vpci_refused(bus, "delete of interrupt %#x, not slot %#x's", m.desc.data, m.slot);
		status = VPCI_STATUS_INVALID_PARAMETER;
	}
	pci_answer_status(bus, pkt, "delete-interrupt", status);
}

static void read_block(struct vpci_bus *bus, const struct vmbus_packet *pkt)
{
	struct vpci_read_block m;
	struct pci_function *f;
	struct {
		u32 status;
		u8 bytes[VPCI_BLOCK_MAX];
	} r = { 0 };

	memcpy(&m, pkt->data, sizeof(m));
	f = vpci_function_at(bus, m.slot);
	if (!f || !f->ops->block_read || m.bytes > VPCI_BLOCK_MAX ||
	    f->ops->block_read(f, m.block, r.bytes, m.bytes)) {
		vpci_refused(bus, "read of block %u, %u bytes, slot %#x", m.block, m.bytes, m.slot);
		pci_answer_status(bus, pkt, "read-block", VPCI_STATUS_INVALID_PARAMETER);
		return;
	}
	pci_answer(bus, pkt, "read-block", &r, sizeof(r.status) + m.bytes);
}

static void write_block(struct vpci_bus *bus, const struct vmbus_packet *pkt)
{
	struct vpci_write_block m;
	struct pci_function *f;

	memcpy(&m, pkt->data, sizeof(m));
	f = vpci_function_at(bus, m.slot);
	if (!f || !f->ops->block_write || m.bytes > VPCI_BLOCK_MAX ||
	    m.bytes > pkt->len - sizeof(m) ||
	    f->ops->block_write(f, m.block, pkt->data + sizeof(m), m.bytes)) {
		vpci_refused(bus, "write of block %u, %u bytes, slot %#x", m.block, m.bytes,
			     m.slot);
		pci_answer_status(bus, pkt, "write-block", VPCI_STATUS_INVALID_PARAMETER);
		return;
	}
	pci_answer_status(bus, pkt, "write-block", VPCI_STATUS_SUCCESS);
}

static void power_state_change(struct vpci_bus *bus, const struct vmbus_packet *pkt,
			       struct pci_function *f)
{
	struct vpci_power_change m;
	struct vpci_power_changed r = { 0 };

	memcpy(&m, pkt->data, sizeof(m));
	r.slot = f->desc.slot;
	r.state = m.state;
	pci_answer(bus, pkt, "power-state-change", &r, sizeof(r));
}

/*
 * One line a message: the least length, the versions that have it, and whether
 * it is about one function (then its slot stands behind the type).
 */
static const struct request {
	u32 type;
	u32 len;
	u32 since;
	void (*bus)(struct vpci_bus *bus, const struct vmbus_packet *pkt);
	void (*function)(struct vpci_bus *bus, const struct vmbus_packet *pkt,
			 struct pci_function *f);
} requests[] = {
	{ PCI_QUERY_PROTOCOL_VERSION, sizeof(struct vpci_version_request), 0,
	  query_protocol_version, NULL },
	{ PCI_QUERY_BUS_RELATIONS, 4, VPCI_VERSION_1_1, query_bus_relations, NULL },
	{ PCI_QUERY_RESOURCE_REQUIREMENTS, sizeof(struct vpci_child_message), VPCI_VERSION_1_1,
	  NULL, query_requirements },
	{ PCI_BUS_D0ENTRY, sizeof(struct vpci_d0_entry), VPCI_VERSION_1_1, bus_d0entry, NULL },
	{ PCI_BUS_D0EXIT, 4, VPCI_VERSION_1_1, bus_d0exit, NULL },
	{ PCI_RESOURCES_ASSIGNED, sizeof(struct vpci_resources_assigned), VPCI_VERSION_1_1,
	  NULL, resources_assigned },
	{ PCI_RESOURCES_ASSIGNED2, sizeof(struct vpci_resources_assigned2), VPCI_VERSION_1_2,
	  NULL, resources_assigned },
	{ PCI_RESOURCES_ASSIGNED3, sizeof(struct vpci_child_message), VPCI_VERSION_1_4,
	  NULL, resources_assigned },
	{ PCI_RESOURCES_RELEASED, sizeof(struct vpci_child_message), VPCI_VERSION_1_1,
	  NULL, resources_released },
	{ PCI_CREATE_INTERRUPT_MESSAGE, sizeof(struct vpci_create_interrupt), VPCI_VERSION_1_1,
	  NULL, create_interrupt },
	{ PCI_CREATE_INTERRUPT_MESSAGE2, sizeof(struct vpci_create_interrupt2), VPCI_VERSION_1_2,
	  NULL, create_interrupt },
	{ PCI_CREATE_INTERRUPT_MESSAGE3, sizeof(struct vpci_create_interrupt3), VPCI_VERSION_1_4,
	  NULL, create_interrupt },
	{ PCI_DELETE_INTERRUPT_MESSAGE, sizeof(struct vpci_delete_interrupt), VPCI_VERSION_1_1,
	  NULL, delete_interrupt },
	{ PCI_POWER_STATE_CHANGE, sizeof(struct vpci_power_change), VPCI_VERSION_1_1,
	  NULL, power_state_change },
	{ PCI_READ_BLOCK, sizeof(struct vpci_read_block), VPCI_VERSION_1_1, read_block, NULL },
	{ PCI_WRITE_BLOCK, sizeof(struct vpci_write_block), VPCI_VERSION_1_1, write_block, NULL },
	{ PCI_EJECTION_COMPLETE, sizeof(struct vpci_eject_complete), VPCI_VERSION_1_1,
	  pci_ejection_complete, NULL },
};

static void handle(struct vmbus_channel *ch, const struct vmbus_packet *pkt)
{
	struct vpci_bus *bus = bus_of(ch->dev);
	const struct request *q = requests;
	struct vpci_child_message m = { 0 };
	struct pci_function *f;

	memcpy(&m, pkt->data, MIN((u32)sizeof(m), pkt->len));
	while (q < requests + ARRAY_SIZE(requests) && q->type != m.type)
		q++;
	if (pkt->type != VM_PKT_DATA_INBAND || pkt->len < 4 ||
	    q == requests + ARRAY_SIZE(requests)) {
		vpci_refused(bus, "packet type %u, message %#x: unknown", pkt->type, m.type);
		pci_answer_status(bus, pkt, "unknown", VPCI_STATUS_NOT_SUPPORTED);
		return;
	}
	if (pkt->len < q->len || bus->version < q->since) {
		vpci_refused(bus, "message %#x of %u bytes in version %#x", m.type, pkt->len,
			     bus->version);
		pci_answer_status(bus, pkt, "unknown", VPCI_STATUS_INVALID_PARAMETER);
		return;
	}
	if (q->bus) {
		q->bus(bus, pkt);
		return;
	}
	f = vpci_function_at(bus, m.slot);
	if (f) {
		q->function(bus, pkt, f);
		return;
	}
	vpci_refused(bus, "message %#x: no function at slot %#x", m.type, m.slot);
	pci_answer_status(bus, pkt, "unknown", VPCI_STATUS_NO_SUCH_DEVICE);
}

/* ---- the device on the VMBus ---- */

/* No new request while answers wait: the guest cannot fill our memory. */
static bool full(struct vmbus_channel *ch)
{
	const struct vpci_bus *bus = bus_of(ch->dev);

	return bus->ch != ch || bus->rescinded || bus->waiting;
}

static void pci_signal(struct vmbus_channel *ch)
{
	channel_batch_begin(ch);
	pci_flush(bus_of(ch->dev));
	channel_drain(ch, handle, full);
	channel_batch_end(ch);
}

/* The session is over; functions are as after power on, ejected ones stay away. */
static void forget(struct vpci_bus *bus)
{
	u32 i;

	pci_send_forget(bus);
	for (i = 0; i < VPCI_MAX_FUNCTIONS; i++)
		pci_function_reset(&bus->fn[i]);
	bus->gone |= bus->d0;
	bus->d0 = false;
	bus->version = 0;
	bus->relations_asked = false;
	bus->ch = NULL;
}

static int pci_open(struct vmbus_channel *ch)
{
	struct vpci_bus *bus = bus_of(ch->dev);

	if (ch->sub_index)
		return -HV_EINVAL;	/* a PCI bus has one channel */
	bus->ch = ch;
	bus->rescinded = false;
	return 0;
}

static void pci_close(struct vmbus_channel *ch)
{
	forget(bus_of(ch->dev));
}

static void pci_reset(struct vmbus_device *dev)
{
	struct vpci_bus *bus = bus_of(dev);
	u32 i;

	forget(bus);
	for (i = 0; i < VPCI_MAX_FUNCTIONS; i++)
		bus->fn[i].present = bus->fn[i].ops != NULL;
}

static const struct vmbus_device_ops pci_ops = {
	.name = "vpci",
	/* HV_PCIE_GUID of include/linux/hyperv.h */
	.type = GUID(0x44c4f61d, 0x4444, 0x4400, 0x9d, 0x52, 0x80, 0x2e, 0x27, 0xed, 0xe1, 0x9f),
	.mmio_mb = 16,
	.open = pci_open,
	.close = pci_close,
	.signal = pci_signal,
	.reset = pci_reset,
	.act = pci_act,
};

int vpci_create(struct vm *vm, u32 number, const struct vpci_config *config)
{
	struct vpci *vpci = vpci_get(vm);
	struct vpci_bus *bus = vpci ? hv_alloc(sizeof(*bus)) : NULL;
	u32 i;
	int err;

	if (!bus)
		return -HV_ENOMEM;
	bus->vm = vm;
	bus->number = number;
	bus->max_version = config->max_version ? config->max_version : VPCI_VERSION_1_4;
	bus->dev.ops = &pci_ops;
	for (i = 0; i < VPCI_MAX_FUNCTIONS && config->function[i].kind != VPCI_NONE; i++) {
		err = pci_function_create(bus, i, &config->function[i]);
		if (err)
			goto fail;
	}
	err = vmbus_device_add(vm, &bus->dev, number);
	if (err)
		goto fail;
	bus->next = vpci->buses;
	vpci->buses = bus;
	return 0;

fail:
	for (i = 0; i < VPCI_MAX_FUNCTIONS; i++)
		hv_free(bus->fn[i].priv);
	hv_free(bus);
	return err;
}
