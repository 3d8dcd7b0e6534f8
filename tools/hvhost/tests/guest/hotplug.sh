#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# selftests/hyperv/hotplug.c: disks that the host resizes, adds and removes while the
# guest uses them; what they held is given back. selftests/hyperv/vpci.c: PCI functions
# that are ejected and added. Env: KERNEL, AZK, OUT. Prints TAP.
. "${0%/*}/lib/tap.sh"

cat >"$dir/host.hvs" <<END
phase 1 scsi0 resize 0 128M
phase 2 scsi0 resize 0 32M
phase 3 scsi0 add 3 48M
phase 4 scsi0 remove 3
phase 5 scsi0 add 3 48M
phase 6 scsi0 remove 0
END
for cpus in 1 4; do
	boot --cpus $cpus --disk 64M --host-script "$dir/host.hvs" \
		--add "$OUT/selftests/hyperv-hotplug:/bin/hotplug" -- hotplug --overwrite
	pass_on "$cpus vCPUs"
	[ "$(grep -c '^hvhost: action: .*: done$' "$dir/log")" = 6 ]
	verdict $? "$cpus vCPUs: the host did all six"
	# 4: the added disk is gone again; 2: before it came
	[ "$(heap 4)" = "$(heap 2)" ]
	held="$(heap 2), then $(heap 4)"
	verdict $? "$cpus vCPUs: a removed disk takes no memory of the host ($held)"
	refused_nothing "$cpus vCPUs"
done
cat >"$dir/host.hvs" <<END
phase 11 vpci0 add 1
phase 12 vpci0 eject 1
phase 13 vpci0 add
phase 14 vpci0 eject 0 500ms
phase 15 vpci0 eject 0
phase 15 vpci0 eject 1
phase 16 vpci0 add 0
phase 17 vpci0 rescind
phase 18 vpci0 offer
END
boot --cpus 2 --vpci test --host-script "$dir/host.hvs" \
	--add "$OUT/selftests/hyperv-vpci:/bin/vpci" -- vpci
pass_on "PCI functions"
[ "$(grep -c '^hvhost: action: .*: done$' "$dir/log")" = 9 ]
verdict $? "PCI functions: the host did all nine"
refused_nothing "PCI functions"
done_testing
