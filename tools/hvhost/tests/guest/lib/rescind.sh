# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154 # sourced, with dir, rc and what tap.sh has
# What rescind*.sh have in common: a boot for steps of selftests/hyperv/rescind.h, with
# a script that takes the device away at each. The caller writes $dir/rules, in which a
# line "NAME in PHASE nth N rescind" is what happens in PHASE.

# steps NAME CPUS DEVICE PROGRAM OPTIONS WORDS STEP...: DEVICE as scripts call it; OPTIONS of
# azk boot and WORDS of the program are words, or empty
steps() {
	run=$1 cpus=$2 device=$3 program=$4 options=$5 words=$6
	shift 6
	cp "$dir/rules" "$dir/host.hvs"
	for step; do
		case $step in
		*:io-*) ;;
		*:idle-*) echo "phase ${step%%:*} $device rescind" >>"$dir/host.hvs" ;;
		*) echo "phase ${step%%:*} $device offer" >>"$dir/host.hvs" ;;
		esac
	done
	# shellcheck disable=SC2086 # words
	boot --icount --cpus "$cpus" --hang 0 --host-script "$dir/host.hvs" $options \
		--add "$OUT/selftests/hyperv-$program:/bin/$program" -- "$program" $words "$@"
	pass_on "$run"
	for step; do
		line=$(grep -n " in ${step%%:*} " "$dir/host.hvs" | cut -d: -f1)
		[ -z "$line" ] || grep -q "^hvhost: fault: .*rescind (line $line)$" "$dir/log"
		verdict $? "$run: the host took it away ($(echo "$step" | cut -d: -f2))"
	done
	refused_nothing "$run" "^hvhost: action: "
}

same_heap() {	# NAME: whenever the device was back
	[ "$(heap 2 | sort -u | wc -l)" = 1 ] && [ "$(heap 2 | wc -l)" -gt 1 ]
	held=$(heap 2 | sort -u | xargs)
	verdict $? "$1: the host held the same each time it was back ($held)"
}
