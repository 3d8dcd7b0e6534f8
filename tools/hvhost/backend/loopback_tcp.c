// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP of the loopback peer: echo on port 7, discard on port 9 (RFC 9293). The guest
 * opens and the guest closes; what comes in is kept until the guest has acknowledged
 * its echo, so the window it is offered is the room that is left. Segments out of
 * order are dropped, the guest sends them again. No window scaling, no selective
 * acknowledgement, no timestamps. The wire loses nothing, but a host script may: a
 * timer sends again from the first byte that was not acknowledged.
 */
#include "backend/loopback.h"
#include "counters.h"
#include "lib.h"

#define RTO		10000000ull	/* 1 s (RFC 6298), in 100 ns; doubles */
#define TRIES_MAX	6u
#define MSS_DEFAULT	536u		/* RFC 9293, 3.7.1 */
#define MSS_SAFE	1200u		/* when larger ones get nowhere */

enum tcp_state { TCP_SYN_RECEIVED, TCP_ESTABLISHED, TCP_CLOSE_WAIT, TCP_LAST_ACK };

struct peer_tcp {
	struct event event;
	struct peer *p;
	struct peer_path path;
	u16 port, theirs;
	enum tcp_state state;
	u32 una, nxt;		/* of what is sent: not acknowledged, next */
	u32 rcv_nxt, window, mss;
	u32 head, len;		/* of the buffer: from una on */
	u32 una_then, tries;	/* when the timer was set */
	u64 used;
	u8 buffer[TCP_BUFFER];
};

/* A segment as it came. */
struct segment {
	const u8 *data;
	u32 seq, ack, window, len;
	u16 port, theirs;
	u8 flags;
	u32 mss;		/* of its option; 0: none */
};

static bool parse(struct segment *s, const u8 *t, u32 len)
{
	u32 header = len < TCP_HEADER ? 0 : (t[12] >> 4) * 4u;

	if (header < TCP_HEADER || header > len)
		return false;
	*s = (struct segment){ .theirs = be16(t), .port = be16(t + 2), .seq = be32(t + 4),
			       .ack = be32(t + 8), .flags = t[13], .window = be16(t + 14),
			       .data = t + header, .len = len - header };
	for (u32 at = TCP_HEADER; at < header && t[at];) {
		u32 bytes = t[at] == 1 ? 1 : at + 1 < header ? t[at + 1] : 0;

		if (!bytes || (t[at] != 1 && bytes < 2) || bytes > header - at)
			break;	/* what is behind cannot be read */
		if (t[at] == 2 && bytes == 4)
			s->mss = be16(t + at + 2);
		at += bytes;
	}
	return true;
}

static bool same(const struct peer_path *a, const struct peer_path *b)
{
	return a->version == b->version && a->tagged == b->tagged &&
	       (!a->tagged || !((a->tci ^ b->tci) & 0xfff)) &&
	       !memcmp(a->theirs, b->theirs, 16) && !memcmp(a->mine, b->mine, 16);
}

static struct peer_tcp *find(struct peer *p, const struct peer_path *path, const struct segment *s)
{
	for (u32 i = 0; i < TCP_PEERS; i++) {
		struct peer_tcp *c = p->tcp[i];

		if (c && c->theirs == s->theirs && c->port == s->port && same(&c->path, path))
			return c;
	}
	return NULL;
}

static void drop(struct peer_tcp *c)
{
	event_cancel(c->p->vm, &c->event);
	for (u32 i = 0; i < TCP_PEERS; i++)
		if (c->p->tcp[i] == c)
			c->p->tcp[i] = NULL;
	hv_free(c);
}

/* ---- out ---- */

static u8 *header(u8 *to, u16 from, u16 port, u32 seq, u32 ack, u8 flags, u32 window, u32 len)
{
	put_be16(to, from);
	put_be16(to + 2, port);
	put_be32(to + 4, seq);
	put_be32(to + 8, ack);
	to[12] = (u8)(len / 4 << 4);
	to[13] = flags;
	put_be16(to + 14, (u16)window);
	put_be32(to + 16, 0);		/* checksum: peer_send(); urgent pointer */
	return to + TCP_HEADER;
}

