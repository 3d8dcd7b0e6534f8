#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# azk boot with a real guest: every way to end has its own code, and nothing
# stays behind. Env: KERNEL (bzImage), AZK, OUT. Prints TAP.
set -u
AZK=${AZK:-$PWD/out/bin/azk}
if [ -z "${KERNEL:-}" ] || [ ! -f "$KERNEL" ]; then
	echo "1..0 # SKIP no kernel; set KERNEL to a bzImage ('make build' makes one)"
	exit 0
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0 bad=0

verdict() {	# OK NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
		return
	fi
	bad=$((bad + 1))
	echo "not ok $n - $2"
	sed 's/^/# /' "$dir/out" "$dir/err" | tail -n 12
}

# try CODE TEXT NAME ARGS...: exit code, and TEXT on stdout or stderr; on q35,
# where nothing but azk and the kernel is at work
try() {
	want=$1 text=$2 name=$3
	shift 3
	"$AZK" boot "$KERNEL" --machine q35 "$@" >"$dir/out" 2>"$dir/err" </dev/null
	got=$?
	[ $got = "$want" ] && { [ -z "$text" ] || cat "$dir/out" "$dir/err" | grep -qF -- "$text"; }
	verdict $? "$name (exit $got, wanted $want)"
}

skip() {	# NAME REASON
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

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
"$AZK" boot "$KERNEL" --verbose -- true >"$dir/out" 2>"$dir/err" </dev/null &&
	grep -q "Hypervisor detected: Microsoft Hyper-V" "$dir/out"
verdict $? "no machine named: hyperv"
try 0 "two" "two CPUs" --cpus 2 -- echo two
try 0 "micro" "the machine microvm" --machine microvm -- echo micro
try 192 "sysrq triggered crash" "a panic on microvm" --machine microvm -- sysrq c
try 0 "locked" "lockdown: the verdict takes the second serial line" \
	--append "lsm=lockdown lockdown=confidentiality" -- echo locked
try 0 "locked" "lockdown on microvm" --machine microvm \
	--append "lsm=lockdown lockdown=confidentiality" -- echo locked
try 0 "Linux version" "--verbose shows the log" --verbose -- true

"$AZK" boot "$KERNEL" -- poweroff >"$dir/out" 2>"$dir/err" </dev/null
verdict $? "poweroff ends the guest in order"

mkdir -p "$dir/add/sub"
printf 'text\n' >"$dir/add/sub/file"
try 0 "text" "--add puts a directory into the guest" --add "$dir/add:/data" -- cat /data/sub/file

# A module that needs another one, from the tree beside the kernel.
dep=$(ls "$(dirname "$KERNEL")"/modules/lib/modules/*/modules.dep "${MODULES:-/none}/modules.dep" 2>/dev/null | head -n 1)
name=$(sed -n "s,^kernel/fs/.*/\\([a-z0-9_]*\\)\\.ko[.a-z]*: .*,\\1,p" "${dep:-/dev/null}" | head -n 1)
if [ -n "$name" ]; then
	try 0 "$name " "--module $name comes with what it needs" \
		--modules-dir "${dep%/*}" --module "$name" -- cat /proc/modules
else
	skip "--module" "no modules beside the kernel; 'make build' makes them, or set MODULES"
fi

if [ -x /bin/busybox ]; then
	mkdir -p "$dir/root/bin" "$dir/root/dev"
	cp /bin/busybox "$dir/root/bin/busybox"
	ln -s busybox "$dir/root/bin/sh"
	ln "$dir/root/bin/busybox" "$dir/root/init"
	(cd "$dir/root" && find . | /bin/busybox cpio -o -H newc 2>/dev/null) | gzip -n >"$dir/bb.gz"
	try 77 "" "the command's own code, from a compressed --initrd" \
		--initrd "$dir/bb.gz" -- /bin/busybox sh -c 'exit 77'
	try 203 "killed by signal 9" "a command that is killed" \
		--initrd "$dir/bb.gz" -- /bin/sh -c 'kill -9 $$'
	try 203 "ended with 200" "a code above 125" --initrd "$dir/bb.gz" -- sh -c 'exit 200'
	try 0 "BusyBox" "its init is left alone" --initrd "$dir/bb.gz" -- sh -c '/bin/busybox | /bin/busybox head -n 1'
	try 193 "a taint" "a taint flag alone is a fault" --initrd "$dir/bb.gz" \
		-- sh -c 'echo a taint; echo 512 >/proc/sys/kernel/tainted'
else
	skip "an --initrd with busybox" "no /bin/busybox; install busybox-static"
fi

for m in q35 microvm; do
	for i in 1 2; do
		"$AZK" boot "$KERNEL" --machine $m --icount --verbose --json "$dir/$m$i.json" \
			>"$dir/$m$i" 2>"$dir/err" </dev/null
		grep -E 'tsc_at_init|printk_clock|memory_free' "$dir/$m$i.json" >>"$dir/$m$i"
	done
	diff "$dir/${m}1" "$dir/${m}2" >"$dir/out" && [ -s "$dir/${m}1" ]
	verdict $? "two --icount runs on $m are the same to the byte"
done

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

echo "1..$n"
[ $bad = 0 ]
