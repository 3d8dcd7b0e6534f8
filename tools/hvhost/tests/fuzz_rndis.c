// SPDX-License-Identifier: GPL-2.0-only
/* Control of a NIC by messages of any kind, object, length and offset, several in one packet. */
#include "input.h"
#include "nic.h"

/* An RNDIS message with fields that may be anything; its length as it should be. */
static u32 rndis(u8 *to, struct input *in)
{
	static const u32 oids[] = {
		OID_GEN_SUPPORTED_LIST, OID_GEN_CURRENT_PACKET_FILTER, OID_GEN_RECEIVE_SCALE_PARAMETERS,
		OID_GEN_RNDIS_CONFIG_PARAMETER, OID_802_3_MULTICAST_LIST, OID_TCP_OFFLOAD_PARAMETERS,
		OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES, OID_GEN_RECEIVE_SCALE_CAPABILITIES,
		OID_802_3_PERMANENT_ADDRESS, OID_GEN_FRIENDLY_NAME, OID_GEN_VENDOR_DESCRIPTION };
	u32 type = field(in, (u32)take(in, 1) % 9), extra = (u32)take(in, 2) % 1200, w[8];

	w[0] = type;
	w[2] = (u32)take(in, 1);
	w[3] = field(in, oids[take(in, 1) % ARRAY_SIZE(oids)]);
	if (type == RNDIS_INITIALIZE)
		w[3] = field(in, 1);
	w[4] = field(in, extra);
	w[5] = field(in, 20);
	w[6] = 0;
	w[1] = field(in, 28 + extra);
	memcpy(to, w, 28);
	for (u32 i = 0; i < extra; i++)
		to[28 + i] = (u8)take(in, 1);
	if (w[3] == OID_GEN_RECEIVE_SCALE_PARAMETERS && take(in, 1) & 1) {
		struct ndis_rss_parameters p = { .h = { 0x89, 2, 40 }, .hash = 0x1701 };

		p.table_size = (u16)field(in, 512);
		p.table_offset = field(in, 40);
		p.key_size = (u16)field(in, 40);
		p.key_offset = field(in, 552);
		memcpy(to + 28, &p, sizeof(p));
	}
	return 28 + extra;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct nic *w = nic_begin(4, 4, NULL);

	nic_up(w, take(&in, 1) & 1 ? NVSP_VERSION_61 : NVSP_VERSION_4, 1500);
	for (u32 steps = 0; in.left && steps < 40; steps++) {
		u8 *at = guest_at(w->g, w->page), f[100];
		u32 n = 1 + (u32)take(&in, 1) % 3, len = 0;

		while (n-- && in.left)
			len += rndis(at + len, &in);
		/* what is said to be sent may be less or more than the messages */
		len = field(&in, len) % (33u << PAGE_SHIFT);
		nic_rndis_on(w, &w->ch, (u32)take(&in, 1) & 1, MAX(len, 1u));
		/* whatever was set, frames come */
		len = put_frame(f, take(&in, 1) & 1, true, (u16)take(&in, 1), 8);
		memcpy(f, nic_mac, 6);
		nic_arrive(w, f, len);
		nic_poll(w, &w->ch);
	}
	nic_end(w);
	return 0;
}
