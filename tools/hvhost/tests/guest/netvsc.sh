#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# selftests/hyperv/netvsc.c on 1, 2, 4 and 8 vCPUs, with each version of NVSP, while the
# host takes the link away, and with QEMU's user network: what a guest sends comes
# back, and host and driver counted the same packets.
# Env: KERNEL, AZK, OUT. Prints TAP.
set -u
OUT=${OUT:-$PWD/out} AZK=${AZK:-$PWD/out/bin/azk}
if [ -z "${KERNEL:-}" ] || [ ! -f "$KERNEL" ]; then
	echo "1..0 # SKIP no kernel; set KERNEL to a bzImage ('make build' makes one)"
	exit 0
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0 bad=0

verdict() {	# OK NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
		return
	fi
	bad=$((bad + 1))
	echo "not ok $n - $2"
	sed 's/^/# /' "$dir/out" "$dir/err" | tail -n 15
}

# counted NAME [PHASE]: the host's counter, of all phases or of those before PHASE
counted() {
	sed -n "s/.*\"phase\":\"\([^\"]*\)\",\"$1\":\([0-9]*\)}.*/\1 \2/p" "$dir/log" |
	awk -v last="${2:-}" '$1 == last { exit } { n += $2 } END { print n + 0 }'
}

# guest NAME CPUS HOW ARGS...: the selftest's lines become ours; log in $dir/log
guest() {
	name=$1 cpus=$2 how=$3
	shift 3
	"$AZK" boot "$KERNEL" --machine hyperv --cpus "$cpus" --nic "${NIC:-loopback}" --host-log "$dir/log" \
		--module hv_netvsc --module 8021q --add "$OUT/selftests/hyperv-netvsc:/bin/netvsc" "$@" \
		-- netvsc --reconfigure $how >"$dir/out" 2>"$dir/err" </dev/null
	rc=$?
	grep '^ok\|^not ok' "$dir/out" >"$dir/lines"
	while read -r line; do
		case $line in
		ok*) ok=0 ;;
		*) ok=1 ;;
		esac
		verdict $ok "$name: ${line#*[0-9] }"
	done <"$dir/lines"
	[ $rc = 0 ] && grep -q '^1\.\.' "$dir/out"
	verdict $? "$name: the selftest comes to its end (exit $rc)"
	! grep -q 'refused' "$dir/log"
	verdict $? "$name: the host had nothing to refuse"
	[ "$(counted peer_bad_checksums) $(counted peer_malformed)" = "0 0" ]
	verdict $? "$name: nothing wrong on the wire"
	[ "$how" = --user ] && return
	# what the driver counted up to its mark, and the host
	set -- $(sed -n 's/^# phase \([0-9]*\) tx_packets \([0-9]*\) tx_bytes \([0-9]*\) rx_packets \([0-9]*\) rx_bytes \([0-9]*\)$/\1 \2 \3 \4 \5/p' "$dir/out") 0 0 0 0 0
	theirs="$2 $3 $4 $5"
	ours="$(counted net_tx_packets "$1") $(counted net_tx_bytes "$1") $(counted net_rx_packets "$1") $(counted net_rx_bytes "$1")"
	[ "$1" -gt 0 ] && [ "$2" -gt 100 ] && [ "$ours" = "$theirs" ]
	verdict $? "$name: packets and bytes out and in: host $ours, guest $theirs"
}

for cpus in 2 8; do
	guest "$cpus vCPUs" $cpus --queues
done
for cpus in 1 4; do
	guest "$cpus vCPUs" $cpus ""
	[ "$(counted net_tx_large_sends)" -gt 20 ] && [ "$(counted net_tx_segments)" -gt 200 ] &&
	[ "$(counted net_tx_checksums_filled)" -gt 100 ]
	verdict $? "$cpus vCPUs: large sends and checksums were the NIC's ($(counted net_tx_large_sends), $(counted net_tx_checksums_filled))"
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
echo "1..$n"
[ $bad = 0 ]
