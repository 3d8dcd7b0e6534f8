#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# azk bench storage and network with real guests, a small part of each: a kernel against
# itself is "=" in every figure, what is counted is what the program did, a late host is
# signalled less.
# Env: KERNEL (bzImage), AZK, OUT. Prints TAP.
set -u
AZK=${AZK:-$PWD/out/bin/azk}
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
	tail -n 8 "$dir/err" | sed 's/^/# /'
}

metric() {	# FILE NAME: of the first subject
	sed -n "s/^ *\"$2\": \([0-9.]*\),*\$/\1/p" "$1" | head -n 1
}

holds() {	# NAME EXPRESSION of awk
	awk "BEGIN { exit !($2) }" 2>>"$dir/err"
	verdict $? "$1 ($2)"
}

"$AZK" bench storage "$KERNEL" "$KERNEL" --seeds 2 --units 32 --only read_4k_qd32_b1 --drain 0,50 \
	--json "$dir/aa.json" --svg "$dir/aa.svg" --txt "$dir/aa.txt" --logs "$dir/logs" \
	>"$dir/out" 2>"$dir/err"
verdict $? "storage: a kernel against itself"
cmp -s "$dir/out" "$dir/aa.txt"
verdict $? "the tables on the terminal are those in the file"
[ "$(grep -c 'counted and not counted agree to the digit' "$dir/out")" = 2 ]
verdict $? "counted and not counted: one result"
awk '/^  read_/ { rows++; if ($NF != "=" && $NF != "-") { print; bad = 1 } }
     END { exit bad || rows < 20 }' "$dir/out" >"$dir/err"
verdict $? "A/A: no figure differs"
for f in instructions_per_io driver_and_bus_per_io exits_per_io; do
	v=$(metric "$dir/aa.json" read_4k_qd32_b1_drain50_$f)
	holds "$f was counted" "${v:-0} > 0"
done
# A batch of more is one signal whenever the host looks (claims.sh).
now=$(metric "$dir/aa.json" read_4k_qd32_b1_drain0_signals_per_io)
late=$(metric "$dir/aa.json" read_4k_qd32_b1_drain50_signals_per_io)
holds "a host that looks late is signalled less" "${late:-9} > 0 && ${late:-9} < ${now:-0}"
# the windows of the log against what the table says, by another program than ours
awk '$1 == "ctx" && $3 == "window" && $4 != "0" { n++; sum += $5 }
     END { print "windows " n ", instructions " sum; exit n != 4 || sum < 4 * 32 * 1000 }' \
	"$dir"/logs/*.insncount >"$dir/err"
verdict $? "the log has a window for each run"

"$AZK" bench show "$dir/aa.json" --top 0 --svg "$dir/again.svg" >"$dir/again.txt" 2>"$dir/err" &&
	cmp -s "$dir/again.txt" "$dir/aa.txt" && cmp -s "$dir/again.svg" "$dir/aa.svg"
verdict $? "drawn again from the JSON: the same bytes"

"$AZK" bench storage "$KERNEL" --machine q35 --device nvme --seeds 1 --units 32 \
	--only read_4k_qd32_b32 --json "$dir/nvme.json" >"$dir/out" 2>"$dir/err"
verdict $? "the same load on NVMe"
v=$(metric "$dir/nvme.json" read_4k_qd32_b32_drain0_driver_and_bus_per_io)
holds "its driver was told apart" "${v:-0} > 0"

"$AZK" bench network "$KERNEL" "$KERNEL" --seeds 1 --units 64 --only udp_ --drain 0 \
	--json "$dir/net.json" \
	>"$dir/out" 2>"$dir/err"
verdict $? "network: a kernel against itself"
[ "$(grep -c 'counted and not counted agree to the digit' "$dir/out")" = 2 ]
verdict $? "counted and not counted, program and peer: one result"
awk '/^  udp_/ { rows++; if ($NF != "=" && $NF != "-") { print; bad = 1 } }
     END { exit bad || rows < 40 }' "$dir/out" >"$dir/err"
verdict $? "network, A/A: no figure differs"
v=$(metric "$dir/net.json" udp_rx_1500_drain0_driver_per_packet)
holds "the driver, a module, was told apart" "${v:-0} > 0"

"$AZK" bench network "$KERNEL" --machine q35 --seeds 1 --units 32 --only udp_r \
	--json "$dir/virtio.json" >"$dir/out" 2>"$dir/err"
verdict $? "the same load on virtio-net, with the same peer"
v=$(metric "$dir/virtio.json" udp_rr_64_drain0_driver_and_bus_per_packet)
holds "its driver was told apart" "${v:-0} > 0"
[ -z "$(metric "$dir/virtio.json" udp_rr_64_drain0_p50_ns)" ]
verdict $? "and of its time nothing is said"

for wrong in "--machine q35 --drain 5" "--device nvme" "--drain soon" \
	"--only nothing" "--machine microvm"; do
	# shellcheck disable=SC2086 # words
	"$AZK" bench storage "$KERNEL" $wrong >"$dir/out" 2>"$dir/err"
	[ $? = 198 ] && [ "$(wc -l <"$dir/err")" = 1 ]
	verdict $? "refused in one line: $wrong"
done
"$AZK" bench storage "$KERNEL" --append "init=/none rdinit=/none panic=-1" --only read_4k_qd1 \
	>"$dir/out" 2>"$dir/err"
[ $? = 192 ] && [ "$(wc -l <"$dir/err")" = 1 ]
verdict $? "a kernel that panics is one line and the code of a panic"
echo "1..$n"
[ $bad = 0 ]
