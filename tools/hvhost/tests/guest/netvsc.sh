#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# selftests/hyperv/netvsc.c on 1, 2, 4 and 8 vCPUs, with each version of NVSP, while the
# host takes the link away, and with QEMU's user network: what a guest sends comes
# back, and host and driver counted the same packets.
# Env: KERNEL, AZK, OUT. Prints TAP.
. "${0%/*}/lib/tap.sh"

# What the driver counted up to its mark: the phase, then packets and bytes out and in.
driver_counted() {
	awk '$2 == "phase" && $4 == "tx_packets" { print $3, $5, $7, $9, $11 }' "$dir/out"
}

# guest NAME CPUS HOW ARGS...: the selftest's lines become ours; log in $dir/log
guest() {
	name=$1 cpus=$2 how=$3
	shift 3
	# shellcheck disable=SC2086 # $how may be nothing
	boot --cpus "$cpus" --nic "${NIC:-loopback}" --module hv_netvsc --module 8021q \
		--add "$OUT/selftests/hyperv-netvsc:/bin/netvsc" "$@" -- netvsc --reconfigure $how
	selftest "$name"
	refused_nothing "$name"
	[ "$(counted peer_bad_checksums) $(counted peer_malformed)" = "0 0" ]
	verdict $? "$name: nothing wrong on the wire"
	[ "$how" = --user ] && return
	# shellcheck disable=SC2046 # five numbers
	set -- $(driver_counted) 0 0 0 0 0
	theirs="$2 $3 $4 $5"
	ours="$(counted net_tx_packets "$1") $(counted net_tx_bytes "$1")"
	ours="$ours $(counted net_rx_packets "$1") $(counted net_rx_bytes "$1")"
	[ "$1" -gt 0 ] && [ "$2" -gt 100 ] && [ "$ours" = "$theirs" ]
	verdict $? "$name: packets and bytes out and in: host $ours, guest $theirs"
}

for cpus in 2 8; do
	guest "$cpus vCPUs" $cpus --queues
done
for cpus in 1 4; do
	guest "$cpus vCPUs" $cpus ""
	large=$(counted net_tx_large_sends) filled=$(counted net_tx_checksums_filled)
	[ "$large" -gt 20 ] && [ "$(counted net_tx_segments)" -gt 200 ] && [ "$filled" -gt 100 ]
	verdict $? "$cpus vCPUs: large sends and checksums were the NIC's ($large, $filled)"
	[ "$(counted peer_generated) $(counted peer_generated_lost)" = "3500 0" ]
	verdict $? "$cpus vCPUs: the peer counted what it generated"
done

# the host refuses the first versions that the guest offers: 6.1, 6.0, 5, 4, 2
refused=0
for version in 6.0 5 4 2 1; do
	refused=$((refused + 1))
	echo "net0 init from 1 to $refused refuse 7" >"$dir/script"
	guest "NVSP $version" 1 --plain --host-script "$dir/script"
done
printf 'phase 100 net0 link-down\nphase 101 net0 link-up\n' >"$dir/script"
guest "link" 1 --link --host-script "$dir/script"
NIC=user
guest "user network" 1 --user
NIC=loopback
guest "counted" 1 --plain --icount
cp "$dir/out" "$dir/out1" && cp "$dir/log" "$dir/log1"
guest "counted again" 1 --plain --icount
cmp -s "$dir/out" "$dir/out1" && cmp -s "$dir/log" "$dir/log1"
verdict $? "the same console, log and counters to the byte"
done_testing
