// SPDX-License-Identifier: GPL-2.0-only
/* NVSP, buffers and frames both ways of a NIC, as netvsc uses them and as nobody should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "nic.h"

static int setup(void **state)
{
	*state = nic_begin(4, 4, NULL);
	return 0;
}

static int teardown(void **state)
{
	nic_end(*state);
	return 0;
}

/* ---- NVSP ---- */

static void versions(void **state)
{
	static const u32 all[] = { NVSP_VERSION_1, NVSP_VERSION_2, NVSP_VERSION_4, NVSP_VERSION_5,
				   NVSP_VERSION_6, NVSP_VERSION_61 };
	struct nvsp_message m = { .type = NVSP_INIT };
	struct nic *w = *state;

	assert_int_equal(nic_init(w, 0x70000), NVSP_STATUS_UNSUPPORTED);
	assert_int_equal(nic_init(w, 0x30003), NVSP_STATUS_UNSUPPORTED);
	for (u32 i = 0; i < ARRAY_SIZE(all); i++) {
		assert_int_equal(nic_init(w, all[i]), NVSP_STATUS_SUCCESS);
		assert_int_equal(w->answer.init_complete.version, all[i]);
	}
	/* of a range, the highest */
	m.init.min = 1;
	m.init.max = 0x50001;
	assert_int_equal(nic_nvsp(w, &w->ch, &m), NVSP_INIT_COMPLETE);
	assert_int_equal(w->answer.init_complete.version, NVSP_VERSION_5);
}

static void nothing_before_its_time(void **state)
{
	struct nvsp_message m = { .type = NVSP_SEND_RECV_BUF };
	struct nic *w = *state;
	struct guest_packet r;

	m.buffer.gpadl = w->recv_gpadl;
	assert_int_equal(nic_nvsp(w, &w->ch, &m), 0);
	assert_non_null(strstr(w->g->fake->log, "refused: NVSP message 65"));
	nic_init(w, NVSP_VERSION_4);
	m = (struct nvsp_message){ .type = NVSP_SUBCHANNEL };	/* came with version 5 */
	assert_int_equal(nic_nvsp(w, &w->ch, &m), 0);
	m.type = 77;
	assert_int_equal(nic_nvsp(w, &w->ch, &m), 0);
	/* frames before RNDIS is there */
	nic_recv_buffer(w, w->recv_gpadl);
	assert_int_equal(nic_frame(w, NULL, 0, (u8[64]){ 0 }, 64), NVSP_STATUS_INVALID_RNDIS);
	/* too short to be one */
	for (u32 len = 0; len < 12; len += 4) {
		m.type = NVSP_INIT;
		guest_send(w->g, &w->ch, ++w->id, &m, len);
		if (len < 4 || len % 8)		/* padded to 8 on the ring */
			assert_false(guest_recv(w->g, &w->ch, &r));
	}
	assert_int_equal(w->frames, 0);
}

static void recv_buffers(void **state)
{
	struct nvsp_message m = { .type = NVSP_REVOKE_RECV_BUF };
	struct nic *w = *state;

	nic_init(w, NVSP_VERSION_61);
	assert_int_equal(nic_recv_buffer(w, 0x999), NVSP_STATUS_FAIL);
	assert_int_equal(nic_recv_buffer(w, w->recv_gpadl), NVSP_STATUS_SUCCESS);
	assert_int_equal(w->answer.recv_complete.sections, 1);
	assert_int_equal(w->answer.recv_complete.section[0].size, 1728);
	assert_int_equal(w->answer.recv_complete.section[0].count,
			 (RECV_PAGES << PAGE_SHIFT) / 1728);
	assert_int_equal(w->answer.recv_complete.section[0].offset, 0);
	/* sections that a frame of the MTU fits in, and no more than the buffer has */
	nic_config(w, 9000);
	assert_int_equal(nic_recv_buffer(w, w->recv_gpadl), NVSP_STATUS_SUCCESS);
	assert_true(w->answer.recv_complete.section[0].size >= 9014 + 44 + 48);
	assert_true(w->answer.recv_complete.section[0].end <= RECV_PAGES << PAGE_SHIFT);
	nic_config(w, 65535);	/* more than the wire has */
	assert_int_equal(nic_recv_buffer(w, w->recv_gpadl), NVSP_STATUS_SUCCESS);
	assert_true(w->answer.recv_complete.section[0].size <= 9216 + 14 + 264);
	m.revoke.id = 1;
	nic_nvsp(w, &w->ch, &m);
	assert_non_null(strstr(w->g->fake->log, "refused: revoke of buffer 1"));
	assert_int_equal(nic_send_buffer(w, 0x999), NVSP_STATUS_FAIL);
	assert_int_equal(nic_send_buffer(w, w->send_gpadl), NVSP_STATUS_SUCCESS);
	assert_int_equal(w->answer.send_complete.section_size, 6144);
}