/* To a segment that no connection is for. */
static void refuse(struct peer *p, const struct peer_path *path, const struct segment *s)
{
	u32 room, ack = s->seq + s->len + !!(s->flags & TCP_SYN) + !!(s->flags & TCP_FIN);
	u8 *to = peer_payload(p, path, &room);

	if (s->flags & TCP_RST)
		return;
	if (s->flags & TCP_ACK)
		header(to, s->port, s->theirs, s->ack, 0, TCP_RST, 0, TCP_HEADER);
	else
		header(to, s->port, s->theirs, 0, ack, TCP_RST | TCP_ACK, 0, TCP_HEADER);
	peer_send(p, path, PROTO_TCP, TCP_HEADER);
}

static u32 room_left(const struct peer_tcp *c)
{
	return MIN(TCP_BUFFER - c->len, 65535u);
}

/* @len bytes of the buffer, @offset behind its first. */
static bool emit(struct peer_tcp *c, u8 flags, u32 seq, u32 offset, u32 len)
{
	u32 room, at = (c->head + offset) % TCP_BUFFER, first = MIN(len, TCP_BUFFER - at);
	u8 *to = peer_payload(c->p, &c->path, &room);

	to = header(to, c->port, c->theirs, seq, c->rcv_nxt, flags, room_left(c), TCP_HEADER);
	memcpy(to, c->buffer + at, first);
	memcpy(to + first, c->buffer, len - first);
	return peer_send(c->p, &c->path, PROTO_TCP, TCP_HEADER + len);
}

static void emit_syn(struct peer_tcp *c)
{
	u32 room;
	u8 *to = peer_payload(c->p, &c->path, &room), *option;

	option = header(to, c->port, c->theirs, c->una, c->rcv_nxt, TCP_SYN | TCP_ACK, room_left(c),
			TCP_HEADER + 4);
	option[0] = 2;
	option[1] = 4;
	put_be16(option + 2, (u16)(room - TCP_HEADER));
	peer_send(c->p, &c->path, PROTO_TCP, TCP_HEADER + 4);
}

static void set_timer(struct peer_tcp *c)
{
	struct vm *vm = c->p->vm;

	if (c->event.armed || (c->nxt == c->una && !c->len))
		return;
	c->una_then = c->una;
	event_arm(vm, &c->event, vm_time(vm) + (RTO << c->tries));
}

/* What the window lets go; an acknowledgement when nothing does and one is @due. */
static void output(struct peer_tcp *c, bool due)
{
	bool fin_sent = c->state == TCP_LAST_ACK;
	u32 flying = c->nxt - c->una - fin_sent, window = c->window;

	/* a closed window is asked about, when the timer says so */
	if (!window && c->tries && !flying)
		window = 1;
	while (!fin_sent && flying < c->len && flying < window) {
		u32 n = MIN(MIN(c->len, window) - flying, c->mss);
		bool last = flying + n == c->len;

		emit(c, TCP_ACK | (last ? TCP_PSH : 0), c->nxt, flying, n);
		c->nxt += n;
		flying += n;
		due = false;
	}
	if (c->state == TCP_CLOSE_WAIT && flying == c->len) {
		emit(c, TCP_ACK | TCP_FIN, c->nxt, flying, 0);
		c->nxt++;
		c->state = TCP_LAST_ACK;
		due = false;
	}
	if (due)
		emit(c, TCP_ACK, c->nxt, 0, 0);
	set_timer(c);
}

/* Nothing was acknowledged since the timer was set: all of it again. */
static void timer(struct vm *vm, struct event *e)
{
	struct peer_tcp *c = container_of(e, struct peer_tcp, event);

	if (c->una != c->una_then) {
		c->tries = 0;
		set_timer(c);
		return;
	}
	if (c->nxt == c->una && !c->len)
		return;
	if (++c->tries > TRIES_MAX) {
		drop(c);
		return;
	}
	count(vm, COUNT_PEER_TCP_AGAIN, 1);
	if (c->state == TCP_SYN_RECEIVED) {
		emit_syn(c);
		set_timer(c);
		return;
	}
	/* the guest's MTU may have become smaller (RFC 4821) */
	if (c->tries > 1)
		c->mss = MIN(c->mss, MSS_SAFE);
	if (c->state == TCP_LAST_ACK)
		c->state = TCP_CLOSE_WAIT;
	c->nxt = c->una;
	output(c, false);
}

/* ---- in ---- */

static struct peer_tcp **slot(struct peer *p)
{
	struct peer_tcp **oldest = &p->tcp[0];

