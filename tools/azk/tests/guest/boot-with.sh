#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# azk boot with a real guest, and what it is given: machines, processors, files,
# modules, an initramfs of others; and that --icount does the same twice.
# Env: KERNEL (bzImage), AZK, OUT; MODULES. Prints TAP.
. "${0%/*}/lib/boot.sh"

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

mkdir -p "$dir/add/sub"
printf 'text\n' >"$dir/add/sub/file"
try 0 "text" "--add puts a directory into the guest" --add "$dir/add:/data" -- cat /data/sub/file

# A module that needs another one, from the tree beside the kernel.
dep=$(ls "${KERNEL%/*}"/modules/lib/modules/*/modules.dep "${MODULES:-/none}/modules.dep" \
	2>/dev/null | head -n 1)
name=$(sed -n "s,^kernel/fs/.*/\\([a-z0-9_]*\\)\\.ko[.a-z]*: .*,\\1,p" "${dep:-/dev/null}" |
	head -n 1)
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
	try 0 "BusyBox" "its init is left alone" --initrd "$dir/bb.gz" \
		-- sh -c '/bin/busybox | /bin/busybox head -n 1'
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

done_testing
