#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# selftests/hyperv/rescind.c: the SCSI controller goes at each step of its way onto
# the bus and under traffic, and comes back. Upstream 6.18.15 never gets on after some
# of the steps, so these have a boot each; patches/storvsc mends that. With --icount a
# guest that waits for a timeout takes no time.
# Env: KERNEL, AZK, OUT. Prints TAP.
. "${0%/*}/lib/tap.sh"
. "${0%/*}/lib/rescind.sh"

cat >"$dir/rules" <<END
phase 1 scsi0 rescind
phase 2 scsi0 offer
vmbus offer in 11 nth 1 then-rescind
vmbus gpadl-created in 12 nth 1 rescind
vmbus gpadl-created in 13 nth 1 then-rescind
vmbus open-result in 14 nth 1 rescind
vmbus open-result in 15 nth 1 then-rescind
scsi0 begin-init in 21 nth 1 rescind
scsi0 version in 22 nth 1 rescind
scsi0 properties in 23 nth 1 then-rescind
scsi0 end-init in 24 nth 1 rescind
scsi0 sub-channels in 25 nth 1 rescind
scsi0 inquiry in 31 nth 1 rescind
scsi0 read in 32 nth 40 rescind
scsi0 write in 33 nth 40 then-rescind
END

run() {	# NAME CPUS STEP...: PHASE:NAME
	name=$1 cpus=$2
	shift 2
	steps "$name" "$cpus" scsi0 rescind "--disk 32M" --overwrite "$@"
}

# what comes first decides about the last one: the end of the open, or the rescind
run bus 1 11:offer 12:gpadl 13:gpadl-then 14:open 15:open-then
same_heap bus
run protocol 1 21:begin-init 22:version 23:properties 24:end-init
same_heap protocol
run sub-channels 5 25:sub-channels
run scan 1 31:inquiry
run reads 1 32:io-read
run writes 1 33:io-write
run cache 1 41:idle-cache

# A host that does not wait until the guest gave the old channel back.
printf 'phase 1 scsi0 rescind\nphase 1 scsi0 offer-now\n' >"$dir/host.hvs"
boot --disk 32M --host-script "$dir/host.hvs" \
	--add "$OUT/selftests/hyperv-again:/bin/again" -- again
# azk ends with 193 when the kernel warned
[ $rc = 193 ] && grep -q 'vmbus_onoffer' "$dir/err" && rc=0
pass_on again
done_testing
