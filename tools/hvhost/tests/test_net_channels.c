// SPDX-License-Identifier: GPL-2.0-only
/* A NIC's sub-channels, its rings when they are full, and what a host script does to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "nic.h"
#include "script.h"

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

static u32 ask_for(struct nic *w, u32 n)
{
	struct nvsp_message m = { .type = NVSP_SUBCHANNEL };

	m.subchannel.op = NVSP_SUBCHANNEL_ALLOCATE;
	m.subchannel.count = n;
	assert_int_equal(nic_nvsp(w, &w->ch, &m), NVSP_SUBCHANNEL);
	assert_int_equal(w->answer.subchannel_complete.status, NVSP_STATUS_SUCCESS);
	guest_messages(w->g);
	return w->answer.subchannel_complete.count;
}

static void open_sub(struct nic *w, u32 i)
{
	u32 before = w->g->offers - 3;

	assert_int_equal(w->g->offer[before + i - 1].sub_index, i);
	assert_int_equal(guest_open(w->g, &w->sub[i], &w->g->offer[before + i - 1], 9), 0);
}

static void spread(struct nic *w)
{
	struct {
		struct ndis_rss_parameters p;
		u32 table[NDIS_RSS_ENTRIES];
		u8 key[NDIS_RSS_KEY];
	} __packed rss = { .p = { .h = { NDIS_OBJECT_RSS_PARAMETERS, 2, sizeof(rss.p) } } };

	rss.p.hash = NDIS_HASH_TOEPLITZ | NDIS_HASH_IP4 | NDIS_HASH_TCP_IP4 | NDIS_HASH_IP6 |
		     NDIS_HASH_TCP_IP6;
	rss.p.table_size = sizeof(rss.table);
	rss.p.table_offset = sizeof(rss.p);
	rss.p.key_size = sizeof(rss.key);
	rss.p.key_offset = sizeof(rss.p) + sizeof(rss.table);
	for (u32 i = 0; i < NDIS_RSS_ENTRIES; i++)
		rss.table[i] = i % 4;
	for (u32 i = 0; i < NDIS_RSS_KEY; i++)
		rss.key[i] = (u8)(i * 77 + 5);
	assert_int_equal(nic_set(w, OID_GEN_RECEIVE_SCALE_PARAMETERS, &rss, sizeof(rss)), 0);
}

static void sub_channels(void **state)
{
	struct nic *w = *state;
	struct nvsp_send_table t;
	struct guest_packet r;
	u32 seen[4] = { 0 }, hash = 0;
	u8 f[100];

	nic_up(w, NVSP_VERSION_61, 1500);
	assert_int_equal(ask_for(w, 7), 3);	/* as many as there are */
	assert_int_equal(ask_for(w, 1), 0);
	open_sub(w, 1);
	open_sub(w, 3);
	assert_false(guest_recv(w->g, &w->ch, &r));
	open_sub(w, 2);
	/* all are open: the send table */
	assert_true(guest_recv(w->g, &w->ch, &r));
	assert_int_equal(r.type, VM_PKT_DATA_INBAND);
	memcpy(&t, r.data, sizeof(t));
	assert_int_equal(t.message.type, NVSP_SEND_INDIRECTION_TABLE);
	assert_int_equal(t.message.table.count, 16);
	assert_int_equal(t.message.table.offset, 40);
	for (u32 i = 0; i < 16; i++)
		assert_int_equal(t.entry[i], i % 4);
	/* frames go where their hash says */
	spread(w);
	w->sub[0] = w->ch;
	for (u32 i = 0; i < 64; i++) {
		u32 len = put_frame(f, false, true, (u16)(1000 + i), 20);

		memcpy(f, nic_mac, 6);
		assert_true(nic_arrive(w, f, len));
		for (u32 k = 0; k < 4; k++) {
			if (!nic_poll(w, &w->sub[k]))
				continue;
			seen[k]++;
			nic_is_frame(w, 0, f, len);
			assert_true(nic_ppi(w, 0, RNDIS_PPI_HASH, &hash));
			assert_int_equal(hash % 128 % 4, k);
		}
	}
	assert_int_equal(seen[0] + seen[1] + seen[2] + seen[3], 64);
	for (u32 k = 0; k < 4; k++)
		assert_true(seen[k] > 4);
	/* the guest may send on each of them, frames only */
	memcpy(guest_at(w->g, w->page), f, 100);
	hash = nic_packet(guest_at(w->g, w->page), NULL, 0, f, 100);
	assert_int_equal(nic_rndis_on(w, &w->sub[2], NVSP_CHANNEL_DATA, hash), NVSP_STATUS_SUCCESS);
	assert_int_equal(nic_nvsp(w, &w->sub[2], &(struct nvsp_message){ .type = NVSP_INIT }), 0);
	/* a channel's completions are its own */
	nic_arrive(w, f, 100);
	for (u32 k = 0; k < 4; k++)
		if (guest_recv(w->g, &w->sub[k], &r))
			nic_complete(w, &w->sub[(k + 1) % 4], r.trans_id);
	assert_non_null(strstr(w->g->fake->log, "refused: completion of transfer"));
}

