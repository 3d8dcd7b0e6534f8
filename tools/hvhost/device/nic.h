/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the files of the NIC: net.c is the protocol on its channels (NVSP),
 * rndis.c and rndis_oid.c how the guest controls it, net_tx.c and net_offload.c
 * what becomes of the guest's frames, net_rx.c how frames get into the guest,
 * net_rss.c on which channel.
 */
#ifndef HVHOST_DEVICE_NIC_H
#define HVHOST_DEVICE_NIC_H

#include "answer.h"
#include "inet.h"
#include "net.h"
#include "nvsp_proto.h"
#include "rndis_proto.h"
#include "vmbus.h"

#define NET_QUEUES		VM_MAX_VPS
#define NET_MTU			1500u
#define NET_MTU_MAX		(NET_FRAME_MAX - ETH_HEADER - ETH_TAG)
#define NET_LINK_SPEED		100000000u	/* 100 bit/s: 10 Gbit/s */
#define NET_SEND_SECTION	6144u		/* bytes: what Hyper-V answers */
#define NET_RECV_SECTION	1728u		/* the least; more when the MTU asks for it */
#define NET_MESSAGE_ROOM	200u		/* of a section, for RNDIS header and information */
#define NET_TRANSFER_MAX	(128u << 10)	/* bytes of RNDIS messages in one packet */
#define NET_LSO_MAX		61440u		/* bytes of a large send, with headers */
#define NET_LSO_MSS_MIN		48u		/* TCP_MIN_SND_MSS of the guest */
#define NET_MAX_PACKETS		8u		/* RNDIS messages in one transfer, as offered */
#define NET_RANGES		8u		/* frames in one packet to the guest */
#define NET_MULTICASTS		32u

/* What OID_TCP_OFFLOAD_PARAMETERS turned on. */
#define OFFLOAD_IP4		0x01u
#define OFFLOAD_TCP4		0x02u
#define OFFLOAD_UDP4		0x04u
#define OFFLOAD_TCP6		0x08u
#define OFFLOAD_UDP6		0x10u
#define OFFLOAD_LSO4		0x20u
#define OFFLOAD_LSO6		0x40u

struct net_rss {
	bool on;
	u32 types;		/* NDIS_HASH_* */
	u8 key[NDIS_RSS_KEY];
	u32 entries;
	u8 table[NDIS_RSS_ENTRIES];	/* numbers of channels */
};

/* A section of the receive buffer: free, or the guest's until it completes the transfer. */
struct net_section {
	u32 next;
	u16 channel;		/* it was sent on */
	u8 state;
};

struct net_recv_buffer {
	u32 gpadl;
	u16 id;
	bool there;		/* false after a revoke; completions may still come */
	u32 section_size, sections, free, nfree, reserve;
	struct net_section *section;
};

/* Frames of one channel that go with the next packet. */
struct net_transfer {
	u32 n, first, bytes;
	bool control;
	struct xfer_range range[NET_RANGES];
};

struct net {
	struct vmbus_device dev;
	struct answers answers;
	struct net_backend *backend;
	u32 queues;			/* channels at most */

	/* the session: gone when the guest closes the primary channel */
	struct vmbus_channel *channel[NET_QUEUES];	/* open ones, by sub-channel index */
	u32 version, sub_channels;
	u64 capabilities;
	u32 mtu;
	struct net_recv_buffer recv;
	struct { u32 gpadl; u16 id; bool there; u64 bytes; } send;
	struct net_transfer transfer[NET_QUEUES];
	bool busy;			/* in net_signal(): packets to the guest are gathered */
	bool put_failed;		/* the last frame went nowhere */

	/* RNDIS: from INITIALIZE to HALT */
	bool initialized;
	u32 filter, tx_offload, rx_offload;
	struct net_rss rss;
	u32 multicasts;
	u8 multicast[NET_MULTICASTS][6];

	bool link_down;
	u8 mac[6], mac_permanent[6];
	struct { u64 tx, rx, tx_errors, rx_errors, rx_no_buffer; } stats;

	u8 in[NET_TRANSFER_MAX];	/* a transfer of the guest's, copied */
	u8 wire[NET_FRAME_MAX + ETH_TAG];	/* a frame that goes out */
	u8 out[NET_FRAME_MAX + NET_MESSAGE_ROOM];	/* an RNDIS message for the guest */
};

void net_refuse(struct net *n, const char *what, u64 value);

/* Memory the guest lent for a buffer, as long as it is lent and there is a session. */
static inline struct gpadl *net_buffer(struct net *n, u32 handle)
{
	return n->channel[0] ? gpadl_find(n->channel[0], handle) : NULL;
}

/* net_rx.c: revoked, nothing is put into the buffer any more; dropped, it is forgotten. */
int net_recv_buffer_set(struct net *n, u32 gpadl, u16 id);
void net_recv_buffer_revoke(struct net *n);
void net_recv_buffer_drop(struct net *n);
/* What was sent on @ch, and not completed, is free again. */
void net_recv_forget(struct net *n, const struct vmbus_channel *ch);
void net_recv_completed(struct net *n, struct vmbus_channel *ch, u64 trans_id, u32 status);
/* The backend's way in: see struct net_backend. */
bool net_receive(void *nic, const void *frame, u32 len);
void net_flush(struct net *n, u32 channel);
/* An RNDIS message that is no frame, on the primary channel. */
void net_send_control(struct net *n, const char *what, void *message, u32 len, u32 status_at);

/* net_tx.c: RNDIS messages of a packet; NVSP_STATUS_*. */
u32 net_transmit(struct net *n, const struct vmbus_packet *pkt, const struct nvsp_message *m);

/* net_offload.c: 0, or -HV_EINVAL when the request does not fit the frame; -HV_ENOSPC: too long. */
int net_fill_checksum(struct net *n, u8 *frame, u32 len, u32 info);
int net_large_send(struct net *n, const u8 *frame, u32 len, u32 info, int tci);
/* The checksum word of RNDIS_PPI_CHECKSUM for a frame that came in; 0: none. */
u32 net_check(struct net *n, const u8 *frame, const struct ip_frame *f);
/* Out of the guest, with a tag when @tci is not negative. */
void net_wire(struct net *n, const u8 *frame, u32 len, int tci);

/* net_rss.c */
u32 net_toeplitz(const u8 key[NDIS_RSS_KEY], const u8 *data, u32 len);
/* Whether @frame has a hash under @rss. */
bool net_rss_hash(const struct net_rss *rss, const u8 *frame, const struct ip_frame *f, u32 *hash);
u32 net_rss_set(struct net *n, const u8 *data, u32 len);

/* rndis.c: a control message of the guest. False: it is none. */
bool rndis_control(struct net *n, const u8 *message, u32 len);
void rndis_link(struct net *n);
void rndis_halt(struct net *n);
/* rndis_oid.c: RNDIS_STATUS_*; *what is the name for scripts. */
#define RNDIS_ANSWER_MAX	512u
u32 rndis_query(struct net *n, u32 oid, const u8 *in, u32 in_len, u8 *out, u32 *out_len,
		const char **what);
u32 rndis_set(struct net *n, u32 oid, const u8 *in, u32 len, const char **what);

#endif
