#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# selftests/hyperv/storvsc.c on 1, 2, 4 and 8 vCPUs: what a guest writes comes
# back, and the host counted the same bytes. Env: KERNEL, AZK, OUT. Prints TAP.
. "${0%/*}/lib/tap.sh"

for cpus in 1 2 4 8; do
	boot --cpus $cpus --disk 64M --disk 16M,ro \
		--add "$OUT/selftests/hyperv-storvsc:/bin/storvsc" -- storvsc --overwrite
	selftest "$cpus vCPUs"
	# the kernel zeroes 1 MiB by writing when it does not use WRITE SAME
	wrote=$(sed -n 's/^# wrote \([0-9]*\) bytes$/\1/p' "$dir/out")
	host=$(counted scsi_write_bytes)
	[ -n "$wrote" ] && { [ "$host" = "$wrote" ] || [ "$host" = $((wrote + 1048576)) ]; }
	verdict $? "$cpus vCPUs: the host counted what was written ($host, guest ${wrote:-none})"
	refused_nothing "$cpus vCPUs"
done
done_testing
