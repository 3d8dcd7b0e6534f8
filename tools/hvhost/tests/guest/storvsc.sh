#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# selftests/hyperv/storvsc.c on 1, 2, 4 and 8 vCPUs: what a guest writes comes
# back, and the host counted the same bytes. Env: KERNEL, AZK, OUT. Prints TAP.
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
	sed 's/^/# /' "$dir/out" "$dir/err" | tail -n 15
}

counted() {	# JSON NAME of the host's counters
	sed -n "s/.*\"$1\":\([0-9]*\)}.*/\1/p" "$dir/log"
}

for cpus in 1 2 4 8; do
	"$AZK" boot "$KERNEL" --machine hyperv --cpus $cpus --disk 64M --disk 16M,ro --host-log "$dir/log" \
		--add "$OUT/selftests/hyperv-storvsc:/bin/storvsc" -- storvsc --overwrite \
		>"$dir/out" 2>"$dir/err" </dev/null
	rc=$?
	grep '^ok\|^not ok' "$dir/out" >"$dir/lines"
	while read -r line; do
		case $line in
		ok*) ok=0 ;;
		*) ok=1 ;;
		esac
		verdict $ok "$cpus vCPUs: ${line#*[0-9] }"
	done <"$dir/lines"
	[ $rc = 0 ] && grep -q '^1\.\.' "$dir/out"
	verdict $? "$cpus vCPUs: the selftest comes to its end (exit $rc)"
	# the kernel zeroes 1 MiB by writing when it does not use WRITE SAME
	wrote=$(sed -n 's/^# wrote \([0-9]*\) bytes$/\1/p' "$dir/out")
	host=$(counted scsi_write_bytes)
	[ -n "$wrote" ] && { [ "$host" = "$wrote" ] || [ "$host" = $((wrote + 1048576)) ]; }
	verdict $? "$cpus vCPUs: the host counted what was written (${host:-none}, guest ${wrote:-none})"
	! grep -q 'refused' "$dir/log"
	verdict $? "$cpus vCPUs: the host had nothing to refuse"
done
echo "1..$n"
[ $bad = 0 ]
