#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# rpmlint has nothing to say of the packages in out/rpm but what rpmlint.toml gives a
# reason for, and each of those reasons is needed.
cd "$(dirname "$0")/../../../.." || exit 1
. tools/rpm/tests/tap.sh.inc
OUT=${OUT:-$PWD/out}
p=${RPMS:-$OUT/rpm}
if ! command -v rpmlint > /dev/null; then
	skip 'rpmlint' "no rpmlint; run 'make setup'"
	finish
fi
if ! ls "$p"/kernel-*-core-*.rpm > /dev/null 2>&1; then
	skip 'rpmlint' "no packages in $p; run 'make rpm'"
	finish
fi
# Without our file it says everything, which is asked once and looked through twice.
XDG_CONFIG_HOME=$top rpmlint "$p"/*.rpm 2>&1 | grep -E '^[^ ]+: [EW]: ' > "$top/all"
sed -n '/^Filters/,/^]/s/^\t"\(.*\)",$/\1/p' tools/rpm/rpmlint.toml | sed 's/\\\\/\\/g' > "$top/filters"
# one line a message, without the colon and letter in the middle, as filters have it
sed 's/: [EW]: / /' "$top/all" | grep -v 'invalid-license GPL-2.0-only$' > "$top/said"
nothing_else() { ! grep -vEf "$top/filters" "$top/said"; }
is "of $(wc -l < "$top/all") messages none is without a reason" nothing_else
needed() {
	_rc=0
	while read -r _f; do
		grep -qE -- "$_f" "$top/said" || { echo "not needed: $_f"; _rc=1; }
	done < "$top/filters"
	return $_rc
}
is 'and each reason is needed' needed
is 'rpmlint itself says so with this file' eval \
	'XDG_CONFIG_HOME=$top rpmlint -c tools/rpm/rpmlint.toml "$p"/kernel-azure-core-*.rpm | grep -q " 0 errors, 0 warnings"'
finish
