#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Kernels that others built and nobody changed: Debian's for clouds, 6.1, 6.12 and
# 6.18, each on 1, 2 and 4 vCPUs. The drivers are its own modules. 'make distro'
# fetches and unpacks them (patches/base.lock says which); one that is not there
# is skipped. Env: AZK, OUT; PEERS, CPUS. Prints TAP.
set -u
OUT=${OUT:-$PWD/out} AZK=${AZK:-$PWD/out/bin/azk} CPUS=${CPUS:-1 2 4}
PEERS=${PEERS:-debian-cloud-6.1 debian-cloud-6.12 debian-cloud}
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

said() {	# NAME TEXT [FILE]
	grep -qF -- "$2" "$dir/${3:-out}"
	verdict $? "$1"
}

# one PEER CPUS: all that is to be seen in one boot
one() {
	is="$1, $2 vCPUs"
	"$AZK" boot "$OUT/peer/$1/bzImage" --machine hyperv --verbose --cpus "$2" --disk 16M \
		--nic loopback --vpci test --host-log "$dir/log" \
		--module hv_storvsc --module sd_mod --module hv_netvsc --module pci-hyperv --module hv_utils \
		--add "$OUT/selftests/hyperv-smoke:/bin/smoke" -- smoke "cpus=$2" disk nic pci services \
		>"$dir/out" 2>"$dir/err" </dev/null
	rc=$?
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

for peer in $PEERS; do
	if [ ! -f "$OUT/peer/$peer/bzImage" ]; then
		n=$((n + 1))
		echo "ok $n - $peer # SKIP not there: put its package (patches/base.lock names it) into dl/, then 'make distro'"
		continue
	fi
	for cpus in $CPUS; do
		one "$peer" "$cpus"
	done
done
echo "1..$n"
[ $bad = 0 ]