/* MTU change: the guest closes all, opens again, and gets as many channels as before. */
static void again(void **state)
{
	struct nic *w = *state;

	for (u32 round = 0; round < 3; round++) {
		struct msg_open m = { .header = { MSG_OPENCHANNEL, 0 },
				      .relid = w->ch.relid,
				      .open_id = 1,
				      .ring_gpadl = w->ch.gpadl,
				      .downstream_page = 9 };
		u32 first;

		nic_up(w, NVSP_VERSION_61, round ? 9000 : 1500);
		assert_int_equal(ask_for(w, 3), 3);
		first = w->g->offers - 3;
		for (u32 i = 1; i < 4; i++)
			open_sub(w, i);
		for (u32 i = 4; i--;) {
			struct msg_relid close = { { MSG_CLOSECHANNEL, 0 },
						   i ? w->g->offer[first + i - 1].relid :
						       w->ch.relid };

			assert_int_equal(guest_post(w->g, &close, sizeof(close)), 0);
		}
		assert_int_equal(guest_messages(w->g), MSG_RESCIND_OFFER);
		for (u32 i = 0; i < 3; i++) {
			struct msg_relid released = { { MSG_RELID_RELEASED, 0 },
						      w->g->offer[first + i].relid };

			assert_int_equal(guest_post(w->g, &released, sizeof(released)), 0);
		}
		/* the ring as a guest leaves it */
		memset(guest_at(w->g, w->ch.ring), 0, PAGE_SIZE);
		memset(guest_at(w->g, w->ch.ring + 9 * PAGE_SIZE), 0, PAGE_SIZE);
		assert_int_equal(guest_post(w->g, &m, sizeof(m)), 0);
		assert_int_equal(guest_messages(w->g), MSG_OPENCHANNEL_RESULT);
		assert_null(strstr(w->g->fake->log, "refused"));
	}
}

/* ---- the host script, and rings that are full ---- */

static void script(void **state)
{
	static const char text[] = "net0 init nth 1 refuse 7\n"
				   "net0 query-mac nth 1 refuse 0xc0000001\n"
				   "net0 receive nth 2 drop\n"
				   "net0 receive nth 3 duplicate\n"
				   "net0 receive nth 4 delay 5us\n"
				   "net0 sent nth 12 delay 7us\n";
	struct nic *w = *state;
	u8 f[60] = { 0 }, mac[6];
	u32 n;

	script_init(&w->g->fake->vm, text, sizeof(text) - 1);
	assert_int_equal(nic_init(w, NVSP_VERSION_61), 7);
	nic_up(w, NVSP_VERSION_6, 1500);
	assert_int_equal(nic_query(w, OID_802_3_PERMANENT_ADDRESS, mac, &n), 0xc0000001);
	assert_int_equal(nic_query(w, OID_802_3_PERMANENT_ADDRESS, mac, &n), 0);
	memcpy(f, nic_mac, 6);
	for (u32 i = 0; i < 3; i++) {
		static const u32 want[] = { 1, 0, 2 };

		nic_arrive(w, f, sizeof(f));
		assert_int_equal(nic_poll(w, &w->ch), want[i]);
	}
	nic_arrive(w, f, sizeof(f));
	assert_int_equal(nic_poll(w, &w->ch), 0);
	fake_time(w->g->fake->now + 50);
	assert_int_equal(nic_poll(w, &w->ch), 1);
	for (u32 i = 0; i < 7; i++)
		assert_int_equal(nic_frame(w, NULL, 0, f, sizeof(f)), NVSP_STATUS_SUCCESS);
	assert_int_equal(nic_frame(w, NULL, 0, f, sizeof(f)), 0);
	fake_time(w->g->fake->now + 70);
	nic_poll(w, &w->ch);
	assert_int_equal(w->answer.rndis_complete.status, NVSP_STATUS_SUCCESS);
}

