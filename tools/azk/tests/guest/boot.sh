#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# azk boot with a real guest: every way to end has its own code, and nothing
# stays behind. Env: KERNEL (bzImage), AZK, OUT. Prints TAP.
. "${0%/*}/lib/boot.sh"

try 0 "" "true" -- /bin/true
try 1 "" "false" -- /bin/false
try 0 "clock at init" "the report of a guest without a command"
try 0 "a  'b' \"c\" \$d" "words arrive as they were given" -- echo "a  'b' \"c\" \$d"
try 203 "no such command" "a command that is not there" -- /bin/nosuch
try 192 "Kernel panic - not syncing: sysrq triggered crash; last line: [" "a panic" -- sysrq c
try 195 "hangs after init: no output for 5 s" "a hang after init" --hang 5 -- hang
try 195 "busy" "a busy hang says where" --hang 5 -- spin
try 194 "hangs before init: no output for 15 s" "a hang before init" \
	--hang 15 --append "rdinit=/none root=/dev/nope rootwait"
try 196 "not done after 10 s" "the time limit" --timeout 10 -- sleep 100
try 192 "before init" "a panic before init" --append "rdinit=/none root=/dev/nope"
try 197 "left without a verdict" "a reboot that nobody asked azk for" -- sysrq b
# RCU warns about a fan-out that its masks cannot hold, and goes on.
try 193 "rcu_init_geometry" "a warning of a kernel that went on" \
	--append rcutree.rcu_fanout_leaf=65 -- true
try 0 "[    1.000000] BUG: a word" "a command's own words are not the kernel's" \
	-- echo "[    1.000000] BUG: a word"
try 0 "[    1.000000] Kernel panic - not syncing: a word" "not even of a panic" \
	-- echo "[    1.000000] Kernel panic - not syncing: a word"

"$AZK" boot "$KERNEL" -- poweroff >"$dir/out" 2>"$dir/err" </dev/null
verdict $? "poweroff ends the guest in order"

# ends SIGNAL CODE NAME: a running azk gets SIGNAL; its QEMU must be gone
ends() {
	"$AZK" boot "$KERNEL" --timeout 120 -- hang >"$dir/out" 2>"$dir/err" </dev/null &
	azk=$!
	qemu='' tries=0
	while [ -z "$qemu" ] && [ $tries -lt 100 ]; do
		sleep 0.1
		qemu=$(cat "/proc/$azk/task/$azk/children" 2>/dev/null)
		tries=$((tries + 1))
	done
	sleep 2
	kill "-$1" $azk
	wait $azk 2>/dev/null
	got=$?
	tries=0
	while [ -n "$qemu" ] && [ -d "/proc/${qemu% }" ] && [ $tries -lt 50 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	[ -n "$qemu" ] && [ ! -d "/proc/${qemu% }" ] && [ $got = "$2" ]
	verdict $? "$3 (exit $got, QEMU was ${qemu:-not seen})"
}

ends INT 205 "Ctrl-C leaves no QEMU"
ends TERM 205 "SIGTERM leaves no QEMU"
ends KILL 137 "a killed azk leaves no QEMU"

"$AZK" boot "$KERNEL" --verbose 2>"$dir/err" </dev/null | head -n 1 >"$dir/out"
[ "$(wc -l <"$dir/out")" = 1 ]
verdict $? "a reader that goes away ends the guest"

done_testing
