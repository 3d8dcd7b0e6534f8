/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RNDIS and the NDIS objects inside it, from [MS-RNDIS] and the guest's
 * include/linux/rndis.h and drivers/net/hyperv/hyperv_net.h. Offsets in messages
 * count from the field behind type and length.
 */
#ifndef HVHOST_RNDIS_PROTO_H
#define HVHOST_RNDIS_PROTO_H

#include "types.h"

#define RNDIS_PACKET		1u
#define RNDIS_INITIALIZE	2u
#define RNDIS_HALT		3u
#define RNDIS_QUERY		4u
#define RNDIS_SET		5u
#define RNDIS_RESET		6u
#define RNDIS_INDICATE		7u
#define RNDIS_KEEPALIVE		8u
#define RNDIS_COMPLETE		0x80000000u

#define RNDIS_STATUS_SUCCESS		0x00000000u
#define RNDIS_STATUS_FAILURE		0xc0000001u
#define RNDIS_STATUS_NOT_SUPPORTED	0xc00000bbu
#define RNDIS_STATUS_BAD_VERSION	0xc0010004u
#define RNDIS_STATUS_MULTICAST_FULL	0xc0010009u
#define RNDIS_STATUS_INVALID_LENGTH	0xc0010014u
#define RNDIS_STATUS_INVALID_DATA	0xc0010015u
#define RNDIS_STATUS_MEDIA_CONNECT	0x4001000bu
#define RNDIS_STATUS_MEDIA_DISCONNECT	0x4001000cu

struct rndis_header {
	u32 type, len;
} __packed;
#define RNDIS_OFFSETS_FROM	8u	/* sizeof(struct rndis_header) */

struct rndis_initialize {
	struct rndis_header h;
	u32 id, major, minor, max_transfer;
} __packed;

struct rndis_initialize_complete {
	struct rndis_header h;
	u32 id, status, major, minor, flags, medium, max_packets, max_transfer, alignment;
	u32 af_offset, af_size;
} __packed;
#define RNDIS_CONNECTIONLESS	1u

struct rndis_request {		/* QUERY and SET */
	struct rndis_header h;
	u32 id, oid, buffer_len, buffer_offset, vc;
} __packed;

struct rndis_query_complete {
	struct rndis_header h;
	u32 id, status, buffer_len, buffer_offset;
} __packed;

struct rndis_complete {		/* SET and KEEPALIVE */
	struct rndis_header h;
	u32 id, status;
} __packed;

struct rndis_reset_complete {
	struct rndis_header h;
	u32 status, addressing_reset;
} __packed;

struct rndis_indicate {
	struct rndis_header h;
	u32 status, buffer_len, buffer_offset;
} __packed;

struct rndis_packet {
	struct rndis_header h;
	u32 data_offset, data_len;
	u32 oob_offset, oob_len, oob_count;
	u32 ppi_offset, ppi_len;
	u32 vc, reserved;
} __packed;
_Static_assert(sizeof(struct rndis_packet) == 44, "hyperv_net.h");

/* Information of a packet: this, then a number at @offset. */
struct rndis_ppi {
	u32 size, type, offset;	/* bit 31 of the type: internal */
} __packed;
#define RNDIS_PPI_CHECKSUM	0u
#define RNDIS_PPI_LARGE_SEND	2u
#define RNDIS_PPI_VLAN		6u
#define RNDIS_PPI_HASH		8u

/* ndis_tcp_ip_checksum_info */
#define CSUM_TX_IP4		(1u << 0)
#define CSUM_TX_IP6		(1u << 1)
#define CSUM_TX_TCP		(1u << 2)
#define CSUM_TX_UDP		(1u << 3)
#define CSUM_TX_IP_HEADER	(1u << 4)
#define CSUM_TX_OFFSET(v)	((v) >> 16 & 0x3ff)
#define CSUM_RX_TCP_FAILED	(1u << 0)
#define CSUM_RX_UDP_FAILED	(1u << 1)
#define CSUM_RX_IP_FAILED	(1u << 2)
#define CSUM_RX_TCP_GOOD	(1u << 3)
#define CSUM_RX_UDP_GOOD	(1u << 4)
#define CSUM_RX_IP_GOOD		(1u << 5)