/* What a driver sends from beginning to end, whatever comes back. */
static void blindly(struct nic *w, bool read)
{
	static const u32 oids[] = { OID_802_3_PERMANENT_ADDRESS, OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES };
	struct rndis_initialize i = { { RNDIS_INITIALIZE, sizeof(i) }, 1, 1, 0, 0 };
	struct nvsp_message m[] = {
		{ .type = NVSP_INIT },		{ .type = NVSP_SEND_RECV_BUF },
		{ .type = NVSP_SEND_SEND_BUF }, { .type = NVSP_SWITCH_DATA_PATH },
		{ .type = NVSP_SUBCHANNEL },	{ .type = NVSP_SEND_RNDIS }
	};
	struct vmbus_action down = { .verb = "link-down" };
	u8 *at = guest_at(w->g, w->page), f[60] = { 0 };
	struct guest_packet r;
	u32 len = 0, filter = FILTER_PROMISCUOUS;

	m[0].init.min = m[0].init.max = NVSP_VERSION_61;
	m[1].buffer.gpadl = w->recv_gpadl;
	m[2].buffer.gpadl = w->send_gpadl;
	m[4].subchannel.op = NVSP_SUBCHANNEL_ALLOCATE;
	m[4].subchannel.count = 1;
	m[5].rndis.section = NVSP_NO_SECTION;
	memcpy(at, &i, sizeof(i));
	for (u32 k = 0; k < 6; k++) {
		if (k == 3) {
			guest_send_gpa(w->g, &w->ch, 90, w->page, sizeof(i), &m[5], sizeof(m[5]));
			for (u32 o = 0; o < 3; o++) {
				struct rndis_request q = { { o < 2 ? RNDIS_QUERY : RNDIS_SET, sizeof(q) + 4 }, o,
							   o < 2 ? oids[o] : OID_GEN_CURRENT_PACKET_FILTER, 4, 20, 0 };

				memcpy(at, &q, sizeof(q));
				memcpy(at + sizeof(q), &filter, 4);
				guest_send_gpa(w->g, &w->ch, 91 + o, w->page, sizeof(q) + 4, &m[5],
					       sizeof(m[5]));
			}
			for (u32 n = 0; n < 4; n++)
				len += nic_packet(at + len, NULL, 0, f, sizeof(f));
		}
		if (k < 5)
			guest_send(w->g, &w->ch, k, &m[k], sizeof(m[k]));
		else
			guest_send_gpa(w->g, &w->ch, 99, w->page, len, &m[5], sizeof(m[5]));
		while (read && guest_recv(w->g, &w->ch, &r))
			if (r.type == VM_PKT_DATA_USING_XFER_PAGES)
				nic_complete(w, &w->ch, r.trans_id);
	}
	if (w->dev->primary)
		w->dev->ops->act(w->dev, &down);
	fake_time(w->g->fake->now + 100000);
	guest_messages(w->g);
}

/* Each answer with each fault: nothing the host does to itself brings it down. */
static void faults_everywhere(void **state)
{
	static const char *const names[] = {
		"init", "recv-buffer", "send-buffer", "switch-path", "sub-channels", "sent",
		"receive",
		"initialize", "query-mac", "query-offload", "set-filter", "indicate", "*" };
	static const char *const faults[] = {
		"rescind",	"drop",	    "duplicate",     "delay 5us",
		"short 3",	"long 100", "long 2000",     "stale-id",
		"corrupt 0 40", "refuse 5", "ring-index 12", "ring-index 0xfffffff8"
	};

	u64 hits = 0;

	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		for (u32 k = 0; k < ARRAY_SIZE(faults); k++)
			for (u32 nth = 1; nth < 4; nth++) {
				struct nic *w = nic_begin(4, 4, NULL);
				char text[100];

				snprintf(text, sizeof(text), "net0 %s nth %u %s\n", names[i], nth,
					 faults[k]);
				script_init(&w->g->fake->vm, text, strlen(text));
				w->echo = true;
				blindly(w, strncmp(faults[k], "ring", 4));
				hits += nic_counted(w, "faults_injected");
				nic_end(w);
			}
	/* all came true; "sent", "receive" and "*" three times (a delay is not counted) */
	assert_int_equal(hits, (ARRAY_SIZE(faults) - 1) * (ARRAY_SIZE(names) + 2 * 3));
}

