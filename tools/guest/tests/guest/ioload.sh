#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# ioload against hvhost's disk: it does what it was told, the host counts the same, and
# what is wrong is found. A host that looks late ("drain") is signalled less often.
# Env: KERNEL (bzImage), AZK, OUT. Prints TAP.
set -u
OUT=${OUT:-$PWD/out} AZK=${AZK:-$PWD/out/bin/azk}
if [ -z "${KERNEL:-}" ] || [ ! -f "$KERNEL" ]; then
	echo "1..0 # SKIP no kernel; set KERNEL to a bzImage ('make build' makes one)"
	exit 0
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0 bad=0

verdict() {	# STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
		return
	fi
	bad=$((bad + 1))
	echo "not ok $n - $2"
	tail -n 12 "$dir/out" "$dir/err" | sed 's/^/# /'
}

load() {	# WORDS of ioload
	"$AZK" boot "$KERNEL" --machine hyperv --icount --no-ic --disk 4M --host-log "$dir/log" \
		--module hv_storvsc --module sd_mod --host-script "$dir/script" \
		--add "$OUT/bin/ioload:/bin/ioload" -- ioload "$@" >"$dir/out" 2>"$dir/err" </dev/null
}

counter() {	# PHASE NAME: all its windows
	sed -n "s/.*\"phase\":\"$1\",\"$2\":\([0-9]*\)}.*/\1/p" "$dir/log" | awk '{ s += $1 } END { print s + 0 }'
}

said() {	# PHASE KEY: of its line of results
	sed -n "s/^# run {\"phase\": $1, .*\"$2\": \(-*[0-9]*\)[,}].*/\1/p" "$dir/out"
}

is() {	# NAME VALUE OPERATOR VALUE
	[ -n "$2" ] && [ -n "$4" ] && [ "$2" "$3" "$4" ]
	verdict $? "$1 (${2:-nothing} $3 ${4:-nothing})"
}

# each size and depth once; a late host at the end
cat >"$dir/script" <<'E2'
scsi0 drain in 8 delay 50us
scsi0 drain in 9 delay 50us
E2
load settle=20000 ios=64 go=0 \
	bs=512 qd=1 go=1 bs=4096 qd=32 batch=32 go=2 bs=1M qd=4 batch=2 order=seq ios=8 go=3 \
	op=write bs=4096 ios=256 qd=256 batch=8 order=random go=4 \
	op=verify qd=32 batch=8 go=5 fixed=1 seed=9 bs=512 span=256K go=6 fixed=0 \
	op=read bs=4096 ios=64 poll=1 qd=8 batch=8 span=0 go=7 poll=0 \
	qd=32 batch=32 ios=256 go=8 qd=1 batch=1 ios=32 go=9
verdict $? "reads, writes, verifies"
! grep '^not ok' "$dir/out"
verdict $? "no run failed"
grep -q '^1\.\.9$' "$dir/out"
verdict $? "nine runs, and the warm-up says nothing"
for p in 1 2 3 8 9; do
	is "phase $p: the host saw each read" "$(counter $p scsi_reads)" -ge "$(said $p units)"
	is "phase $p: and each byte" "$(counter $p scsi_read_bytes)" -eq "$(said $p bytes)"
done
is "phase 4: the host saw each byte written" "$(counter 4 scsi_write_bytes)" -eq "$(said 4 bytes)"
for p in 5 6; do
	is "phase $p: every block written" "$(counter $p scsi_write_bytes)" -eq $(($(said $p bytes) / 2))
	is "phase $p: and read back" "$(counter $p scsi_read_bytes)" -eq $(($(said $p bytes) / 2))
done
is "phase 2: a batch is a system call, and waiting for it one at the most" \
	"$(said 2 system_calls)" -le 4
is "phase 1: an interrupt each" "$(said 1 interrupts)" -eq 64
is "phase 8: a late host is signalled once for many" "$(counter 8 signals_from_guest)" -le 64
is "phase 9: at depth 1 for each" "$(counter 9 signals_from_guest)" -eq 32
late=$(sed -n 's/^# cell {"phase": 9, .*"p50_ns": \([0-9]*\),.*/\1/p' "$dir/out")
is "phase 9: and each takes so much longer" "${late:-0}" -ge 50000

echo "scsi0 read in 2 nth 5 refuse 0x04" >"$dir/script"
load op=read qd=8 batch=4 go=2 op=verify spoil=77 go=1
[ $? = 1 ] && [ "$(said 1 wrong)" = 1 ] && grep -q "^not ok 2 " "$dir/out"
verdict $? "one byte that is wrong is found, and only that one"
[ "$(said 2 errors)" = 0 ] && grep -q "^ok 1 " "$dir/out" && grep -q "fault: scsi0 read #5: refuse" "$dir/log"
verdict $? "a read that the host fails once is tried again by the kernel"
# these need no guest
"$OUT/bin/ioload" dev=/dev/none go=1 >"$dir/out" 2>"$dir/err"
[ $? = 1 ] && grep -q "/dev/none: No such file" "$dir/err"
verdict $? "a device that is not there is named"
"$OUT/bin/ioload" qd=0 go=1 >"$dir/out" 2>"$dir/err"
[ $? = 2 ] && grep -q "qd=0: wants a number, 1 to 256" "$dir/err"
verdict $? "a depth that cannot be is named"
echo "1..$n"
[ $bad = 0 ]
