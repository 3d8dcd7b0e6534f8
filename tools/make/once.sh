#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# once.sh STAMP FILE... -- COMMAND...: run COMMAND unless it went well before
# with the same FILEs (by content) and the same words.
stamp=$1
shift
files=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	files="$files $1"
	shift
done
shift
# shellcheck disable=SC2086 # a list of paths without blanks
now=$(sha256sum $files && echo "$*") || exit 1
if [ -f "$stamp" ] && [ "$now" = "$(cat "$stamp")" ]; then
	echo "$1 $2 $3: nothing changed"
	exit 0
fi
rm -f "$stamp"
"$@" || exit
mkdir -p "$(dirname "$stamp")"
printf '%s\n' "$now" > "$stamp"