	for (u32 i = 0; i < TCP_PEERS; i++) {
		if (!p->tcp[i])
			return &p->tcp[i];
		if (p->tcp[i]->used < (*oldest)->used)
			oldest = &p->tcp[i];
	}
	drop(*oldest);
	return oldest;
}

static void open(struct peer *p, const struct peer_path *path, const struct segment *s)
{
	struct peer_tcp **at, *c;
	u32 room;

	if ((s->port != PORT_ECHO && s->port != PORT_DISCARD) || s->flags & (TCP_ACK | TCP_RST) ||
	    !(s->flags & TCP_SYN)) {
		refuse(p, path, s);
		return;
	}
	at = slot(p);
	c = hv_alloc(sizeof(*c));
	*at = c;
	if (!c)
		return;
	peer_payload(p, path, &room);
	c->p = p;
	c->path = *path;
	c->event.fn = timer;
	c->port = s->port;
	c->theirs = s->theirs;
	c->una = (u32)hv_random(&p->random);
	c->rcv_nxt = s->seq + 1;
	c->window = s->window;
	c->mss = MIN(MAX(s->mss ? s->mss : MSS_DEFAULT, 64u), room - TCP_HEADER);
	c->used = ++p->tcp_used;
	count(p->vm, COUNT_PEER_TCP_OPENED, 1);
	emit_syn(c);
	c->nxt = c->una + 1;
	set_timer(c);
}

/* False: the connection is gone. */
static bool acknowledge(struct peer_tcp *c, const struct segment *s)
{
	u32 n = s->ack - c->una, flying = c->nxt - c->una;

	if (n > flying)
		return true;	/* old, or of what was not sent */
	c->window = s->window;
	if (!s->window)
		c->tries = MIN(c->tries, 1u);	/* closed, but there is somebody */
	if (!n)
		return true;
	if (c->state == TCP_SYN_RECEIVED) {
		c->state = TCP_ESTABLISHED;
		c->una++;
		n--;
	}
	if (c->state == TCP_LAST_ACK && n == flying) {
		drop(c);
		return false;
	}
	n = MIN(n, c->len);
	c->una += n;
	c->head = (c->head + n) % TCP_BUFFER;
	c->len -= n;
	c->tries = 0;
	return true;
}

/* New bytes behind those that there are; as many as there is room for. */
static u32 take(struct peer_tcp *c, const u8 *data, u32 len)
{
	u32 n = MIN(len, room_left(c)), at = (c->head + c->len) % TCP_BUFFER;
	u32 first = MIN(n, TCP_BUFFER - at);

	count(c->p->vm, COUNT_PEER_TCP_BYTES, n);
	if (c->port == PORT_DISCARD)
		return n;
	memcpy(c->buffer + at, data, first);
	memcpy(c->buffer, data + first, n - first);
	c->len += n;
	return n;
}

static void established(struct peer_tcp *c, const struct segment *s)
{
	u32 old = c->rcv_nxt - s->seq;	/* bytes that came before */
	bool due = s->len || s->flags & (TCP_FIN | TCP_SYN);

	if (!acknowledge(c, s))
		return;
	if (c->state == TCP_ESTABLISHED && old <= s->len) {
		u32 n = take(c, s->data + old, s->len - old);

		c->rcv_nxt += n;
		if (n == s->len - old && s->flags & TCP_FIN) {
			c->rcv_nxt++;
			c->state = TCP_CLOSE_WAIT;
		}
	} else if (s->seq != c->rcv_nxt) {
		due = true;
	}
	output(c, due);
}

void peer_tcp(struct peer *p, const struct peer_path *path, const u8 *data, u32 len)
{
	struct segment s;
	struct peer_tcp *c;

	if (!parse(&s, data, len)) {
		count(p->vm, COUNT_PEER_MALFORMED, 1);
		return;
	}
	c = find(p, path, &s);
	if (!c) {
		open(p, path, &s);
		return;
	}
	c->used = ++p->tcp_used;
	memcpy(c->path.mac, path->mac, 6);
	if (s.flags & TCP_RST) {
		if (s.seq == c->rcv_nxt)
			drop(c);
		return;
	}
	if (c->state == TCP_SYN_RECEIVED && s.flags & TCP_SYN && s.seq + 1 == c->rcv_nxt) {
		emit_syn(c);
		return;
	}
	if (!(s.flags & TCP_ACK) || (c->state == TCP_SYN_RECEIVED && s.ack != c->nxt)) {
		refuse(p, path, &s);
		return;
	}
	established(c, &s);
}
