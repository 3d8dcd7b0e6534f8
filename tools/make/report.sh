#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# report.sh NAME FILE... -- COMMAND...: run an azk bench COMMAND so that it
# leaves out/report/NAME.{txt,json,svg}, unless none of FILE... changed since;
# then show the table.
name=$1
shift
dir=out/report
mkdir -p $dir
files=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	files="$files $1"
	shift
done
shift
for f in txt json svg; do
	[ -s $dir/$name.$f ] || rm -f $dir/$name.stamp
done
# shellcheck disable=SC2086 # a list of paths without blanks
tools/make/once.sh $dir/$name.stamp $files -- \
	tools/make/table.sh $dir/$name "$@" || exit
cat $dir/$name.txt
