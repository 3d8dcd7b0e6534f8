#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A SCSI host that completes commands twice, late and out of order, or that looks at its
# rings late: every block comes back, with interrupts and polled, and the kernel warns
# of nothing. Env: KERNEL, AZK, OUT. Prints TAP.
. "${0%/*}/lib/tap.sh"

# load NAME CPUS [FAULT]: ioload's verify mode under $dir/host.hvs, with interrupts and polled
load() {
	boot --icount --cpus "$2" --hang 0 --disk 16M --host-script "$dir/host.hvs" \
		--append hv_storvsc.poll_queues=1 --add "$OUT/bin/ioload:/bin/ioload" \
		-- ioload op=verify span=1M bs=4K qd=32 batch=8 go=1 poll=1 go=2 \
		poll=0 span=8M bs=256K qd=32 batch=32 go=3
	verdict $rc "$1, $2 vCPUs: every block comes back (exit $rc)"
	if [ -n "${3:-}" ]; then
		grep -q "^hvhost: fault: scsi0 .*: $3 " "$dir/log"
		verdict $? "$1, $2 vCPUs: the host did it"
	fi
	! grep -q "script: line .* never came true" "$dir/log"
	verdict $? "$1, $2 vCPUs: each line of its script came true"
	refused_nothing "$1, $2 vCPUs"
}

# the second has an ID that no command has any more, or one that was given out again
printf 'seed 7\nscsi0 read chance 10%% duplicate\nscsi0 write every 9 duplicate\n' \
	>"$dir/host.hvs"
load "completed twice" 4 duplicate
printf 'seed 7\nscsi0 read delay 0us..200us\nscsi0 write chance 20%% reorder\n' >"$dir/host.hvs"
load "late and out of order" 4 reorder
printf 'seed 7\nscsi0 drain delay 5ms..20ms\n' >"$dir/host.hvs"
load "late drains" 1
done_testing