static void data_path(void **state)
{
	struct nvsp_message m = { .type = NVSP_SWITCH_DATA_PATH };
	struct nic *w = *state;
	struct guest_packet r;

	nic_up(w, NVSP_VERSION_61, 1500);
	guest_send(w->g, &w->ch, ++w->id, &m, sizeof(m));
	assert_true(guest_recv(w->g, &w->ch, &r));
	assert_int_equal(r.type, VM_PKT_COMP);
	assert_int_equal(r.trans_id, w->id);
	assert_int_equal(r.len, 0);
}

/* ---- out ---- */

static void frames_out(void **state)
{
	struct nic *w = *state;
	u8 f[NET_FRAME_MAX];

	nic_up(w, NVSP_VERSION_61, 9000);
	for (u32 len = 14; len <= 9014; len += len < 128 ? 1 : 1237) {
		for (u32 i = 0; i < len; i++)
			f[i] = (u8)(i * 3 + len);
		f[12] = 0x88;
		w->frames = 0;
		assert_int_equal(nic_frame(w, NULL, 0, f, len), NVSP_STATUS_SUCCESS);
		assert_int_equal(w->frames, 1);
		assert_int_equal(w->len[0], len);
		assert_memory_equal(w->frame[0], f, len);
	}
	w->frames = 0;
	/* too long for the MTU, as one may be that was on its way when it changed: dropped */
	assert_int_equal(nic_frame(w, NULL, 0, f, 9015), NVSP_STATUS_SUCCESS);
	assert_int_equal(nic_counted(w, "net_tx_dropped_too_long"), 1);
	assert_int_equal(nic_frame(w, NULL, 0, f, 13), NVSP_STATUS_INVALID_RNDIS);
	assert_int_equal(w->frames, 0);
}

/* Messages in a section of the send buffer, and one whose data lie in pages. */
static void send_sections(void **state)
{
	struct nvsp_message m = { .type = NVSP_SEND_RNDIS };
	struct nic *w = *state;
	u8 f[1514], *section;
	u32 at = 0, one;

	nic_up(w, NVSP_VERSION_61, 1500);
	for (u32 i = 0; i < sizeof(f); i++)
		f[i] = (u8)(i * 5);
	section = guest_at(w->g, w->send + 3 * 6144);
	for (u32 i = 0; i < 3; i++) {
		one = nic_packet(section + at, NULL, 0, f + i, 101 + i);
		/* padded, as a driver does between messages */
		one = ALIGN_UP(one, 8u);
		memcpy(section + at + 4, &one, 4);
		at += one;
	}
	m.rndis.section = 3;
	m.rndis.section_size = at;
	assert_int_equal(nic_nvsp(w, &w->ch, &m), NVSP_SEND_RNDIS_COMPLETE);
	assert_int_equal(w->answer.rndis_complete.status, NVSP_STATUS_SUCCESS);
	assert_int_equal(w->frames, 3);
	for (u32 i = 0; i < 3; i++) {
		assert_int_equal(w->len[i], 101 + i);
		assert_memory_equal(w->frame[i], f + i, 101 + i);
	}
	/* the header in the section, the frame in pages */
	w->frames = 0;
	nic_packet(section, NULL, 0, f, sizeof(f));
	m.rndis.section_size = sizeof(struct rndis_packet);
	memcpy(guest_at(w->g, w->page + 4000), f, sizeof(f));
	guest_send_gpa(w->g, &w->ch, ++w->id, w->page + 4000, sizeof(f), &m, sizeof(m));
	nic_poll(w, &w->ch);
	assert_int_equal(w->answer.rndis_complete.status, NVSP_STATUS_SUCCESS);
	assert_int_equal(w->frames, 1);
	assert_memory_equal(w->frame[0], f, sizeof(f));
	/* sections that are not there, or are not so long */
	w->frames = 0;
	m.rndis.section = 8;
	nic_nvsp(w, &w->ch, &m);
	assert_int_equal(w->answer.rndis_complete.status, NVSP_STATUS_INVALID_RNDIS);
	m.rndis.section = 0xfffffffe;
	nic_nvsp(w, &w->ch, &m);
	assert_int_equal(w->answer.rndis_complete.status, NVSP_STATUS_INVALID_RNDIS);
	m.rndis.section = 0;
	m.rndis.section_size = 6145;
	nic_nvsp(w, &w->ch, &m);
	assert_int_equal(w->answer.rndis_complete.status, NVSP_STATUS_INVALID_RNDIS);
	assert_non_null(strstr(w->g->fake->log, "refused: send section 0"));
	assert_int_equal(w->frames, 0);
	/* and none after a revoke */
	m = (struct nvsp_message){ .type = NVSP_REVOKE_SEND_BUF };
	nic_nvsp(w, &w->ch, &m);
	m = (struct nvsp_message){ .type = NVSP_SEND_RNDIS };
	m.rndis.section_size = 100;
	nic_nvsp(w, &w->ch, &m);
	assert_int_equal(w->answer.rndis_complete.status, NVSP_STATUS_INVALID_RNDIS);
}

