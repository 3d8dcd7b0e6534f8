#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# repro.sh: "make rpm-repro". The packages of "make rpm" against those that the source
# package makes elsewhere: another folder, later, another user (when we are root), other
# umask, language and time zone, and no compiler cache (CACHE=1: with it, which proves
# less and takes minutes instead of an hour). One key signs both: SIGN_KEY, or one made
# for this. The first difference is shown.
set -u
die() { echo "rpm-repro: $*" >&2; exit 1; }
there=$(mktemp -d "${REPRO_DIR:-/var/tmp}/azk-repro.XXXXXX") || exit
trap 'rm -rf "$there"' EXIT
trap 'exit 130' INT TERM HUP
chmod 0755 "$there"
mkdir -m 0700 "$there/build"
if [ -z "${SIGN_KEY:-}" ]; then
	tools/rpm/key.sh "$there/key.pem" || exit
	export SIGN_KEY="$there/key.pem"
fi
a=$OUT/repro
RPM_OUT=$a tools/rpm/make.sh || exit
srpm=$(echo "$a"/*.src.rpm)

# the other user owns what it needs: the source package and a copy of the key
tools/rpm/key.sh "$there/build/key.pem" && cp "$srpm" "$there/build/" || exit
other=
if [ "$(id -u)" -eq 0 ]; then
	chown -R 65534:65534 "$there/build"
	other="setpriv --reuid=65534 --regid=65534 --clear-groups"
fi
cache="CCACHE_DISABLE=1"
[ -z "${CACHE:-}" ] || cache="CCACHE_DIR=${CCACHE_DIR:-$OUT/ccache} CCACHE_READONLY=1"
[ -z "${CACHE:-}" ] || cache="$cache CCACHE_TEMPDIR=$there/build/tmp"
log=$OUT/rpm-repro.log
# shellcheck disable=SC2086 # words
(umask 077; cd "$there/build" && exec env -i PATH="$PATH" HOME="$there/build" TZ=Asia/Tokyo \
	LANG=de_DE.UTF-8 J="${J:-2}" SIGN_KEY="$there/build/key.pem" $cache $other \
	rpmbuild --rebuild --nodeps --define "_topdir $there/build/top" \
	--define "_dbpath $there/build/db" --define "_tmppath $there/build/tmp" \
	"$(basename "$srpm")") > "$log" 2>&1 < /dev/null ||
	{ tail -n 5 "$log" >&2; die "rpmbuild --rebuild failed, all of it in $log"; }

same=0
differ=
for f in "$a"/*.rpm; do
	case $f in *.src.rpm) continue ;; esac
	g=$(find "$there/build/top/RPMS" -name "$(basename "$f")")
	[ -n "$g" ] || die "$(basename "$f") was not made"
	if cmp -s "$f" "$g"; then
		same=$((same + 1))
	else
		[ -n "$differ" ] || tools/rpm/differ.sh "$f" "$g"
		differ="$differ $(basename "$f")"
	fi
done
[ -z "$differ" ] || die "$same packages are the same, these differ:$differ"
echo "$same packages, the same to the bit: by $(id -un) in $PWD," \
	"${other:+by uid 65534 }in $there${CACHE:+ (with the compiler cache)}"
