#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guests of other shapes: much memory and little, a vmlinux, xAPIC, processors
# that stay off; and files that are no kernel. Env: KERNEL, AZK, OUT. Prints TAP.
. "${0%/*}/lib/tap.sh"

# smoke NAME KERNEL CPUS ARGS...: what the guest is to have, and no warning
smoke() {
	name=$1 kernel=$2 cpus=$3
	shift 3
	boot_image "$kernel" --verbose --disk 16M "$@" \
		--add "$OUT/selftests/hyperv-smoke:/bin/smoke" -- smoke "cpus=$cpus" disk
	[ $rc = 0 ] && grep -q '^1\.\.' "$dir/out" &&
		! grep -qE '^not ok|WARNING:|BUG:|rcu_.*stall' "$dir/out" &&
		! grep -qE 'refused|broken' "$dir/log"
	verdict $? "$name (exit $rc)"
}

logged() {	# NAME PATTERN
	grep -qE -- "$2" "$dir/out"
	verdict $? "$1"
}

# MiB of RAM the guest counts
total() {
	sed -n 's|.*Memory: [0-9]*K/\([0-9]*\)K available.*|\1|p' "$dir/out" |
		awk '{ print int($1 / 1024) }'
}

smoke "512M" "$KERNEL" 1 --memory 512M
mib=$(total)
[ "${mib:-0}" -gt 480 ] && [ "$mib" -le 512 ]
verdict $? "512M: all but the host's is the guest's (${mib:-none} MiB)"

# q35 ends low memory at 2 GiB or 2.75 GiB; the rest is above 4 GiB
smoke "5G on 2 vCPUs" "$KERNEL" 2 --memory 5G --cpus 2
mib=$(total)
[ "${mib:-0}" -gt 5000 ] && [ "$mib" -le 5120 ]
verdict $? "5G: all but the host's is the guest's (${mib:-none} MiB)"
logged "5G: some of it above 4 GiB" \
	'BIOS-e820: \[mem 0x0000000100000000-0x00000001[0-9a-f]*\] usable'

vmlinux=${KERNEL%/*}/vmlinux
if [ -f "$vmlinux" ]; then
	smoke "a vmlinux, on 2 vCPUs" "$vmlinux" 2 --memory 1G --cpus 2
	logged "a vmlinux: is where it was linked" '^# kernel at ffffffff81000000'
else
	skip "a vmlinux" "none beside $KERNEL; 'make build' leaves one there"
fi

smoke "xAPIC on 4 vCPUs" "$KERNEL" 4 --cpus 4 --append nox2apic
logged "xAPIC: by the synthetic registers" "Using enlightened APIC \(xapic mode\)"
# azk knows the word and offers MSRs for the APIC; not so with "=1", which the kernel takes alike
smoke "xAPIC in memory on 4 vCPUs" "$KERNEL" 4 --cpus 4 --append nox2apic=1
smoke "2 of 4 vCPUs are started" "$KERNEL" 2 --cpus 4 --append maxcpus=2
logged "2 of 4: the others could be" "smpboot: Allowing 4( present)? CPUs|Allowing 4 "

# refused CODE TEXT NAME FILE: said in one line
refused() {
	boot_image "$4"
	[ $rc = "$1" ] && [ "$(wc -l <"$dir/err")" = 1 ] && grep -qF -- "$2" "$dir/err"
	verdict $? "$3 (exit $rc)"
}
echo "not a kernel" >"$dir/text"
: >"$dir/empty"
head -c 100000 /dev/urandom >"$dir/noise"
head -c 100000 "$KERNEL" >"$dir/cut"
head -c 100 "$AZK" >"$dir/elf"
refused 207 "neither a bzImage" "a text is no kernel" "$dir/text"
refused 207 "neither a bzImage" "an empty file is no kernel" "$dir/empty"
refused 207 "neither a bzImage" "noise is no kernel" "$dir/noise"
refused 199 "is a directory" "a directory is no kernel" "$dir"
refused 206 "cut short" "half a kernel" "$dir/cut"
[ ! -f "$vmlinux" ] || head -c 3000000 "$vmlinux" >"$dir/cutelf"
[ ! -f "$vmlinux" ] || refused 206 "cut short" "half a vmlinux" "$dir/cutelf"
if [ -f "$vmlinux" ]; then
	cp "$vmlinux" "$dir/cutelf"
	# e_entry
	head -c 8 /dev/zero | dd of="$dir/cutelf" bs=8 seek=3 conv=notrunc status=none
	refused 206 "is not in it" "a vmlinux that begins nowhere" "$dir/cutelf"
fi
refused 207 "no segment" "half an ELF file" "$dir/elf"
refused 207 "no segment of it is a kernel" "a program for this machine is no kernel" \
	"$OUT/bin/init"

done_testing
