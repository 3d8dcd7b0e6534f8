#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# VMBus versions from 5.3 down to 2.4: a guest that is refused its version asks
# for the next lower one, and has its disk at each. And the other ways to signal:
# monitor pages, the shared interrupt page. Env: KERNEL, AZK, OUT. Prints TAP.
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
	grep 'vmbus\|refused\|stop' "$dir/log" | tail -n 10 | sed 's/^/# /'
}

guest() {	# NAME OPTION...: the disk's selftest, with its host's log in $dir/log
	name=$1
	shift
	"$AZK" boot "$KERNEL" --machine hyperv --disk 16M --verbose --host-log "$dir/log" "$@" \
		--add "$OUT/selftests/hyperv-storvsc:/bin/storvsc" -- storvsc --overwrite \
		>"$dir/out" 2>"$dir/err" </dev/null
	rc=$?
	[ $rc = 0 ] && grep -q '^1\.\.' "$dir/out" && ! grep -q '^not ok\|WARNING:\|BUG:' "$dir/out"
	verdict $? "$name: the disk works (exit $rc)"
}

counted() { sed -n "s/.*\"$1\":\([0-9]*\)}.*/\1/p" "$dir/log"; }

refusals=0
for version in 5.3 5.2 5.1 5.0 4.1 4.0 3.0 2.4; do
	: >"$dir/script"
	[ $refusals = 0 ] || echo "vmbus version-response from 1 to $refusals refuse 0" >"$dir/script"
	guest "VMBus $version" --host-script "$dir/script"
	grep -q "Vmbus version:$version" "$dir/out" &&
		[ "$(grep -c 'fault: vmbus version-response' "$dir/log")" = $refusals ]
	verdict $? "VMBus $version: agreed on after $refusals refusals"
	refusals=$((refusals + 1))
done

guest "highest version 4.1" --host-config vmbus=4.1
grep -q "Vmbus version:4.1" "$dir/out"
verdict $? "highest version 4.1: agreed on"

guest "monitored" --cpus 2 --host-config monitored=scsi0
monitored=$(counted monitored_signals)
[ "${monitored:-0}" -gt 20 ] && [ "$(counted signals_from_guest || echo 0)" -lt "$monitored" ] 2>/dev/null
verdict $? "monitored: the guest signals by page (${monitored:-no} signals)"

guest "shared interrupt" --cpus 2 --host-config shared-interrupt=scsi0 --host-config vmbus=4.1
! grep -q 'refused: ' "$dir/log"
verdict $? "shared interrupt: the host has nothing to refuse"

echo "1..$n"
[ $bad = 0 ]
