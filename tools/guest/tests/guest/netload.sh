#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# netload against hvhost's peer: each kind of load comes to its end with the counts that
# the host has, XDP programs included, and a packet that is lost is found.
# Env: KERNEL (bzImage), AZK, OUT. Prints TAP.
set -u
OUT=${OUT:-$PWD/out} AZK=${AZK:-$PWD/out/bin/azk}
if [ -z "${KERNEL:-}" ] || [ ! -f "$KERNEL" ]; then
	echo "1..0 # SKIP no kernel; set KERNEL to a bzImage ('make build' makes one)"
	exit 0
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0 bad=0

verdict() {	# STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
		return
	fi
	bad=$((bad + 1))
	echo "not ok $n - $2"
	tail -n 12 "$dir/out" "$dir/err" | sed 's/^/# /'
}

counter() {	# PHASE NAME
	sed -n "s/.*\"phase\":\"$1\",\"$2\":\([0-9]*\)}.*/\1/p" "$dir/log" |
		awk '{ s += $1 } END { print s + 0 }'
}

said() {	# PHASE KEY: of its line of results
	sed -n "s/^# run {\"phase\": $1, .*\"$2\": \(-*[0-9]*\)[,}].*/\1/p" "$dir/out"
}

is() {	# NAME VALUE OPERATOR VALUE
	[ -n "$2" ] && [ -n "$4" ] && [ "$2" "$3" "$4" ]
	verdict $? "$1 (${2:-nothing} $3 ${4:-nothing})"
}

cat >"$dir/script" <<'E2'
net0 drain in 12 delay 50us
net0 receive in 20 nth 5 drop
E2
"$AZK" boot "$KERNEL" --machine hyperv --icount --no-ic --nic loopback --host-log "$dir/log" \
	--module hv_netvsc --host-script "$dir/script" --add "$OUT/bin/netload:/bin/netload" -- \
	netload settle=20000 count=128 op=udp-tx go=0 go=1 op=raw-tx go=2 op=udp-rx go=3 bs=1472 go=4 \
	bs=64 op=udp-rr go=5 op=tcp-rr go=6 bs=64K count=8 op=tcp-tx go=7 bs=100 count=128 \
	op=xdp-drop go=8 op=xdp-pass go=9 op=xdp-tx go=10 op=xdp-redirect go=11 \
	op=udp-tx go=12 op=udp-rx go=20 >"$dir/out" 2>"$dir/err" </dev/null
is "the exit code says that a run failed" $? -eq 1
grep -q '^1\.\.13$' "$dir/out"
verdict $? "thirteen runs"
[ "$(grep '^not ok' "$dir/out")" = "not ok 13 udp-rx, 100 B, batch 32 (phase 20)" ]
verdict $? "a packet that is lost is found, and nothing else failed"
for p in 1 2 10 11 12; do
	is "phase $p: the peer swallowed each" "$(counter $p peer_discarded)" -eq "$(said $p units)"
done
for p in 3 4 8 9 10 11; do
	is "phase $p: the peer sent each" "$(counter $p peer_generated)" -eq "$(said $p units)"
done
is "phase 8: and none went further" "$(counter 8 peer_discarded)" -eq 0
is "phase 5: the peer sent each back" "$(counter 5 peer_echoes)" -eq "$(said 5 units)"
for p in 6 7; do
	is "phase $p: the peer got each byte" "$(counter $p peer_tcp_bytes)" -eq "$(said $p bytes)"
done
is "phase 12: a late host is signalled once for many" "$(counter 12 signals_from_guest)" -lt 64
is "nothing arrived damaged" "$(grep -c peer_bad_checksums "$dir/log")" -eq 0

# these need no guest
"$OUT/bin/netload" dev=none0 op=teleport go=1 >"$dir/out" 2>"$dir/err"
[ $? = 2 ] && grep -q "op=teleport" "$dir/err"
verdict $? "a kind of load that there is not is named"
"$OUT/bin/netload" bs=0 go=1 >"$dir/out" 2>"$dir/err"
[ $? = 2 ] && grep -q "bs=0: wants a number, 1 to 65536" "$dir/err"
verdict $? "a size that cannot be is named"
echo "1..$n"
[ $bad = 0 ]