static void hostile_packets(void **state)
{
	/* a field of the RNDIS packet by its offset, and what it must not be */
	static const struct { u32 at, value; } bad[] = {
		{ 4, 0 }, { 4, 7 }, { 4, 43 }, { 4, 1000 }, { 4, 0xffffffff },	/* message length */
		{ 8, 0xffffffff }, { 8, 200 }, { 8, 0xfffffff8 },		/* data offset */
		{ 12, 0xffffffff }, { 12, 1000 }, { 12, 13 },			/* data length */
		{ 28, 0xffffffff }, { 28, 10000 },				/* information offset */
		{ 32, 0xffffffff }, { 32, 10000 }, { 32, 15 }, { 32, 11 },	/* and length */
		{ 44, 0 }, { 44, 11 }, { 44, 17 }, { 44, 0xffffffff },		/* its first entry */
		{ 52, 0 }, { 52, 11 }, { 52, 13 }, { 52, 17 }, { 52, 0xffffffff },
	};
	static const u32 ppi[2] = { RNDIS_PPI_VLAN, 0x10 };
	struct nic *w = *state;
	u8 f[100] = { 0 }, *at;
	u32 len;

	nic_up(w, NVSP_VERSION_61, 1500);
	at = guest_at(w->g, w->page);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		len = nic_packet(at, ppi, 1, f, sizeof(f));
		memcpy(at + bad[i].at, &bad[i].value, 4);
		assert_int_equal(nic_rndis_on(w, &w->ch, NVSP_CHANNEL_DATA, len),
				 NVSP_STATUS_INVALID_RNDIS);
		assert_int_equal(w->frames, 0);
	}
	/* the same unharmed */
	len = nic_packet(at, ppi, 1, f, sizeof(f));
	assert_int_equal(nic_rndis_on(w, &w->ch, NVSP_CHANNEL_DATA, len), NVSP_STATUS_SUCCESS);
	assert_int_equal(nic_rndis_on(w, &w->ch, NVSP_CHANNEL_DATA, len + 3),
			 NVSP_STATUS_INVALID_RNDIS);
	assert_int_equal(nic_rndis_on(w, &w->ch, NVSP_CHANNEL_DATA, len - 1),
			 NVSP_STATUS_INVALID_RNDIS);
	assert_int_equal(nic_rndis_on(w, &w->ch, NVSP_CHANNEL_DATA, 140 << 10),
			 NVSP_STATUS_INVALID_RNDIS);
}

/* ---- in ---- */

static void frames_in(void **state)
{
	struct nic *w = *state;
	u8 f[9014] = { 0 };
	u32 v;

	nic_up(w, NVSP_VERSION_61, 9000);
	memcpy(f, nic_mac, 6);
	f[12] = 0x88;
	for (u32 len = 14; len <= 9014; len += 900) {
		for (u32 i = 14; i < len; i++)
			f[i] = (u8)(i * 7 + len);
		assert_true(nic_arrive(w, f, len));
		assert_int_equal(nic_poll(w, &w->ch), 1);
		assert_int_equal(w->messages, 1);
		nic_is_frame(w, 0, f, len);
		assert_false(nic_ppi(w, 0, RNDIS_PPI_CHECKSUM, &v));
		assert_false(nic_ppi(w, 0, RNDIS_PPI_HASH, &v));
	}
	assert_int_equal(nic_counted(w, "net_rx_packets"), 11);
	nic_config(w, 1500);
	assert_false(nic_arrive(w, f, 1515));
	assert_int_equal(nic_counted(w, "net_rx_dropped_too_long"), 1);
	/* one guest, four frames in one transfer: four frames in one packet */
	w->echo = true;
	v = 0;
	for (u32 i = 0; i < 4; i++)
		v += nic_packet((u8 *)guest_at(w->g, w->page) + v, NULL, 0, f, 60 + i);
	nic_rndis_on(w, &w->ch, NVSP_CHANNEL_DATA, v);
	assert_int_equal(w->messages, 4);
	for (u32 i = 0; i < 4; i++)
		nic_is_frame(w, i, f, 60 + i);
}

