#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# An unmodified kernel as a guest of hvhost: it finds Hyper-V, brings its
# processors up, reports its panic, and does the same thing twice.
# Env: KERNEL (bzImage), AZK, OUT. Prints TAP.
. "${0%/*}/lib/tap.sh"

# guest CODE NAME ARGS...: with the kernel's log on the console
guest() {
	ends=$1 called=$2
	shift 2
	boot_ends "$ends" "$called" --verbose "$@"
}

for cpus in 1 2 4 16; do
	guest 0 "$cpus vCPUs reach init" --cpus $cpus -- /bin/true
	said "$cpus vCPUs: all are up" "smp: Brought up 1 node, $cpus CPU"
	grep -q "Run /azk/init" "$dir/out" && ! grep -qE 'WARNING:|BUG:|rcu_.*stall' "$dir/out"
	verdict $? "$cpus vCPUs: no warning"
done
guest 0 "a guest" --cpus 2 -- cat /proc/interrupts
said "it sees Hyper-V" "Hypervisor detected: Microsoft Hyper-V"
said "it finds the hypervisor's build" "Hyper-V: Host Build 10.0.20348"
said "it reads reference time from the TSC page" "clocksource: hyperv_clocksource_tsc_page"
said "its ticks come from synthetic timers in direct mode" "Hyper-V stimer0 interrupts"
awk '/stimer0 interrupts/ { exit $2 + $3 < 20 } END { if (!NR) exit 1 }' "$dir/out"
verdict $? "and they do come"
grep -q '"exits":' "$dir/log" && ! grep -q '"exits":{[^}]*"0x60"' "$dir/log"
verdict $? "no exit for an interrupt"
! grep -q '"msr_writes":{[^}]*"0x40000070"' "$dir/log"
verdict $? "nor for its end"

guest 0 "a PCI bus on VMBus" --cpus 2 --vpci test -- ls /sys/bus/pci/devices
said "the guest speaks VMBus 5.3" "Vmbus version:5.3"
grep -qE ' [0-9a-f]{4}:00:00\.0$' "$dir/out" &&
	! grep -qE 'WARNING:|BUG:|hypercall error' "$dir/out"
verdict $? "its function is found"
said "by MMIO hypercalls" '"0x106":' log

guest 0 "xAPIC" --cpus 2 --append nox2apic -- /bin/true
said "xAPIC: its ICR is the synthetic one" "Using enlightened APIC (xapic mode)"
said "xAPIC: both are up" "smp: Brought up 1 node, 2 CPUs"

guest 1 "an exit code is passed on" -- /bin/false
guest 192 "a panic" -- sysrq c
said "the panic report is in the host's log" "panic report of vCPU 0" log
said "with the kernel's last lines" "panic: " log

guest 0 "once, counted" --icount -- /bin/true
cp "$dir/out" "$dir/out1" && cp "$dir/log" "$dir/log1"
guest 0 "once more" --icount -- /bin/true
cmp -s "$dir/out" "$dir/out1"
verdict $? "the same console to the byte"
cmp -s "$dir/log" "$dir/log1"
verdict $? "the same log and counters to the byte"

"$AZK" boot "$KERNEL" --machine q35 --host-log "$dir/x" >"$dir/out" 2>"$dir/err"
[ $? = 198 ]
verdict $? "a host's log on a machine without hvhost is refused"
boot --cpus 17
[ $rc = 198 ]
verdict $? "17 vCPUs are refused"
boot --memory 64M
[ $rc = 206 ] && grep -q "hvhost stopped: " "$dir/err"
verdict $? "too little memory: hvhost says so, with its own code"

done_testing
