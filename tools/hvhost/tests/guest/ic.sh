#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Integration services, keyboard, reboot and the panic report. selftests/hyperv/ic.c on 1 and
# 2 vCPUs with time that is skipped when nobody works (--icount), requests of the host, and
# what azk makes of how the guest ended. Env: KERNEL, AZK, OUT. Prints TAP.
. "${0%/*}/lib/tap.sh"

# guest CODE NAME ARGUMENTS of azk boot: the drivers of the services, and what tests them
guest() {
	ends=$1 called=$2
	shift 2
	boot_ends "$ends" "$called" --icount --add "$OUT/selftests/hyperv-ic:/bin/ic" \
		--module hv_utils "$@"
}

ic_results() {	# WHO: what the selftest said
	results "$1"
	grep -q '^1\.\.' "$dir/out"
	verdict $? "$1: the selftest comes to its end"
}

cat >"$dir/phases" <<'E'
phase 1 heartbeat0 pause
phase 2 heartbeat0 resume
phase 3 timesync0 step 3600s
phase 4 timesync0 step-back 7200s
phase 5 timesync0 sample
phase 6 timesync0 rescind
phase 7 timesync0 offer
phase 8 keyboard0 key 0x1e
phase 8 keyboard0 make 0xe01d
phase 8 keyboard0 break 0xe01d
phase 8 keyboard0 make 0xe11d
phase 8 keyboard0 make 0x45
phase 8 keyboard0 break 0xe11d
phase 8 keyboard0 break 0x45
phase 9 shutdown0 hibernate
phase 9 after 1s shutdown0 shutdown
phase 10 shutdown0 reboot
E
{ cat "$dir/phases"; echo "heartbeat0 beat nth 10 drop"; } >"$dir/drop"
# the newest version of the messages is none: the guest takes 3.0, without reference time
{ cat "$dir/phases"; echo "timesync0 negotiate set 44 4 0"; } >"$dir/v3"

for cpus in 1 2; do
	guest 0 "$cpus vCPUs: the selftest passes" --cpus $cpus --host-script "$dir/drop" \
		--module hyperv_keyboard --module atkbd --module evdev -- ic
	ic_results "$cpus vCPUs"
	sent=$(counted heartbeats) answered=$(counted heartbeats_answered)
	[ "$sent" -gt 5 ] && [ "$answered" = $((sent - 1)) ]
	verdict $? "$cpus vCPUs: all beats but the one that was dropped were answered"\
" ($answered of $sent)"
	[ "$(grep -c 'heartbeat0: no answer to beat' "$dir/log")" = 1 ]
	verdict $? "$cpus vCPUs: the host said so once"
	[ "$(counted keys)" = 8 ]
	verdict $? "$cpus vCPUs: and counted the keys"
	refused_nothing "$cpus vCPUs"
done

guest 0 "time without reference time" --host-script "$dir/v3" -- ic time
ic_results "messages 3.0"
said "it was version 3.0" "timesync0: framework 3.0, messages 3.0" log

boot --icount -- sleep 30
[ $rc = 0 ]
verdict $? "a guest without hv_utils sleeps"
! grep -q "^hvhost: \(heartbeat\|timesync\|keyboard\)[0-9]" "$dir/log" &&
	[ "$(counted packets_to_guest)" = 0 ]
verdict $? "and no packet wakes it"

guest 208 "the host asks for hibernation, then for a shutdown" --cpus 2 \
	--host-script "$dir/phases" -- ic ask 9
said "the guest answered the one" "shutdown0: hibernate: the guest will" log
said "and agreed to the other" "shutdown0: shutdown: the guest will" log
said "azk says who wanted it" "powered off before its command ended, as its host asked" err
guest 209 "the host asks for a restart, twice, and one is let" --reboots 1 --verbose \
	--host-script "$dir/phases" -- ic ask 10
[ "$(grep -c "Linux version" "$dir/out")" = 2 ] &&
	[ "$(grep -c "hvhost: 1 vCPUs" "$dir/log")" = 2 ] &&
	[ "$(grep -c 'shutdown0: reboot: the guest will' "$dir/log")" = 2 ]
verdict $? "the guest came up twice in one machine"
said "azk says that it was a reboot" \
	"rebooted before its command ended, once more than --reboots" err
guest 209 "a reboot that the command wants" --cpus 2 -- reboot
guest 192 "a panic is no reboot" --reboots 1 --verbose --append ignore_loglevel -- sysrq c
said "the panic report is in the host's log" "panic report of vCPU" log
grep -q 'panic: .*Kernel panic - not syncing: sysrq triggered crash' "$dir/log"
verdict $? "it has why"
sed -n 's/^hvhost: panic: //p' "$dir/log" >"$dir/panic"
[ "$(wc -l <"$dir/panic")" -gt 10 ] && [ "$(grep -cvxFf "$dir/out" "$dir/panic")" = 0 ]
verdict $? "every line of it is one of the kernel's"

done_testing
