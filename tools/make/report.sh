#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# report.sh NAME FILE... -- COMMAND...: run an azk bench COMMAND so that it
# leaves out/report/NAME.{txt,json,svg}, unless none of FILE... changed since;
# then show the table.
name=out/report/$1
shift
files=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	files="$files $1"
	shift
done
shift
mkdir -p out/report
for f in txt json svg; do
	[ -s "$name.$f" ] || rm -f "$name.stamp"
done
# shellcheck disable=SC2086 # a list of paths without blanks
tools/make/once.sh "$name.stamp" $files -- "$@" --txt "$name.txt" --json "$name.json" \
	--svg "$name.svg" > "$name.log" || { cat "$name.log"; exit 1; }
cat "$name.txt"