/* A guest that sends and does not read: the host stops reading, and loses no answer. */
static void full_ring(void **state)
{
	struct nvsp_message m = { .type = NVSP_SEND_RNDIS };
	struct nic *w = *state;
	struct guest_packet r;
	u32 sent = 0, got = 0, len;
	u8 f[60] = { 0 };

	nic_up(w, NVSP_VERSION_61, 1500);
	len = nic_packet(guest_at(w->g, w->page), NULL, 0, f, sizeof(f));
	m.rndis.section = NVSP_NO_SECTION;
	/* until the guest's own ring is nearly full */
	while (sent < 1000) {
		struct ring_header *h = guest_at(w->g, w->ch.ring);
		u32 size = 8 << PAGE_SHIFT, used = (h->write_index + size - h->read_index) % size;

		if (used + 200 > size)
			break;
		guest_send_gpa(w->g, &w->ch, ++sent, w->page, len, &m, sizeof(m));
	}
	assert_true(sent > 500 && sent < 1000);
	assert_true(w->frames < sent);
	for (u32 i = 0; i < 4000 && got < sent; i++) {
		while (guest_recv(w->g, &w->ch, &r)) {
			assert_int_equal(r.type, VM_PKT_COMP);
			assert_int_equal(r.trans_id, ++got);
		}
		guest_signal(w->g, &w->ch);
	}
	assert_int_equal(got, sent);
	assert_int_equal(w->frames, sent);
}

/* What was sent on other channels meanwhile is taken as soon as answers can go. */
static void full_ring_of_another(void **state)
{
	struct nvsp_message m = { .type = NVSP_SEND_RNDIS };
	struct nic *w = *state;
	struct guest_packet r;
	u32 len, before;
	u8 f[60] = { 0 };

	nic_up(w, NVSP_VERSION_61, 1500);
	assert_int_equal(ask_for(w, 1), 1);
	assert_int_equal(guest_open(w->g, &w->sub[1], &w->g->offer[1], 2), 0);
	nic_poll(w, &w->ch);
	len = nic_packet(guest_at(w->g, w->page), NULL, 0, f, sizeof(f));
	m.rndis.section = NVSP_NO_SECTION;
	/* the sub-channel's ring back to the guest has room for a page of answers */
	for (u32 i = 0; i < 100; i++) {
		guest_send_gpa(w->g, &w->sub[1], 1, w->page, len, &m, sizeof(m));
		if (((struct ring_header *)guest_at(w->g, w->sub[1].ring + 2 * PAGE_SIZE))
			    ->pending_send_sz)
			break;
	}
	before = w->frames;
	guest_send_gpa(w->g, &w->ch, ++w->id, w->page, len, &m, sizeof(m));
	assert_int_equal(w->frames, before);
	while (guest_recv(w->g, &w->sub[1], &r))
		;
	guest_signal(w->g, &w->sub[1]);
	assert_int_equal(w->frames, before + 1);
	assert_int_equal(nic_poll(w, &w->ch), 1);
	/* and when the channel that stalled is closed */
	for (u32 i = 0; i < 100; i++) {
		guest_send_gpa(w->g, &w->sub[1], 1, w->page, len, &m, sizeof(m));
		if (((struct ring_header *)guest_at(w->g, w->sub[1].ring + 2 * PAGE_SIZE))
			    ->pending_send_sz)
			break;
	}
	guest_send_gpa(w->g, &w->ch, ++w->id, w->page, len, &m, sizeof(m));
	before = w->frames;
	guest_post(w->g, &(struct msg_relid){ { MSG_CLOSECHANNEL, 0 }, w->sub[1].relid },
		   sizeof(struct msg_relid));
	assert_int_equal(w->frames, before + 1);
	assert_int_equal(nic_poll(w, &w->ch), 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(sub_channels), T(again), T(script), T(full_ring), T(full_ring_of_another),
		cmocka_unit_test(faults_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
