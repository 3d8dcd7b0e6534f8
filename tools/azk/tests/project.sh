#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# This project's own inputs: the pinned lock, the series, every profile, and
# make's help. Needs the trees (make tree).
n=0
failed=0
mode=
t() {
	what=$1
	shift
	n=$((n + 1))
	if log=$("$@" 2>&1 < /dev/null); then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		echo "$log" | tail -n 30 | sed 's/^/# /'
		failed=1
	fi
}
skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

t 'the archive is the pinned one' "$AZK" base path
t 'out/ours/src is up to date' sh -c '"$AZK" tree | grep "up to date"'
t 'the base has the pinned tree hash' sh -c \
	'grep -qx "tree $("$AZK" tree --id --upstream)" patches/base.lock'
if [ -f patches/series ]; then
	t 'the series is in order' "$AZK" series check
else
	skip 'the series is in order' 'there is no patches/series yet'
fi
found=
for p in configs/profiles/*; do
	[ -f "$p" ] || continue
	found=1
	p=$(basename "$p")
	p=${p%.*}
	t "profile $p resolves" "$AZK" config resolve "$p" --tree out/ours/src \
		--out "out/test/config-$p"
done
[ -n "$found" ] || skip 'profiles resolve' 'there is no configs/profiles/* yet'
# what make check runs has to be a program (git keeps the bit)
for f in tools/*/tests/*.sh tools/*/tests/guest/*.sh tools/make/*.sh .ci/run; do
	case $f in
	*/kernel-env.sh) ;;	# read by others, not run
	*) [ -x "$f" ] || mode="$mode $f" ;;
	esac
done
t "every script can be run${mode:+, but not$mode}" test -z "$mode"
# every phony target but the inner ones is in make help
for target in $(sed -n 's/^\.PHONY: *//p; /^\.PHONY/,/[^\\]$/s/^\t\([a-z-]*\)$/\1/p' \
		Makefile tools/make/*.mk | tr ' \\' '\n\n' | grep .); do
	case $target in
	all | deps | help | tests | tests-asan | config-*) ;;
	*) t "make help has '$target'" grep -q "\b$target\b" tools/make/help.txt ;;
	esac
done
echo "1..$n"
exit $failed
