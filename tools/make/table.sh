#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# table.sh BASE COMMAND...: COMMAND's output becomes BASE.txt, whole or not at
# all; it writes BASE.json and BASE.svg itself.
base=$1
shift
"$@" --json "$base.json" --svg "$base.svg" > "$base.txt.tmp"
rc=$?
if [ $rc -ne 0 ]; then
	cat "$base.txt.tmp"
	rm -f "$base.txt.tmp"
	exit $rc
fi
mv "$base.txt.tmp" "$base.txt"
