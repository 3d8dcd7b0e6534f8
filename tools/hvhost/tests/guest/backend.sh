#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What reaches outside of hvhost: a file as a disk (what the guest wrote is in it),
# NVMe and virtio-net functions of QEMU behind a PCI bus, QEMU's user network.
# selftests/hyperv/{block,nvme,usernet}.c. Env: KERNEL, AZK, OUT. Prints TAP.
. "${0%/*}/lib/tap.sh"

# guest NAME CODE ARGS...: a boot whose command prints KTAP; its lines become ours
guest() {
	name=$1 want=$2
	shift 2
	boot --add "$dir/pattern:/pattern" \
		--add "$OUT/selftests/hyperv-block:/bin/block" \
		--add "$OUT/selftests/hyperv-nvme:/bin/nvme" \
		--add "$OUT/selftests/hyperv-usernet:/bin/usernet" "$@"
	selftest "$name" "$want"
	refused_nothing "$name"
}

# kept FILE OFFSET: what the guest wrote is there
kept() {
	cmp -s -n 4194304 -i "$2:0" "$1" "$dir/pattern"
}

head -c 4194304 /dev/urandom >"$dir/pattern"
far=32212254720		# 30 GiB

# ---- a file as a disk, far larger than all memory ----
truncate -s 40G "$dir/disk"
guest "a file of 40 GiB" 0 --cpus 2 --disk "file=$dir/disk" -- block sd --overwrite /pattern $far
kept "$dir/disk" $far
verdict $? "what the guest wrote is in the file"
[ "$(stat -c %s "$dir/disk")" = 42949672960 ] && [ "$(du -k "$dir/disk" | cut -f1)" -lt 20000 ]
verdict $? "which has its size and still its holes ($(du -k "$dir/disk" | cut -f1) KiB)"
requests=$(counted file_requests)
[ "$requests" -gt 64 ]
verdict $? "the host counted its requests ($requests)"

cp --sparse=always "$dir/disk" "$dir/before"
guest "the same file, read only" 0 --disk "file=$dir/disk,ro" -- block sd --read-only /pattern $far
kept "$dir/disk" $far && cmp -s -n 67108864 -i $((far - 33554432)) "$dir/disk" "$dir/before"
verdict $? "and it is as it was"
rm -f "$dir/before"

# ---- QEMU's NVMe behind vPCI ----
printf 'phase 1 vpci0 eject 0 1s\nphase 2 vpci0 eject 0 1s\n' >"$dir/script"
for cpus in 1 2; do
	truncate -s 64M "$dir/nvme"
	guest "NVMe, $cpus vCPUs" 0 --cpus $cpus --vpci "nvme,file=$dir/nvme" -- \
		block nvme --overwrite /pattern 1048576
	kept "$dir/nvme" 1048576
	verdict $? "NVMe, $cpus vCPUs: what the guest wrote is in the file"
	guest "NVMe's interrupts, $cpus vCPUs" 0 --cpus $cpus --vpci "nvme,file=$dir/nvme" \
		--host-script "$dir/script" -- nvme --eject
done

# ---- QEMU's user network ----
for cpus in 1 2; do
	guest "a NIC on QEMU's network, $cpus vCPUs" 0 --cpus $cpus --nic loopback --nic user \
		--module hv_netvsc -- usernet eth1
done

# ---- several on one bus ----
guest "NVMe on a bus of four" 0 --vpci test+virtio-net+nvme+class=010601 --vpci nvme -- nvme
boot --vpci test+virtio-net+nvme+bdf=00:1f.2 --vpci nvme -- ls /sys/bus/pci/devices
buses=$(sed -n 's/.* \([0-9a-f]*\):00:00\.0$/\1/p' "$dir/out" | grep -v '^0000$')
functions=$(for b in $buses; do grep -c " $b:00:00\.[0-7]$" "$dir/out"; done | sort | xargs)
[ "$(echo "$buses" | wc -l)" = 2 ] && [ "$functions" = "1 4" ] &&
	[ "$(grep -o ' 0000:.*' "$dir/out")" = ' 0000:00:00.0' ]
verdict $? "four functions on one bus, one on another, and a host bridge on the guest's own"
has() {	# MODULE of the kernel
	grep -q "/$1\.ko" "$(dirname "$KERNEL")"/modules/lib/modules/*/modules.dep 2>/dev/null
}
if has virtio_net; then
	pci=
	has virtio_pci && pci="--module virtio_pci"
	# shellcheck disable=SC2086 # none or two words
	guest "virtio-net behind vPCI" 0 --vpci virtio-net $pci --module virtio_net -- usernet
else
	skip "virtio-net behind vPCI" \
		"no module virtio_net beside this kernel; use one that has it"
fi
boot --verbose --vpci e1000e -- ls /sys/bus/pci/devices
[ $rc = 0 ] && grep -q ':00:00\.0: \[8086:10d3\]' "$dir/out"
verdict $? "e1000e behind vPCI is found"
boot --vpci class=060000+class=060000
[ $rc = 206 ] && grep -q 'needs what the machine does not have' "$dir/err"
verdict $? "a second host bridge, which the machine does not have, is refused"

done_testing
