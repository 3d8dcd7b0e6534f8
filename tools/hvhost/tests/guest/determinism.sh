#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Under --icount a guest does the same each time, to the byte: console, host log
# and counters of RUNS runs on each of CPUS="1 4", with a disk and a NIC
# that are late now and then. Env: KERNEL, AZK, OUT; RUNS, CPUS. Prints TAP.
. "${0%/*}/lib/tap.sh"
RUNS=${RUNS:-3} CPUS=${CPUS:-1 4}
case $RUNS in
*[!0-9]* | "" | 0 | 1)
	echo "determinism: RUNS wants 2 or more, got '$RUNS'" >&2
	exit 2
	;;
esac
explain() { :; }	# what differed is shown already

cat >"$dir/script" <<END
seed 11
scsi0 read delay 20us..200us
scsi0 write every 3 delay 1ms
net0 receive every 5 delay 50us
vmbus offer delay 100us
END

# The first line in which a run differs from the first one.
difference() {	# WHAT RUN
	diff "$dir/1.$1" "$dir/$2.$1" | sed -n "s/^[<>]/# $1, run $2: &/p" | head -n 4
}

for cpus in $CPUS; do
	i=0 well=0
	rm -f "$dir"/*.console "$dir"/*.log "$dir"/*.json
	while [ $i -lt "$RUNS" ]; do
		i=$((i + 1))
		boot --icount --verbose --cpus "$cpus" --disk 16M --nic loopback \
			--module hv_netvsc --module hv_utils --host-script "$dir/script" \
			--counters "$dir/$i.json" \
			--add "$OUT/selftests/hyperv-smoke:/bin/smoke" -- \
			smoke "cpus=$cpus" disk nic services
		[ $rc = 0 ] || { well=1; sed 's/^/# /' "$dir/err"; }
		mv "$dir/out" "$dir/$i.console" && mv "$dir/log" "$dir/$i.log"
	done
	verdict $well "$cpus vCPUs: $RUNS runs end well"
	grep -q '"scsi_writes":' "$dir/1.log" && grep -q '"host_events":' "$dir/1.log" &&
		grep -q '"net_rx_packets":' "$dir/1.log" &&
		grep -q '"scsi_reads"' "$dir/1.json" && grep -q '^ok 6 ' "$dir/1.console"
	verdict $? "$cpus vCPUs: there was something to differ in"
	for what in console log json; do
		same=0
		i=1
		while [ $i -lt "$RUNS" ]; do
			i=$((i + 1))
			cmp -s "$dir/1.$what" "$dir/$i.$what" || { same=1; difference $what $i; }
		done
		verdict $same "$cpus vCPUs: the same $what in $RUNS runs"
	done
done
done_testing
