#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What a boot on hyperv takes, beside one of the same kernel on q35, on this machine:
# five pairs, interleaved, not counted (no icount). Held against the bound are the
# processor time that QEMU used (user and system), by the medians, and the wall time to
# init, by the shortest: what else runs here only ever makes one longer.
# Env: KERNEL (bzImage), AZK, OUT, PAIRS. Prints TAP.
. "${0%/*}/lib/tap.sh"
bound=1.3
pairs=${PAIRS:-5}

value() {	# FILE KEY
	sed -n "s/.*\"$2\": \([0-9.e+-]*\),*\$/\1/p" "$1"
}

i=0
failed=0
while [ "$i" -lt "$pairs" ]; do
	for m in q35 hyperv; do
		"$AZK" boot "$KERNEL" --machine $m --json "$dir/json" -- /bin/true \
			>"$dir/out" 2>"$dir/err" </dev/null || {
			failed=1
			sed "s/^/# $m: /" "$dir/err"
		}
		printf '%s %.2f %.2f\n' $m "$(value "$dir/json" cpu_seconds)" \
			"$(value "$dir/json" wall_seconds_to_init)"
	done
	i=$((i + 1))
done >"$dir/times"
sed 's/^/# machine, s of processor, s to init: /' "$dir/times"

median() {	# MACHINE COLUMN
	awk -v m="$1" -v c="$2" '$1 == m { print $c }' "$dir/times" | sort -n |
		awk '{ v[NR] = $1 }
		     END { m = int(NR / 2); print NR % 2 ? v[m + 1] : (v[m] + v[m + 1]) / 2 }'
}

least() {	# MACHINE COLUMN
	awk -v m="$1" -v c="$2" '$1 == m { print $c }' "$dir/times" | sort -n | head -n 1
}

ratio() {	# HOW COLUMN
	awk -v a="$("$1" hyperv "$2")" -v b="$("$1" q35 "$2")" \
		'BEGIN { if (b > 0) printf "%.3f (%.2f s, q35 %.2f s)\n", a / b, a, b }'
}
cpu=$(ratio median 2)
wall=$(ratio least 3)
echo "# processor time, hyperv by q35: ${cpu:-none}"
echo "# shortest wall time to init, hyperv by q35: ${wall:-none}"
[ $failed = 0 ]
verdict $? "$pairs boots on each machine"
within() {	# RATIO
	[ -n "$1" ] && awk -v r="${1%% *}" -v b=$bound 'BEGIN { exit !(r <= b) }'
}
within "$cpu"
verdict $? "a boot on hyperv takes at most $bound times the processor time of one on q35"
within "$wall"
verdict $? "and at most $bound times the wall time to init"
done_testing
