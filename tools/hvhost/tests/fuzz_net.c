// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that sends anything on the channels of a NIC: NVSP messages, frames with any
 * header and information in sections and pages, completions of any transfer; and a
 * wire on which anything arrives. The peer behind the NIC gets what comes out of it.
 */
#include "input.h"
#include "nic.h"

static void nvsp(struct nic *w, struct guest_channel *ch, struct input *in)
{
	static const u8 types[] = { NVSP_INIT, NVSP_SEND_NDIS_VERSION, NVSP_SEND_RECV_BUF, NVSP_REVOKE_RECV_BUF,
				    NVSP_SEND_SEND_BUF, NVSP_REVOKE_SEND_BUF, NVSP_SEND_RNDIS,
				    NVSP_SEND_NDIS_CONFIG, NVSP_SWITCH_DATA_PATH, NVSP_SUBCHANNEL };
	static const u32 versions[] = { NVSP_VERSION_1, NVSP_VERSION_2, NVSP_VERSION_4, NVSP_VERSION_5,
					NVSP_VERSION_6, NVSP_VERSION_61 };
	struct nvsp_message m = { .type = field(in, types[take(in, 1) % ARRAY_SIZE(types)]) };
	u32 len = take(in, 1) & 7 ? sizeof(m) : (u32)take(in, 1) % (sizeof(m) + 1);

	switch (m.type) {
	case NVSP_INIT:
		m.init.min = m.init.max = field(in, versions[take(in, 1) % ARRAY_SIZE(versions)]);
		break;
	case NVSP_SEND_RECV_BUF:
		m.buffer.gpadl = field(in, w->recv_gpadl);
		m.buffer.id = RECV_ID;
		break;
	case NVSP_SEND_SEND_BUF:
		m.buffer.gpadl = field(in, w->send_gpadl);
		break;
	case NVSP_SEND_NDIS_CONFIG:
		m.ndis_config.mtu = field(in, take(in, 1) & 1 ? 1514 : 9014);
		m.ndis_config.capabilities = take(in, 1);
		break;
	case NVSP_SUBCHANNEL:
		m.subchannel.op = field(in, 1);
		m.subchannel.count = field(in, 3);
		break;
	default:
		for (u32 i = 0; i < sizeof(m.bytes); i++)
			m.bytes[i] = (u8)take(in, 1);
	}
	guest_send(w->g, ch, ++w->id, &m, len & ~7u);
}

static u32 frame(u8 *to, struct input *in)
{
	u8 f[2000];
	u8 kind = (u8)take(in, 1);
	u32 bytes = (u32)take(in, 2) % 1800, len = put_frame(f, kind & 1, kind & 2, 7, bytes), all,
	    n = 0;
	u32 ppi[6], at, changes = (u32)take(in, 1) % 6, l4 = kind & 1 ? 54 : 34;

	if (kind & 4) {
		ppi[2 * n] = field(in, RNDIS_PPI_CHECKSUM);
		ppi[2 * n++ + 1] =
			field(in, (kind & 1 ? 2u : 1u) | (kind & 2 ? 4u : 8u) | l4 << 16);
	}
	if (kind & 8) {
		ppi[2 * n] = field(in, RNDIS_PPI_LARGE_SEND);
		ppi[2 * n++ + 1] = field(in, LSO_V2 | (kind & 1 ? LSO_IP6 : 0) | l4 << 20 |
						     (48 + (u32)take(in, 1) * 6));
	}
	if (kind & 16) {
		ppi[2 * n] = field(in, RNDIS_PPI_VLAN);
		ppi[2 * n++ + 1] = field(in, 0x55);
	}
	all = nic_packet(to, ppi, n, f, len);
	while (changes--) {
		at = (u32)take(in, 1) % 160;
		to[MIN(at, all - 1)] = (u8)take(in, 1);
	}
	if (kind & 32) {
		u32 v = field(in, (u32)take(in, 2));

		at = 4 * ((u32)take(in, 1) % 18);
		memcpy(to + at, &v, 4);
	}
	return all;
}

static void messages(struct nic *w, struct guest_channel *ch, struct input *in)
{
	struct nvsp_message m = { .type = NVSP_SEND_RNDIS };
	u8 *at = guest_at(w->g, w->page);
	u32 n = 1 + (u32)take(in, 1) % 4, len = 0, how = (u32)take(in, 1);

	while (n-- && in->left)
		len += frame(at + len, in);
	m.rndis.channel = how & 1;
	m.rndis.section = NVSP_NO_SECTION;
	if (how & 2) {
		u32 part = MIN(len, 6144u);

		memcpy(guest_at(w->g, w->send), at, part);
		m.rndis.section = field(in, 0);
		m.rndis.section_size = field(in, part);
	}
	if (how & 4 || !(how & 2))
		guest_send_gpa(w->g, ch, ++w->id,
			       w->page + (how & 2 ? m.rndis.section_size % 6145 : 0),
			       MAX(field(in, len) % (33u << PAGE_SHIFT), 1u), &m, sizeof(m));
	else
		guest_send(w->g, ch, ++w->id, &m, sizeof(m));
}

/* Read what there is; complete it, or something else. */
static void read_all(struct nic *w, struct guest_channel *ch, struct input *in)
{
	struct guest_packet r;

	while (guest_recv(w->g, ch, &r))
		if (r.type == VM_PKT_DATA_USING_XFER_PAGES && take(in, 1) < 240)
			nic_complete(w, ch, take(in, 1) < 240 ? r.trans_id : field(in, 5));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct nic *w = nic_begin(4, 4, NULL);
	struct net_backend *peer = loopback_create(&w->g->fake->vm);
	struct guest_channel *all[4] = { &w->ch };
	u32 open = 1;

	w->echo = take(&in, 1) & 1;
	if (!w->echo) {
		/* the peer in place of the wire that keeps frames */
		struct net *n = container_of(w->dev, struct net, dev);

		n->backend = peer;
		peer->nic = n;
		peer->receive = w->wire.receive;
		peer->ops->attach(peer, nic_mac);
	}
	if (take(&in, 1) < 230) {
		nic_up(w, NVSP_VERSION_61, 1500);
		if (take(&in, 1) & 1)
			nic_offload(w, NDIS_PARAMETER_TX_RX, NDIS_PARAMETER_LSO2_ON);
	}
	w->g->fake->heap_left = MIN(w->g->fake->heap_left, 4ul << 20);
	for (u32 steps = 0; in.left && steps < 40; steps++) {
		struct guest_channel *ch = all[take(&in, 1) % open];
		u8 f[2000];
		u32 len;

		switch (take(&in, 1) % 8) {
		case 0:
			nvsp(w, ch, &in);
			break;
		case 1:
			len = frame(f, &in);
			w->wire.receive(w->wire.nic, f, len);
			break;
		case 2:
			fake_time(w->g->fake->now + take(&in, 3));
			break;
		case 3:
			nic_complete(w, ch, take(&in, 1));
			break;
		default:
			messages(w, ch, &in);
		}
		guest_messages(w->g);
		for (u32 i = 1; i < w->g->offers && open < 4; i++) {
			if (w->g->offer[i].sub_index != open)
				continue;
			if (guest_open(w->g, &w->sub[open], &w->g->offer[i], 5))
				break;
			all[open] = &w->sub[open];
			open++;
		}
		if (take(&in, 1) < 200)
			for (u32 i = 0; i < open; i++)
				read_all(w, all[i], &in);
	}
	nic_end(w);
	return 0;
}
