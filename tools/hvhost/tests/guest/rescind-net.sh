#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# selftests/hyperv/rescindnet.c: the NIC goes at each step of its way onto the bus, of
# NVSP and RNDIS, and under traffic, and comes back. Steps after which the guest never
# gets on have a boot each. With --icount a guest that waits takes no time.
# Env: KERNEL (hv_netvsc built in or in its modules), AZK, OUT. Prints TAP.
. "${0%/*}/lib/tap.sh"
. "${0%/*}/lib/rescind.sh"

cat >"$dir/rules" <<END
phase 1 net0 rescind
phase 2 net0 offer
vmbus offer in 11 nth 1 then-rescind
vmbus gpadl-created in 12 nth 1 rescind
vmbus gpadl-created in 13 nth 1 then-rescind
vmbus open-result in 14 nth 1 rescind
vmbus gpadl-created in 16 nth 2 rescind
vmbus gpadl-created in 17 nth 3 rescind
net0 init in 21 nth 1 rescind
net0 recv-buffer in 22 nth 1 rescind
net0 send-buffer in 23 nth 1 rescind
net0 initialize in 24 nth 1 rescind
net0 query-mtu in 25 nth 1 rescind
net0 set-offload in 29 nth 1 rescind
net0 set-filter in 33 nth 1 rescind
net0 sub-channels in 34 nth 1 rescind
net0 set-rss in 39 nth 1 rescind
net0 sent in 41 nth 40 rescind
phase 42 net0 rescind
END

run() {	# NAME CPUS STEP...: PHASE:NAME[:KNOWN]
	name=$1 cpus=$2
	shift 2
	steps "$name" "$cpus" net0 rescindnet "--nic loopback --module hv_netvsc" "" "$@"
}

run bus 1 45:idle-down 46:idle-up 11:offer 12:gpadl 13:gpadl-then 14:open 16:recv-gpadl \
	17:send-gpadl
same_heap bus
run sub-channels 2 46:idle-up 45:idle-down
same_heap sub-channels
# Each waits for an answer with no regard to the channel it would come by.
nvsp='negotiate_nvsp_ver() and netvsc_init_buf(), in netvsc_device_add(), wait for good'
run init 1 "21:init:$nvsp"
run recv-buffer 1 "22:recv-buffer:$nvsp"
run send-buffer 1 "23:send-buffer:$nvsp"
run initialize 1 \
	"24:initialize:rndis_filter_init_device(), in rndis_filter_device_add(), waits for good"
run query-mtu 1 "25:query-mtu:rndis_filter_query_device() waits for good"
run set-offload 1 "29:set-offload:rndis_filter_set_offload_params() waits for good"
run set-filter 1 "33:set-filter:rndis_filter_set_packet_filter() waits for good"
run sub-channels 2 "34:sub-channels:rndis_set_subchannel() waits for good"
run set-rss 2 "39:set-rss:rndis_set_rss_param_msg() waits for good"
lost='rndis_filter_halt_device(), in rndis_filter_device_remove(), waits for lost completions'
run io-stream 1 "42:io-stream:$lost"
run io-sent 1 "41:io-sent:$lost"
done_testing
