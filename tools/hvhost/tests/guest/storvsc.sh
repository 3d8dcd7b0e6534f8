#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# selftests/hyperv/storvsc.c on 1, 2, 4 and 8 vCPUs: what a guest writes comes
# back, and the host counted the same bytes; and polled I/O. Env: KERNEL, AZK, OUT. Prints TAP.
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

# Polled queues: every block written, read back and looked at, and no interrupt for it;
# then, on the same channel, some with interrupts.
for cpus in 1 4; do
	boot --cpus $cpus --disk 64M --append hv_storvsc.poll_queues=2 \
		--add "$OUT/bin/ioload:/bin/ioload" -- ioload poll=1 op=verify span=4M \
		bs=4K qd=32 batch=8 go=1 bs=256K qd=4 batch=1 go=2 poll=0 go=3
	verdict $rc "$cpus vCPUs, polled: what is written comes back"
	sed -n 's/^# run .*"interrupts": \([0-9]*\),.*/\1/p' "$dir/out" | xargs | grep -q "^0 0 [1-9]"
	verdict $? "$cpus vCPUs, polled: no interrupts, and with others again"
	refused_nothing "$cpus vCPUs, polled"
done
done_testing
