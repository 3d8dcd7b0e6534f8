#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# VMBus versions below 5.3, down to 2.4: a guest that is refused its version asks
# for the next lower one, and has its disk at each. And the other ways to signal:
# monitor pages, the shared interrupt page. Env: KERNEL, AZK. Prints TAP.
. "${0%/*}/lib/tap.sh"

guest() {	# NAME OPTION...: reads its disk; console to $dir/out, the host's log to $dir/log
	name=$1
	shift
	boot --verbose --disk "$dir/disk" "$@" -- cat /dev/sda
	[ $rc = 0 ] && grep -q '^what is on the disk' "$dir/out" &&
		! grep -q 'WARNING:\|BUG:' "$dir/out"
	verdict $? "$name: the disk is read (exit $rc)"
}

agreed() {	# VERSION REFUSALS
	grep -q "Vmbus version:$1" "$dir/out" &&
		[ "$(grep -c 'fault: vmbus version-' "$dir/log")" = "$2" ]
	verdict $? "VMBus $1: agreed on after $2 refusals"
}

printf 'what is on the disk\n%0492d' 0 >"$dir/disk"
refusals=1
for version in 5.2 5.1 5.0 4.1 4.0 3.0 2.4; do
	echo "vmbus version-* from 1 to $refusals refuse 0" >"$dir/script"
	guest "VMBus $version" --host-script "$dir/script"
	agreed $version $refusals
	refusals=$((refusals + 1))
done

guest "monitored" --cpus 2 --host-config monitored=scsi0
monitored=$(counted monitored_signals)
hypercalls=$(counted signals_from_guest)
[ "$hypercalls" != 0 ] || hypercalls=no
[ "$monitored" -gt 20 ] && [ "$hypercalls" = no ]
verdict $? "monitored: the guest signals by page ($monitored signals, $hypercalls by hypercall)"

guest "shared interrupt" --cpus 2 --host-config shared-interrupt=scsi0 --host-config vmbus=4.1
! grep -q 'refused: ' "$dir/log"
verdict $? "shared interrupt: the host has nothing to refuse"
grep -q "Vmbus version:4.1" "$dir/out"
verdict $? "highest version 4.1: agreed on"

# vPCI: the same way down. STATUS_REVISION_MISMATCH is what a guest takes for "ask lower".
truncate -s 64M "$dir/disk"
refusals=1
for version in 1.3 1.2 1.1; do
	echo "vpci0 query-protocol-version from 1 to $refusals refuse 0xc0000059" >"$dir/script"
	boot --verbose --cpus 2 --vpci "nvme,file=$dir/disk" --host-script "$dir/script" \
		--add "$OUT/selftests/hyperv-nvme:/bin/nvme" -- nvme
	[ $rc = 0 ] && grep -q '^ok 1' "$dir/out" && ! grep -q 'WARNING:\|BUG:' "$dir/out"
	verdict $? "vPCI $version: NVMe and its interrupts work (exit $rc)"
	grep -q "PCI VMBus probing: Using version $(printf '%#x' $((65536 + ${version#1.})))" \
		"$dir/out" && [ "$(grep -c 'fault: vpci0 query-protocol' "$dir/log")" = "$refusals" ]
	verdict $? "vPCI $version: agreed on after $refusals refusals"
	refusals=$((refusals + 1))
done

done_testing
