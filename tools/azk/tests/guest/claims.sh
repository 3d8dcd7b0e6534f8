#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the series promises: upstream and ours measured in one command for each kind of
# report, every Claim: held against these, and what the boot as a whole must not exceed.
# Env: KERNEL and UPSTREAM (bzImages with the same options), AZK, OUT. Prints TAP.
. "${0%/*}/lib/count.sh"
for k in "${KERNEL:-}" "${UPSTREAM:-}"; do
	[ -f "$k" ] || skip_all "no kernel '$k'; 'make build build-upstream' makes both"
done
explain() { :; }	# it is in the lines before

# On q35 with one CPU, 512 MiB and quiet. The bounds are the project's own:
# instructions, ns on the kernel's clock, bytes.
"$AZK" bench boot --machine q35 "$UPSTREAM" "$KERNEL" --label "$UPSTREAM=upstream" \
	--label "$KERNEL=ours" --json "$dir/boot.json" > "$dir/boot.txt" 2> "$dir/err"
verdict $? "upstream and ours measured"
sed 's/^/# /' "$dir/err" | tail -n 5
grep -q "all agree to the digit" "$dir/boot.txt"
verdict $? "runs agree to the digit"

# Of the kinds of load those that a claim names, and of the hosts the quickest: the whole
# is "make bench-storage bench-network".
load() {	# KIND ONLY
	"$AZK" bench "$1" "$UPSTREAM" "$KERNEL" --label "$UPSTREAM=upstream" \
		--label "$KERNEL=ours" --drain 0 --seeds 4 --only "$2" \
		--json "$dir/$1.json" > "$dir/$1.txt" 2> "$dir/err"
	verdict $? "$1: upstream and ours measured"
	sed 's/^/# /' "$dir/err" | tail -n 5
	[ "$(grep -c "agree to the digit" "$dir/$1.txt")" = 2 ]
	verdict $? "$1: runs agree to the digit"
}
load storage read_4k_qd1,read_4k_qd32_b32,poll_4k_qd32_b32,seq_1m_qd4_b1
set -- "$dir/boot.json" "$dir/storage.json"
nic=
if [ -d "${UPSTREAM%/*}/modules" ]; then
	load network udp_rx_64,udp_rx_1500,tcp_tx_64k,xdp_drop_64,xdp_tx_64
	set -- "$@" "$dir/network.json"
else
	nic="netvsc is a module, and upstream was built without: make build-upstream MODULES=drivers/net/hyperv/hv_netvsc.ko"
fi

"$AZK" bench claims "$@" > "$dir/claims" 2> "$dir/err"
rc=$?
sed 's/^/# /' "$dir/err"
while read -r word claim; do
	case $word in
	holds) verdict 0 "$claim" ;;
	FAILS) verdict 1 "$word $claim" ;;
	not)
		case $nic,$claim in
		?*,"measured"*network.*) skip "$claim" "$nic" ;;
		*) verdict 1 "$word $claim" ;;
		esac ;;
	esac
done < "$dir/claims"
grep -q "^holds" "$dir/claims" && [ $rc -eq 0 ]
verdict $? "all claims of the series hold"

# bound ROW LIMIT: the column of ours in that row of the table
bound() {
	awk -v row="$1" -v max="$2" 'index($0, row) == 1 {
		gsub(",", ""); v = $(NF - 1) }
		END { print "# " row ": " v; exit !(v > 0 && v + 0 <= max + 0) }' "$dir/boot.txt"
	verdict $? "$1: at most $2"
}
bound "first instruction to init" 850000000
bound "kernel's own clock (ns)" 500000000
bound "image (bytes)" 11010048

done_testing
