# SPDX-License-Identifier: GPL-2.0-only
# Read by guest tests, not run: a kernel or a skip, a boot with the host's log, the
# KTAP lines of a program in the guest as lines of this test, and what the host counted.
# $dir, verdict() and the rest of counting are in count.sh, which azk's tests use, too.
. "${0%/*}/../../../azk/tests/guest/lib/count.sh"
need_kernel

known() {	# NAME WHY: it fails in a function of the kernel that WHY names
	skip "$1" "fails: $2"
}

boot() {	# ARGUMENTS of azk boot
	boot_image "$KERNEL" "$@"
}

boot_ends() {	# CODE NAME ARGUMENTS of azk boot
	want=$1 name=$2
	shift 2
	boot "$@"
	[ $rc = "$want" ]
	verdict $? "$name (exit $rc, wanted $want)"
}

results() {	# PREFIX: every result of the program in the guest
	grep '^ok \|^not ok ' "$dir/out" >"$dir/lines"
	while read -r line; do
		tap_ok=0 tap_name=${line#ok }
		case $line in
		not*) tap_ok=1 tap_name=${line#not ok } ;;
		esac
		verdict $tap_ok "$1: ${tap_name#* }"
	done <"$dir/lines"
}

# Every result of the program in the guest, then whether it came to its end. Its exit
# code says no more than its results do.
pass_on() {	# PREFIX
	results "$1"
	grep -q '^1\.\.' "$dir/out" && { [ "$rc" = 0 ] || grep -q '^not ok' "$dir/lines"; }
	verdict $? "$1: the program comes to its end (exit $rc)"
}

selftest() {	# PREFIX [CODE]: the same, where azk has to end with CODE (0) whatever failed
	results "$1"
	[ "$rc" = "${2:-0}" ] && grep -q '^1\.\.' "$dir/out"
	verdict $? "$1: the selftest comes to its end (exit $rc)"
}

refused_nothing() {	# PREFIX [PATTERN]: but for lines of the host's log with PATTERN
	[ -s "$dir/log" ] &&
		! grep 'refused' "$dir/log" | grep -v "${2:-^\$}" >"$dir/refused"
	verdict $? "$1: the host had nothing to refuse"
}

# counted NAME [PHASE]: the host's counter, of all phases or of those before PHASE
counted() {
	sed -n "s/.*\"phase\":\"\([^\"]*\)\",\"$1\":\([0-9]*\)}.*/\1 \2/p" "$dir/log" |
		awk -v last="${2:-}" '$1 == last { exit } { n += $2 } END { print n + 0 }'
}

heap() {	# PHASE: what hvhost's heap held at its end
	sed -n "s/^hvhost: counters {\"phase\":\"$1\",\"heap_bytes\":\([0-9]*\)}$/\1/p" "$dir/log"
}
