#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# selftests/hyperv/enumerate.c: each offer of the host is a device in the guest, with
# the ids, relid and CPU that the host's log has; storvsc's channels and can_queue on
# 1 to 16 vCPUs, and when a part of them is not online. The port for the guest's
# messages is full now and then, and without any version of VMBus there is no bus.
# Env: KERNEL, AZK, OUT. Prints TAP.
. "${0%/*}/lib/tap.sh"

# "class instance relid" of what was offered, "relid VP" of what was opened
offer='^hvhost: vmbus: offer [a-z0-9]*\.0: relid \([0-9]*\), class \(.*\), instance \(.*\)$'
offer="s/$offer/\2 \3 \1/p"
host_devices() {
	sed -n "$offer" "$dir/log" | sort
}
host_channels() {
	sed -n 's/^hvhost: vmbus: open .*: relid \([0-9]*\), VP \([0-9]*\)$/\1 \2/p' "$dir/log" |
		awk '{ vp[$1] = $2 } END { for (r in vp) print r, vp[r] }' | sort
}

try() {	# CPUS NAME ARGUMENTS...
	cpus=$1 name=$2
	shift 2
	boot --cpus "$cpus" --disk 64M --vpci test --nic loopback --module hv_netvsc \
		--module hv_utils --module hyperv-keyboard "$@" \
		--add "$OUT/selftests/hyperv-enumerate:/bin/enumerate" -- enumerate --scsi
	pass_on "$name"
	host_devices >"$dir/host"
	sed -n 's/^# device \([^ ]*\) class {\(.*\)} relid \([0-9]*\)$/\2 \1 \3/p' \
		"$dir/out" | sort >"$dir/guest"
	[ -s "$dir/host" ] && cmp -s "$dir/host" "$dir/guest"
	verdict $? "$name: the guest has what was offered, class, instance and relid"
	host_channels >"$dir/host"
	sed -n 's/^# channel .* relid \([0-9]*\) sub .* cpu \([0-9]*\)$/\1 \2/p' \
		"$dir/out" | sort >"$dir/guest"
	[ -s "$dir/host" ] && cmp -s "$dir/host" "$dir/guest"
	verdict $? "$name: its channels are those it opened, on the CPUs the host was told"
	refused_nothing "$name"
}

for cpus in 1 2 8 16; do
	try $cpus "$cpus vCPUs"
done
try 16 "2 of 16 vCPUs" --append maxcpus=2
printf 'vmbus post every 5 queue-full\nvmbus post every 7 delay 1ms\n' >"$dir/host.hvs"
try 4 "4 vCPUs, a port that fills" --host-script "$dir/host.hvs"
grep -q 'fault: vmbus post .*: queue-full' "$dir/log"
verdict $? "the guest tried again when the port was full"
echo "vmbus version-* refuse 0" >"$dir/host.hvs"
boot --disk 64M --host-script "$dir/host.hvs" -- /bin/true
[ $rc = 0 ] && ! grep -q ' accepted$' "$dir/log"
verdict $? "without any version it boots, without a bus (exit $rc)"
done_testing