static void sections_run_out(void **state)
{
	u32 sections = (RECV_PAGES << PAGE_SHIFT) / 1728, taken = 0, packets = 0;
	struct nic *w = *state;
	struct guest_packet r, first = { 0 };
	u8 f[60] = { 0 };

	nic_up(w, NVSP_VERSION_61, 1500);
	memcpy(f, nic_mac, 6);
	for (u32 i = 0; i < 2 * sections; i++)
		taken += nic_arrive(w, f, sizeof(f));
	/* some are kept back for messages */
	assert_int_equal(taken, sections - 16);
	assert_int_equal(nic_counted(w, "net_rx_dropped_no_section"), sections + 16);
	while (guest_recv(w->g, &w->ch, &r)) {
		if (!packets++)
			first = r;
	}
	assert_int_equal(packets, taken);
	/* and they do get through */
	nic_filter(w, FILTER_DIRECTED);
	/* one section back: one frame more; not twice for one */
	nic_complete(w, &w->ch, first.trans_id);
	assert_true(nic_arrive(w, f, sizeof(f)));
	assert_false(nic_arrive(w, f, sizeof(f)));
	assert_true(guest_recv(w->g, &w->ch, &r));
	nic_complete(w, &w->ch, r.trans_id);
	nic_complete(w, &w->ch, r.trans_id);
	assert_non_null(strstr(w->g->fake->log, "refused: completion of transfer"));
	assert_true(nic_arrive(w, f, sizeof(f)));
	assert_false(nic_arrive(w, f, sizeof(f)));
	nic_complete(w, &w->ch, 0);
	nic_complete(w, &w->ch, sections + 1);
	nic_complete(w, &w->ch, ~0ull);
	assert_false(nic_arrive(w, f, sizeof(f)));
}

static void filter(void **state)
{
	static const u8 kinds[4][6] = { { 0, 0x15, 0x5d, 0, 0, 1 }, { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
					{ 0x33, 0x33, 0, 0, 0, 1 }, { 2, 0, 0, 0, 0, 9 } };
	/* directed, broadcast, any group, no one's, as bits */
	static const struct { u32 filter, through; } t[] = {
		{ 0, 0 }, { FILTER_DIRECTED, 1 }, { FILTER_BROADCAST, 2 }, { FILTER_ALL_MULTICAST, 4 },
		{ FILTER_MULTICAST, 0 }, { FILTER_DIRECTED | FILTER_BROADCAST, 3 },
		{ FILTER_PROMISCUOUS, 15 } };
	struct nic *w = *state;
	u8 f[60] = { 0 };

	nic_up(w, NVSP_VERSION_61, 1500);
	for (u32 i = 0; i < ARRAY_SIZE(t); i++) {
		nic_filter(w, t[i].filter);
		for (u32 k = 0; k < 4; k++) {
			memcpy(f, kinds[k], 6);
			assert_int_equal(nic_arrive(w, f, sizeof(f)), t[i].through >> k & 1);
			nic_poll(w, &w->ch);
		}
	}
	nic_filter(w, FILTER_MULTICAST);
	assert_int_equal(nic_set(w, OID_802_3_MULTICAST_LIST, kinds[2], 6), 0);
	memcpy(f, kinds[2], 6);
	assert_true(nic_arrive(w, f, sizeof(f)));
	f[5]++;
	assert_false(nic_arrive(w, f, sizeof(f)));
}

static void link(void **state)
{
	struct vmbus_action down = { .verb = "link-down" }, up = { .verb = "link-up" };
	struct nic *w = *state;
	struct rndis_indicate m;
	u8 f[60] = { 0 };

	nic_up(w, NVSP_VERSION_61, 1500);
	memcpy(f, nic_mac, 6);
	assert_int_equal(w->dev->ops->act(w->dev, &down), 0);
	nic_poll(w, &w->ch);
	memcpy(&m, w->message[0], sizeof(m));
	assert_int_equal(m.h.type, RNDIS_INDICATE);
	assert_int_equal(m.status, RNDIS_STATUS_MEDIA_DISCONNECT);
	assert_false(nic_arrive(w, f, sizeof(f)));
	assert_int_equal(nic_frame(w, NULL, 0, f, sizeof(f)), NVSP_STATUS_SUCCESS);
	assert_int_equal(w->frames, 0);
	assert_int_equal(w->dev->ops->act(w->dev, &down), 0);	/* once is enough */
	assert_int_equal(nic_poll(w, &w->ch), 0);
	assert_int_equal(w->dev->ops->act(w->dev, &up), 0);
	nic_poll(w, &w->ch);
	memcpy(&m, w->message[0], sizeof(m));
	assert_int_equal(m.status, RNDIS_STATUS_MEDIA_CONNECT);
	assert_true(nic_arrive(w, f, sizeof(f)));
	up.verb = "levitate";
	assert_int_equal(w->dev->ops->act(w->dev, &up), -HV_ENOENT);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(versions), T(nothing_before_its_time), T(recv_buffers), T(data_path),
		T(frames_out),
		T(send_sections), T(hostile_packets), T(frames_in), T(sections_run_out), T(filter),
		T(link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
