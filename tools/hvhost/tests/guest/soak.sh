#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Boot after boot with KASLR and real time: none may hang, warn, or lose a byte.
# 'make check' takes a sample; 'make soak' is the whole of it, RUNS=100 boots on
# each of CPUS="1 2 4 8". What a failed boot said is kept in OUT/test/soak.
# Env: KERNEL, AZK, OUT; RUNS, CPUS. Prints TAP, and a table behind '#'.
. "${0%/*}/lib/tap.sh"
RUNS=${RUNS:-2} CPUS=${CPUS:-1 2 4 8}
case $RUNS in
*[!0-9]* | "" | 0)
	echo "soak: RUNS wants a number above 0, got '$RUNS'" >&2
	exit 2
	;;
esac
keep=$OUT/test/soak
mkdir -p "$keep" && rm -f "$keep"/*.console "$keep"/*.hostlog || exit 1
: >"$dir/bases" >"$dir/kept" >"$dir/table"

now() { cut -d ' ' -f 1 /proc/uptime; }
clock() {
	awk -v a="$begin" -v b="$(now)" 'BEGIN { s = b - a; printf "%d:%02d", s / 60, s % 60 }'
}

# What no boot may say, on the console or in the host's log.
bad_console='WARNING:|BUG:|Oops|Call Trace:|rcu_.*stall|blocked for more than|is unstable|lockup'
bad_log='refused|stop:|broken'

# once CPUS: a boot; why it failed in $why, its seconds in $took
once() {
	a=$(now)
	boot --verbose --cpus "$1" --disk 16M --nic loopback --module hv_netvsc \
		--module hv_utils --add "$OUT/selftests/hyperv-smoke:/bin/smoke" \
		-- smoke "cpus=$1" disk nic services
	cat "$dir/out" "$dir/err" >"$dir/console"
	took=$(awk -v a="$a" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }')
	why=
	[ $rc = 0 ] || why="exit $rc, $(tail -n 1 "$dir/console")"
	[ -n "$why" ] || why=$(grep -m 1 -E "^not ok|$bad_console" "$dir/console")
	[ -n "$why" ] || why=$(grep -m 1 -E "$bad_log" "$dir/log")
	sed -n 's/^# kernel at //p' "$dir/console" >>"$dir/bases"
}

begin=$(now)
all=0
# shellcheck disable=SC2086 # a list of numbers
set -- $CPUS
echo "1..$(($# + 1))"
for cpus in $CPUS; do
	i=0 failed=0
	: >"$dir/times"
	while [ $i -lt "$RUNS" ]; do
		i=$((i + 1)) all=$((all + 1))
		once "$cpus"
		echo "$took" >>"$dir/times"
		if [ -n "$why" ]; then
			failed=$((failed + 1))
			at=$keep/$cpus-vcpus-boot-$i
			cp "$dir/console" "$at.console"
			cp "$dir/log" "$at.hostlog"
			echo "$at.{console,hostlog}: $why" >>"$dir/kept"
		fi
		echo "# $cpus vCPUs: boot $i of $RUNS, $took s, ${why:-well}; $(clock) elapsed"
	done
	sort -n "$dir/times" | awk -v c="$cpus" -v r="$RUNS" -v f=$failed '
		{ t[NR] = $1; s += $1 }
		END { printf "# %5d %6d %7d %8.1f %8.1f %8.1f\n", c, r, f, t[1], s / NR, t[NR] }' \
		>>"$dir/table"
	if [ $failed = 0 ]; then
		verdict 0 "$cpus vCPUs: $RUNS boots"
	else
		verdict 1 "$cpus vCPUs: $failed of $RUNS boots failed"
	fi
done
different=$(sort -u "$dir/bases" | grep -cv '^0$')
[ $all = 1 ] || [ "$different" -gt 1 ]
verdict $? "the kernel is elsewhere each time ($different places in $all boots)"
echo "# vCPUs  boots  failed  least s   mean s   most s"
cat "$dir/table"
sed 's/^/# kept: /' "$dir/kept"
if [ $bad = 0 ]; then
	echo "# soak: $all boots in $(clock), none hung or warned"
elif [ ! -s "$dir/kept" ]; then
	echo "# soak: $all boots in $(clock), none hung or warned, but the kernel"\
" was always at one place"
else
	echo "# soak: $(wc -l <"$dir/kept") of $all boots failed in $(clock);"\
" what they said is in $keep"
fi
[ $bad = 0 ]