/* ndis_tcp_lso_info, version 2 */
#define LSO_MSS(v)		((v) & 0xfffff)
#define LSO_OFFSET(v)		((v) >> 20 & 0x3ff)
#define LSO_V2			(1u << 30)
#define LSO_IP6			(1u << 31)

/* ndis_pkt_8021q_info: priority, canonical form, VLAN id, from bit 0 */
#define VLAN_TO_TCI(v)		((u16)(((v) & 7) << 13 | ((v) >> 3 & 1) << 12 | ((v) >> 4 & 0xfff)))
#define VLAN_FROM_TCI(tci)	((u32)(tci) >> 13 | ((u32)(tci) >> 12 & 1) << 3 | ((u32)(tci) & 0xfff) << 4)

/* ---- object identifiers ---- */
#define OID_GEN_SUPPORTED_LIST		0x00010101u
#define OID_GEN_HARDWARE_STATUS		0x00010102u
#define OID_GEN_MEDIA_SUPPORTED		0x00010103u
#define OID_GEN_MEDIA_IN_USE		0x00010104u
#define OID_GEN_MAXIMUM_FRAME_SIZE	0x00010106u
#define OID_GEN_LINK_SPEED		0x00010107u
#define OID_GEN_TRANSMIT_BLOCK_SIZE	0x0001010au
#define OID_GEN_RECEIVE_BLOCK_SIZE	0x0001010bu
#define OID_GEN_VENDOR_ID		0x0001010cu
#define OID_GEN_VENDOR_DESCRIPTION	0x0001010du
#define OID_GEN_CURRENT_PACKET_FILTER	0x0001010eu
#define OID_GEN_MAXIMUM_TOTAL_SIZE	0x00010111u
#define OID_GEN_MAC_OPTIONS		0x00010113u
#define OID_GEN_MEDIA_CONNECT_STATUS	0x00010114u
#define OID_GEN_MAXIMUM_SEND_PACKETS	0x00010115u
#define OID_GEN_RECEIVE_SCALE_CAPABILITIES 0x00010203u
#define OID_GEN_RECEIVE_SCALE_PARAMETERS 0x00010204u
#define OID_GEN_RNDIS_CONFIG_PARAMETER	0x0001021bu
#define OID_GEN_XMIT_OK			0x00020101u
#define OID_GEN_RCV_OK			0x00020102u
#define OID_GEN_XMIT_ERROR		0x00020103u
#define OID_GEN_RCV_ERROR		0x00020104u
#define OID_GEN_RCV_NO_BUFFER		0x00020105u
#define OID_GEN_FRIENDLY_NAME		0x00020216u
#define OID_802_3_PERMANENT_ADDRESS	0x01010101u
#define OID_802_3_CURRENT_ADDRESS	0x01010102u
#define OID_802_3_MULTICAST_LIST	0x01010103u
#define OID_802_3_MAXIMUM_LIST_SIZE	0x01010104u
#define OID_TCP_OFFLOAD_CURRENT_CONFIG	0xfc01020bu
#define OID_TCP_OFFLOAD_PARAMETERS	0xfc01020cu
#define OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES 0xfc01020du

/* Bits of OID_GEN_CURRENT_PACKET_FILTER */
#define FILTER_DIRECTED		0x01u
#define FILTER_MULTICAST	0x02u
#define FILTER_ALL_MULTICAST	0x04u
#define FILTER_BROADCAST	0x08u
#define FILTER_PROMISCUOUS	0x20u

/* ---- NDIS objects ---- */
struct ndis_object {
	u8 type, revision;
	u16 size;
} __packed;
#define NDIS_OBJECT_RSS_CAPABILITIES	0x88
#define NDIS_OBJECT_RSS_PARAMETERS	0x89
#define NDIS_OBJECT_OFFLOAD		0xa7
#define NDIS_OBJECT_DEFAULT		0x80

