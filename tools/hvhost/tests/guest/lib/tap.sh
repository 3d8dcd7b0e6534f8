# SPDX-License-Identifier: GPL-2.0-only
# Read by guest tests, not run: a kernel or a skip, a boot with the host's log, and
# the KTAP lines of a program in the guest as lines of this test.
# Leaves: $dir (gone at the end) with out, err and log of the last boot.
set -u
OUT=${OUT:-$PWD/out} AZK=${AZK:-$PWD/out/bin/azk}
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
	{ tail -n 25 "$dir/out"; tail -n 5 "$dir/err"; grep -v counters "$dir/log" | tail -n 10; } |
		sed 's/^/# /'
}

known() {	# NAME WHY: it fails in a function of the kernel that WHY names
	n=$((n + 1))
	echo "ok $n - $1 # SKIP fails: $2"
}

boot() {	# ARGUMENTS of azk boot
	"$AZK" boot "$KERNEL" --machine hyperv --host-log "$dir/log" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	rc=$?
}

# Every result of the program in the guest, then whether it came to its end.
pass_on() {	# PREFIX
	grep '^ok \|^not ok ' "$dir/out" >"$dir/lines"
	while read -r line; do
		tap_ok=0 tap_name=${line#ok }
		case $line in
		not*) tap_ok=1 tap_name=${line#not ok } ;;
		esac
		verdict $tap_ok "$1: ${tap_name#* }"
	done <"$dir/lines"
	grep -q '^1\.\.' "$dir/out" && { [ "$rc" = 0 ] || grep -q '^not ok' "$dir/lines"; }
	verdict $? "$1: the program comes to its end (exit $rc)"
}

refused_nothing() {	# PREFIX
	! grep 'refused' "$dir/log" | grep -v '^hvhost: action: ' >"$dir/refused"
	verdict $? "$1: the host had nothing to refuse"
}

heap() {	# PHASE: what hvhost's heap held at its end
	sed -n "s/^hvhost: counters {\"phase\":\"$1\",\"heap_bytes\":\([0-9]*\)}$/\1/p" "$dir/log"
}

done_testing() {
	echo "1..$n"
	[ $bad = 0 ]
}
