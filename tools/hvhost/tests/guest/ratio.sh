#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A boot under hvhost takes at most 1.3 times what the same kernel takes on the
# bare q35. On one vCPU, which is one thread, the time is processor time: of who
# else is on this machine it says nothing. In turns, the medians of RUNS.
# Env: KERNEL, AZK, OUT; RUNS. Prints TAP.
set -u
AZK=${AZK:-$PWD/out/bin/azk} RUNS=${RUNS:-3} MOST=1.3
if [ -z "${KERNEL:-}" ] || [ ! -f "$KERNEL" ]; then
	echo "1..0 # SKIP no kernel; set KERNEL to a bzImage ('make build' makes one)"
	exit 0
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
bad=0

# once MACHINE: seconds of processor time of one boot, a line of $dir/MACHINE
once() {
	(
		"$AZK" boot "$KERNEL" --machine "$1" -- true >"$dir/out" 2>&1 </dev/null || exit
		times
	) >"$dir/times" || { sed 's/^/# /' "$dir/out"; bad=1; return; }
	# of the children, user and system: 0m4.210000s 0m0.430000s
	sed -n 2p "$dir/times" | tr 'ms' '  ' |
		awk '{ printf "%.2f\n", 60 * $1 + $2 + 60 * $3 + $4 }' >>"$dir/$1"
}

median() {
	sort -n "$dir/$1" | awk '{ t[NR] = $1 } END { print NR % 2 ? t[(NR + 1) / 2] : (t[NR / 2] + t[NR / 2 + 1]) / 2 }'
}

i=0
while [ $i -lt "$RUNS" ] && [ $bad = 0 ]; do
	i=$((i + 1))
	once q35
	once hyperv
done
if [ $bad = 0 ]; then
	ratio=$(awk -v a="$(median q35)" -v b="$(median hyperv)" 'BEGIN { printf "%.2f", b / a }')
	echo "# q35: $(sort -n "$dir/q35" | tr '\n' ' ')s; hyperv: $(sort -n "$dir/hyperv" | tr '\n' ' ')s"
	awk -v r="$ratio" -v m=$MOST 'BEGIN { exit r > m }' || bad=1
fi
[ $bad = 0 ] && echo "ok 1 - boot time: ${ratio} times that on q35, at most $MOST" ||
	echo "not ok 1 - boot time: ${ratio:-no figure} times that on q35, at most $MOST"
echo "1..1"
[ $bad = 0 ]
