#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# srpm.sh DIR: write the sources of the packages and their spec to DIR. From PROFILE, the
# resolved configuration CONFIG and the pinned archive TARBALL, of this work tree as it
# is. RPM_RELEASE (1.azk1) is the release; files that git has no commit of are said in
# it. One line on stderr when something is wrong.
set -u
die() { echo "rpm: $*" >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit
dir=$1
umask 022

release=${RPM_RELEASE:-1.azk1}
version=$(sed -n 's/^version //p' patches/base.lock)
case $version in
*-*) die "version $version: no '-' in the version of a package" ;;
esac

# Whose sources these are: a commit, or not quite.
if commit=$(git rev-parse --verify -q HEAD 2> /dev/null); then
	date=$(git show -s --format=%ct HEAD)
	if [ -n "$(git status --porcelain)" ]; then
		release=$release.dirty
		commit=$commit-dirty
	fi
	files() { git ls-files -z -co --exclude-standard; }
else
	commit=unknown
	date=$(sed -n 's/^date //p' patches/base.lock)
	files() { find . -path ./out -prune -o -path ./dl -prune -o -type f -printf '%P\0'; }
fi

case $PROFILE in
azure) variant= ;;
*) variant=$PROFILE ;;
esac
name=kernel-$PROFILE
on() { grep -qx "CONFIG_$1=[ym]" "$CONFIG" && echo 1 || echo 0; }
# Modules for tests only: is there one at all?
internal=$(awk '/^CONFIG_.*TEST.*=m$/ { n = 1 } END { print n + 0 }' "$CONFIG")

mkdir -p "$dir" || die "$dir: cannot be made"
cp "$TARBALL" "$dir/" || die "$dir: cannot be written to"
cp "$CONFIG" "$dir/$name.config" || exit
files | LC_ALL=C sort -zu | tr '\0' '\n' |
	while IFS= read -r f; do [ ! -e "$f" ] || echo "$f"; done |
	tar -T - -cf - --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
		--mtime="@$date" --format=gnu |
	xz -6 -T1 > "$dir/kernel-azure-tools-$version-$release.tar.xz" || exit
{
	echo "%global azk_name $name"
	echo "%global azk_profile $PROFILE"
	[ -z "$variant" ] || echo "%global azk_variant $variant"
	echo "%global azk_version $version"
	echo "%global azk_release $release"
	echo "%global azk_commit $commit"
	echo "%global azk_tarball $(basename "$TARBALL")"
	echo "%global azk_debuginfo $(on DEBUG_INFO)"
	echo "%global azk_internal $internal"
	n=0
	names=
	if [ -f patches/series ]; then
		grep -v '^#' patches/series > "$dir/series.tmp"
		while read -r patch; do
			[ -n "$patch" ] || continue
			n=$((n + 1))
			file=$(printf '%04d-%s' $n "$(echo "$patch" | tr / -)")
			cp "patches/$patch" "$dir/$file" || exit
			names="$names $file"
			[ $n -gt 1 ] || printf '%%global azk_patches %%{expand:'
			printf '\\\nPatch%d:\t\t%s' $n "$file"
		done < "$dir/series.tmp"
		[ $n -eq 0 ] || echo '}'
		echo "%global azk_patch_files$names"
		rm -f "$dir/series.tmp"
	fi
	echo
	cat tools/rpm/kernel-azure.spec
	echo
	echo '%changelog'
	who='kernel-azure maintainers <maintainers@kernel-azure.example>'
	echo "* $(LC_ALL=C TZ=UTC date -d "@$date" '+%a %b %d %Y') $who - $version-$release"
	echo "- Linux $version, profile $PROFILE, commit $commit"
} > "$dir/$name.spec" || exit
# what the source package says of its files
find "$dir" -type f -exec chmod 0644 {} +
find "$dir" -type f -exec touch -d "@$date" {} +
echo "$version-$release"