struct ndis_rss_capabilities {
	struct ndis_object h;
	u32 flags, messages, queues;
	u16 entries;
} __packed;
_Static_assert(sizeof(struct ndis_rss_capabilities) == 18, "ndis_recv_scale_cap: packed");
#define NDIS_RSS_CAPS_TCP_IP4	0x00000100u
#define NDIS_RSS_CAPS_TCP_IP6	0x00000200u

struct ndis_rss_parameters {
	struct ndis_object h;
	u16 flags, base_cpu;
	u32 hash;
	u16 table_size, reserved1;
	u32 table_offset;
	u16 key_size, reserved2;
	u32 key_offset, masks_offset, masks, masks_size;
} __packed;
_Static_assert(sizeof(struct ndis_rss_parameters) == 40, "ndis_recv_scale_param");
#define NDIS_RSS_HASH_UNCHANGED		0x02u
#define NDIS_RSS_TABLE_UNCHANGED	0x04u
#define NDIS_RSS_KEY_UNCHANGED		0x08u
#define NDIS_RSS_DISABLE		0x10u
#define NDIS_HASH_TOEPLITZ		0x001u
#define NDIS_HASH_IP4			0x100u
#define NDIS_HASH_TCP_IP4		0x200u
#define NDIS_HASH_IP6			0x400u
#define NDIS_HASH_TCP_IP6		0x1000u
#define NDIS_RSS_ENTRIES		128
#define NDIS_RSS_KEY			40

#define NDIS_ENCAP_8023			2u
#define NDIS_CSUM_IP_OPTIONS		0x001u	/* IPv6: extension headers */
#define NDIS_CSUM_TCP_OPTIONS		0x004u
#define NDIS_CSUM_TCP			0x010u
#define NDIS_CSUM_UDP			0x040u
#define NDIS_CSUM_IP			0x100u
#define NDIS_LSO_IP6_EXTENSIONS		0x001u
#define NDIS_LSO_TCP6_OPTIONS		0x004u

struct ndis_csum_offload {
	u32 tx_encap, tx, rx_encap, rx;
} __packed;

struct ndis_offload {
	struct ndis_object h;
	struct ndis_csum_offload ip4, ip6;
	u32 lso1[4];
	u32 ipsec1[7];
	struct {
		u32 ip4_encap, ip4_max, ip4_min_segments;
		u32 ip6_encap, ip6_max, ip6_min_segments, ip6_options;
	} __packed lso2;
	u32 flags;
	u8 ipsec2[32];		/* from NDIS 6.1 on */
	u8 rsc_ip4, rsc_ip6;	/* from NDIS 6.30 on */
	u16 reserved2;
	u32 encap_flags, encap_max_header;
} __packed;
#define NDIS_OFFLOAD_SIZE_6_0	offsetof(struct ndis_offload, ipsec2)
_Static_assert(NDIS_OFFLOAD_SIZE_6_0 == 112 && offsetof(struct ndis_offload, rsc_ip4) == 144 &&
	       sizeof(struct ndis_offload) == 156, "struct ndis_offload");

/* OID_TCP_OFFLOAD_PARAMETERS */
struct ndis_offload_parameters {
	struct ndis_object h;
	u8 ip4_csum, tcp4_csum, udp4_csum, tcp6_csum, udp6_csum;
	u8 lso1, ipsec1, lso2_ip4, lso2_ip6;
	u8 connection_ip4, connection_ip6, reserved;
	u32 flags;
	u8 ipsec2[2], rsc_ip4, rsc_ip6;
	u8 encap[2], reserved2[2];
} __packed;
_Static_assert(offsetof(struct ndis_offload_parameters, ipsec2) == 20, "ndis_offload_params");
#define NDIS_OFFLOAD_PARAMETERS_LEAST	20u	/* what is before ipsec2 */
#define NDIS_PARAMETER_OFF		1
#define NDIS_PARAMETER_LSO2_ON		2
#define NDIS_PARAMETER_TX		2
#define NDIS_PARAMETER_RX		3
#define NDIS_PARAMETER_TX_RX		4

/* OID_GEN_RNDIS_CONFIG_PARAMETER */
struct rndis_config_parameter {
	u32 name_offset, name_len, type, value_offset, value_len;
} __packed;
#define RNDIS_CONFIG_STRING	2u

#endif
