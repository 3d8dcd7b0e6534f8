#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Flat multiboot kernels as guests: what a guest may do by its privileges, what
# hypercalls answer, what the host stands, and how a kernel's end is passed on.
# Env: AZK, OUT (with test/flat/*.elf). Prints TAP.
. "${0%/*}/../../../azk/tests/guest/lib/count.sh"
flat=$OUT/test/flat
[ -f "$flat/privileges.elf" ] ||
	skip_all "no $flat/privileges.elf; 'make tests' makes it"

explain() {
	grep '^not ok\|^# exception' "$dir/out" | head -n 12
	tail -n 5 "$dir/err"
	grep 'stop:' "$dir/log"
}

# kernel CODE NAME KERNEL CPUS [OPTION...] -- [WORD...]
kernel() {
	want=$1 name=$2 elf=$flat/$3.elf cpus=$4
	shift 4
	boot_image "$elf" --cpus "$cpus" --memory 128M --timeout 120 "$@" "cpus=$cpus"
	[ $rc = "$want" ] && if [ "$want" = 0 ]; then planned; fi
	verdict $? "$name, $cpus vCPUs (exit $rc, $(grep -c '^ok' "$dir/out") ok,"\
" $(grep -c '^not ok' "$dir/out") not)"
}

# The plan at the end, and as many results.
planned() {
	plan=$(sed -n 's/^1\.\.//p' "$dir/out")
	[ -n "$plan" ] && [ "$plan" = "$(grep -c '^ok\|^not ok' "$dir/out")" ]
}

all=0xffffffffffffffff default=0xfffffffdffffffff	# without AccessPartitionId
kernel 0 "all privileges" privileges 1 --host-config privileges=$all -- privileges=$all
kernel 0 "all privileges" privileges 2 --host-config privileges=$all -- privileges=$all
kernel 0 "those of a guest" privileges 1 -- privileges=$default
kernel 0 "none" privileges 1 --host-config privileges=0x0 --host-config features=0x0 -- \
	privileges=0x0 features=0x0
# each bit is off in one of these and on in another
for mask in aaaaaaaa 55555555 cccccccc f0f0f0f0 ff00ff00 00ff00ff; do
	kernel 0 "privileges $mask" privileges 2 --host-config privileges=0x$mask$mask \
		--host-config features=0x$mask -- privileges=0x$mask$mask features=0x$mask
done
kernel 0 "hints" privileges 1 --host-config hints=0x200c24 -- privileges=$default hints=0x200c24
kernel 1 "a kernel that was told something else finds it" privileges 1 -- privileges=0x0
kernel 0 "hypercalls" hypercalls 1 --host-config privileges=$all --
kernel 0 "hypercalls" hypercalls 2 --host-config privileges=$all --
kernel 0 "a hostile guest" hostile 1 --disk 1M --
grep -q 'refused: GPADL with page frame 200' "$dir/log" && grep -q 'ring broken' "$dir/log"
verdict $? "the host says what it refused"
kernel 0 "a hostile guest" hostile 2 --disk 1M -- seed=2
[ "$(grep -c "scsi0: refused: a packet of bytes [0-9a-f]*$" "$dir/log")" -le 16 ]
verdict $? "and no more often than sixteen times the same"
truncate -s 1M "$dir/disk"
for cpus in 1 2; do
	kernel 0 "a guest that reaches for the machine" machine $cpus --disk "file=$dir/disk" --
done

# QEMU's status is twice that and one more; azk passes on what the kernel wrote
for code in 7 49 125; do
	kernel $code "status $code" privileges 1 -- exit=$code
done
kernel 203 "a status above 125" privileges 1 -- exit=126
kernel 203 "a status above a byte" privileges 1 -- exit=512
kernel 192 "a triple fault resets the machine" privileges 1 -- triple=1
grep -q "triple fault at .*, reset" "$dir/log"
verdict $? "and the host says so"

done_testing
