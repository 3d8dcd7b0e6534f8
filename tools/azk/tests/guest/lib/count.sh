# SPDX-License-Identifier: GPL-2.0-only
# Read by tests, not run: a folder, the lines of TAP with their numbers, what to show of
# one that failed, and a boot. Leaves: $dir (gone at the end), where the last boot left
# its console in out, azk's own words in err, the host's log in log.
set -u
OUT=${OUT:-$PWD/out} AZK=${AZK:-$PWD/out/bin/azk}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0 bad=0

# What a result may be about, for who reads that it failed. A test may say more.
explain() {
	tail -n 25 "$dir/out"
	tail -n 5 "$dir/err"
	grep -v counters "$dir/log" | tail -n 10
}

verdict() {	# OK NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
		return
	fi
	bad=$((bad + 1))
	echo "not ok $n - $2"
	explain 2>/dev/null | awk '{ print "# " $0 }'	# which ends each line
}

skip() {	# NAME WHY
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

skip_all() {	# WHY
	echo "1..0 # SKIP $1"
	exit 0
}

said() {	# NAME TEXT [FILE of $dir]
	grep -qF -- "$2" "$dir/${3:-out}"
	verdict $? "$1"
}

done_testing() {
	echo "1..$n"
	[ $bad = 0 ]
}

boot_image() {	# IMAGE ARGUMENTS of azk boot; leaves azk's exit code in $rc
	image=$1
	shift
	rm -f "$dir/log"		# not that of the boot before, whatever comes
	"$AZK" boot "$image" --machine hyperv --host-log "$dir/log" "$@" \
		>"$dir/out" 2>"$dir/err" </dev/null
	rc=$?
}

need_kernel() {	# or skip everything
	[ -f "${KERNEL:-}" ] ||
		skip_all "no kernel; set KERNEL to a bzImage ('make build' makes one)"
}
