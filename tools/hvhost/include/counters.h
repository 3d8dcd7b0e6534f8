/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happened, counted, per phase. Printed as one JSON line on the debug
 * console when the guest ends or asks for it.
 */
#ifndef HVHOST_COUNTERS_H
#define HVHOST_COUNTERS_H

#include "vm.h"

/* Plain counters: X(ENUM, "json_name"). A room adds its lines here, sorted by room. */
#define HVHOST_COUNTERS(X) \
	X(HOST_EVENTS, "host_events") \
	X(SIGNALS_IN, "signals_from_guest") \
	X(MONITORED, "monitored_signals") \
	X(SIGNALS_OUT, "signals_to_guest") \
	X(MESSAGES_IN, "messages_from_guest") \
	X(MESSAGES_OUT, "messages_to_guest") \
	X(PACKETS_IN, "packets_from_guest") \
	X(PACKETS_OUT, "packets_to_guest") \
	X(SCSI_READS, "scsi_reads") \
	X(SCSI_READ_BYTES, "scsi_read_bytes") \
	X(SCSI_WRITES, "scsi_writes") \
	X(SCSI_WRITE_BYTES, "scsi_write_bytes") \
	X(SCSI_OTHER, "scsi_other_commands") \
	X(NET_TX_PACKETS, "net_tx_packets") \
	X(NET_TX_BYTES, "net_tx_bytes") \
	X(NET_RX_PACKETS, "net_rx_packets") \
	X(NET_RX_BYTES, "net_rx_bytes") \
	X(NET_RX_NO_SECTION, "net_rx_dropped_no_section") \
	X(NET_RX_RING_FULL, "net_rx_dropped_ring_full") \
	X(FILE_REQUESTS, "file_requests") \
	X(NET_USER_DROPPED, "net_user_dropped") \
	X(BACKEND_POLLS, "backend_polls") \
	X(NET_RX_FILTERED, "net_rx_dropped_filter") \
	X(NET_RX_TOO_LONG, "net_rx_dropped_too_long") \
	X(NET_RX_BAD_CHECKSUM, "net_rx_bad_checksums") \
	X(NET_RX_REFUSED, "net_rx_refused_by_guest") \
	X(NET_TX_FRAMES, "net_tx_frames") \
	X(NET_TX_LARGE, "net_tx_large_sends") \
	X(NET_TX_SEGMENTS, "net_tx_segments") \
	X(NET_TX_CHECKSUMS, "net_tx_checksums_filled") \
	X(NET_TX_DROPPED, "net_tx_dropped_link_down") \
	X(NET_TX_TOO_LONG, "net_tx_dropped_too_long") \
	X(NET_CONTROL, "net_control_messages") \
	X(PEER_FRAMES, "peer_frames") \
	X(PEER_BAD_CHECKSUM, "peer_bad_checksums") \
	X(PEER_MALFORMED, "peer_malformed") \
	X(PEER_UNANSWERED, "peer_unanswered") \
	X(PEER_ECHOES, "peer_echoes") \
	X(PEER_DISCARDED, "peer_discarded") \
	X(PEER_GENERATED, "peer_generated") \
	X(PEER_GENERATED_LOST, "peer_generated_lost") \
	X(PEER_TCP_OPENED, "peer_tcp_connections") \
	X(PEER_TCP_BYTES, "peer_tcp_bytes") \
	X(PEER_TCP_AGAIN, "peer_tcp_retransmits") \
	X(HEARTBEATS, "heartbeats") \
	X(HEARTBEATS_ANSWERED, "heartbeats_answered") \
	X(KEYS, "keys") \
	X(FAULTS, "faults_injected") \
	X(REFUSED, "guest_data_refused")

enum counter {
#define X(e, name) COUNT_##e,
	HVHOST_COUNTERS(X)
#undef X
	COUNT_MAX
};

/* Counters with an index: exits by SVM exit code, hypercalls by code, ... */
enum counter_table { COUNT_EXIT, COUNT_HYPERCALL, COUNT_MSR_READ, COUNT_MSR_WRITE, COUNT_VECTOR, COUNT_TABLES };

/* @n more of @c in the phase that goes on. */
void count(struct vm *vm, enum counter c, u64 n);
/* One more of entry @index of @table; those that a table has no room for go into its "others". */
void count_in(struct vm *vm, enum counter_table table, u32 index);
/* A phase ends here and one called @name begins. */
void count_phase(struct vm *vm, const char *name);
/* The lines of the phase that goes on; those before it were printed as they ended. */
void count_print(struct vm *vm);

#endif
