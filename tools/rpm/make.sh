#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# make.sh: "make rpm". Packages of PROFILE to out/rpm: the source package, and from it the
# binary ones, for which the objects of the tree's own build are taken: only what knows
# the kernel's name or the key is made again. out/rpm appears at the end, whole; an
# earlier one stays until then.
set -u
die() { echo "rpm: $*" >&2; exit 1; }
. tools/make/kernel-env.sh
PATH=$PATH:/usr/sbin:/sbin
to=${RPM_OUT:-$OUT/rpm}
src=$OUT/ours/src
tree=$OUT/ours/$PROFILE
obj=$OUT/ours/$PROFILE.rpm
work=$OUT/rpm-work
export CONFIG="$tree/.config"
case $to in /*) ;; *) to=$PWD/$to ;; esac

tools/rpm/ready.sh || exit
[ -f "$CONFIG" ] || die "no configuration in $tree; run 'make config PROFILE=$PROFILE'"
# one at a time: they share the folder
exec 9> "$OUT/.rpm-lock"
flock 9
rm -rf "$work" "$to.new" || die "$work: cannot be removed"
mkdir -p "$work" || die "$work cannot be written to"
trap 'rm -rf "$work" "$to.new"' EXIT
trap 'exit 130' INT TERM HUP
if [ -n "${SIGN_KEY:-}" ]; then
	SIGN_KEY=$(realpath -m "$SIGN_KEY")
	[ -z "${SIGN_CERT:-}" ] || SIGN_CERT=$(realpath -m "$SIGN_CERT")
	export SIGN_KEY SIGN_CERT
fi
TARBALL=$(out/bin/azk base path) || exit
export TARBALL
named=$(tools/rpm/srpm.sh "$work/SOURCES") || exit
spec=$work/SOURCES/kernel-$PROFILE.spec

# Nothing to do when the sources, the build and the key are those of last time.
state() {
	echo "${ZSTD_LEVEL:-}"
	(cd "$work/SOURCES" && find . -type f ! -name '*.orig.tar.xz' -exec sha256sum {} + | sort)
	cat "$tree/.built"
	[ -z "${SIGN_KEY:-}" ] || sha256sum "${SIGN_CERT:-$SIGN_KEY}"
}
now=$(state 2> /dev/null)
if [ "$now" = "$(cat "$to/.made" 2> /dev/null)" ] && ls "$to"/*.src.rpm > /dev/null 2>&1; then
	echo "$to: up to date"
	exit 0
fi

# run WHAT LOG COMMAND...: quietly, with the log's end when it fails
run() {
	_what=$1
	_log=$2
	shift 2
	"$@" > "$_log" 2>&1 < /dev/null && return
	grep -E -m 5 '^(rpm|error|split):|error:|\*\*\*' "$_log" >&2 || tail -n 5 "$_log" >&2
	die "$_what failed, all of it in $_log"
}
dbpath="_dbpath $work/db"
build() {
	rpmbuild --nodeps --define "_topdir $work" --define "$dbpath" --define "_tmppath $work" "$@"
}
log=$OUT/rpm.log
run 'the source package' "$log" build -bs "$spec" || exit

# The objects. The tree's kernel has the name of its packages and a key of its own, so it
# is what they take, as it is. Another name (files that no commit has) or key: a copy,
# where make finds nothing to do but what knows these. Host tools know the folder they
# were made in; that is all that names it.
name=$(tools/make/release.sh)
if [ "${name%.x86_64*}" = "$named" ] && [ -z "${SIGN_KEY:-}" ] && [ -f "$tree/.built" ] &&
   [ "$(cat "$tree/include/config/kernel.release" 2> /dev/null)" = "$name" ]; then
	exec 8> "$OUT/.build-lock"
	flock 8
	obj=$tree
	export AZK_BUILT=1
else
	rsync -a --delete --exclude /modules --exclude /modules.new --exclude '*.ko' \
		--exclude /vmlinux.o --exclude /certs/signing_key.pem "$tree/" "$obj/" ||
		die "$obj cannot be written to"
	find "$obj/tools" -name '.*.cmd' -exec sed -i "s,$tree/,$obj/,g" {} +
fi

export AZK_SRC="$src" AZK_OBJ="$obj" AZK_MAKE="$PWD/tools/make"
# Rebuilt, as anybody would: binary packages say which source package they are of.
run rpmbuild "$log" build --rebuild "$work"/SRPMS/*.src.rpm || exit

mkdir -p "$to.new" && mv "$work/SRPMS/"*.rpm "$work/RPMS/"*/*.rpm "$to.new/" &&
	{ tools/rpm/sbom.sh "$to.new" "$src" "$obj" > "$OUT/sbom.log" 2>&1 ||
		{ tail -n 2 "$OUT/sbom.log" >&2; die 'the SPDX documents failed'; }; } &&
	printf '%s\n' "$now" > "$to.new/.made" &&
	rm -rf "$to" && mv "$to.new" "$to" || die "$to could not be written"
(cd "$to" && ls -l -- *.rpm) | awk '{
	printf "%12d  %s\n", $5, $9
	n += $5
	if (/-(core|modules)-[0-9]/)
		c += $5
} END { printf "%12d  in all, of which core and modules %d\n", n, c }'
