#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Kernels that others built and nobody changed: Debian's for clouds, 6.1, 6.12 and
# 6.18, each on 1, 2 and 4 vCPUs. The drivers are its own modules. 'make distro'
# fetches and unpacks them (patches/base.lock says which); one that is not there
# is skipped. Env: AZK, OUT; PEERS, CPUS. Prints TAP.
. "${0%/*}/../../../azk/tests/guest/lib/count.sh"
CPUS=${CPUS:-1 2 4} PEERS=${PEERS:-debian-cloud-6.1 debian-cloud-6.12 debian-cloud}

# one PEER CPUS: all that is to be seen in one boot
one() {
	is="$1, $2 vCPUs"
	boot_image "$OUT/peer/$1/bzImage" --verbose --cpus "$2" --disk 16M --nic loopback \
		--vpci test --module hv_storvsc --module sd_mod --module hv_netvsc \
		--module pci-hyperv --module hv_utils \
		--add "$OUT/selftests/hyperv-smoke:/bin/smoke" -- \
		smoke "cpus=$2" disk nic pci services
	[ $rc = 0 ] && grep -q '^1\.\.' "$dir/out"
	verdict $? "$is: init, and what it checks (exit $rc)"
	! grep -qE '^not ok|WARNING:|BUG:|rcu_.*stall' "$dir/out"
	verdict $? "$is: every check, no warning"
	said "$is: sees Hyper-V" "Hypervisor detected: Microsoft Hyper-V"
	said "$is: knows the page with the time" "clocksource: hyperv_clocksource_tsc_page"
	said "$is: speaks VMBus 5.3" "Vmbus version:5.3"
	! grep -qE 'refused|broken' "$dir/log"
	verdict $? "$is: the host had nothing to refuse"
}

# a processor that was there is begun anew; what goes wrong with that does on a busy
# machine, where SIPI comes before INIT was taken: cycle PEER CPUS
cycle() {
	boot_image "$OUT/peer/$1/bzImage" --verbose --cpus "$2" \
		--add "$OUT/selftests/hyperv-smoke:/bin/smoke" -- smoke "cpus=$2" cycle
	[ $rc = 0 ] && grep -q '^ok .* is turned off and on' "$dir/out" &&
		! grep -qE '^not ok|WARNING:|BUG:|rcu_.*stall' "$dir/out"
	verdict $? "$1, $2 vCPUs: the last one is turned off and on (exit $rc)"
}

for peer in $PEERS; do
	if [ ! -f "$OUT/peer/$peer/bzImage" ]; then
		skip "$peer" "not there: put its package (patches/base.lock names it) into dl/,"\
" then 'make distro'"
		continue
	fi
	for cpus in $CPUS; do
		one "$peer" "$cpus"
		if [ "$cpus" -gt 1 ]; then cycle "$peer" "$cpus"; fi
	done
done
done_testing
