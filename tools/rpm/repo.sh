#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# repo.sh: "make rpm-repo". out/repo is a repository of the packages in out/rpm that dnf
# takes from file:// or, served by anything, from http. It appears whole or not at all;
# the same packages make the same files.
set -u
die() { _rc=$1; shift; echo "rpm-repo: $*" >&2; exit "$_rc"; }
from=${RPM_OUT:-$OUT/rpm}
to=${REPO:-$OUT/repo}
command -v createrepo_c > /dev/null || die 3 "no createrepo_c here; run 'make setup'"
set -- "$from"/*.rpm
[ -f "$1" ] || die 9 "no packages in $from; run 'make rpm'"
mkdir -p "$(dirname "$to")" 2> /dev/null && [ -w "$(dirname "$to")" ] &&
	{ [ ! -e "$to" ] || [ -w "$to" ]; } || die 5 "$to cannot be written to"
trap 'rm -rf "$to.new"' EXIT
trap 'exit 130' INT TERM HUP
rm -rf "$to.new"
mkdir -p "$to.new/Packages" "$to.new/Source" || die 5 "$to.new cannot be written to"
for f; do
	case $f in
	*.src.rpm) ln "$f" "$to.new/Source/" 2> /dev/null || cp "$f" "$to.new/Source/" ;;
	*) ln "$f" "$to.new/Packages/" 2> /dev/null || cp "$f" "$to.new/Packages/" ;;
	esac || die 5 "$to.new cannot be written to"
done
when=$(rpm -qp --qf '%{BUILDTIME}\n' "$@" 2> /dev/null | sort -n | tail -n 1)
createrepo_c --quiet --no-database --revision "$when" --set-timestamp-to-revision \
	"$to.new" > "$OUT/repo.log" 2>&1 || { tail -n 2 "$OUT/repo.log" >&2; die 1 "createrepo_c failed"; }
rm -rf "$to" && mv "$to.new" "$to" || die 5 "$to cannot be written to"
echo "$to: $# packages; dnf --repofrompath=kernel-azure,file://$to"
