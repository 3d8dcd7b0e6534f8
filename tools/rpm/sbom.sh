#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# sbom.sh DIR SRC OBJ: beside each binary package in DIR its SPDX document, NAME.spdx.json
# for NAME.rpm: the files that are in it, and the sources that these were compiled from, for
# which SRC and OBJ are asked. Called by make.sh while the objects are still what was packed.
set -eu
dir=$1
src=$2
obj=$3
work=$(mktemp -d "$dir/sbom.XXXXXX")
trap 'rm -rf "$work"' EXIT
for package in "$dir"/*.rpm; do
	case $package in *.src.rpm) continue ;; esac
	rm -rf "$work/root"
	mkdir "$work/root"
	rpm2cpio "$package" | (cd "$work/root" && cpio -idm --quiet)
	(cd "$work/root" && find . -type f | sed 's,^\./,,' | LC_ALL=C sort) > "$work/files"
	# a package that only requires others has no files, and nothing to say
	[ -s "$work/files" ] || continue
	name=$(rpm -qp --qf '%{NAME}' "$package")
	version=$(rpm -qp --qf '%{VERSION}-%{RELEASE}' "$package")
	out/bin/azk sbom --name "$name" --version "$version" --build "$obj" --source "$src" \
		--root "$work/root" --files "$work/files" --out "${package%.rpm}.spdx.json"
done
