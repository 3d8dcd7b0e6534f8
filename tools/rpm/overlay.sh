#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# overlay.sh PROJECT SRC: what this project adds to the kernel goes to its place in
# SRC. For building from the source package, where neither git nor azk is; the same
# table is in tools/azk/overlay.c, and a test holds the two trees against each other.
set -eu
project=$1
src=$2

# room FROM TO [SUFFIX]: the plain files of a room; with SUFFIX only such, no folders
room() {
	[ -d "$project/$1" ] || return 0
	mkdir -p "$src/$2"
	(
		cd "$project/$1"
		if [ -n "${3:-}" ]; then
			find . -maxdepth 1 -type f -name "*$3"
		else
			find . -type f ! -name .gitkeep
		fi | tar -cf - -T -
	) | tar -xf - --no-same-owner -C "$src/$2"
}

room arch arch
room drivers drivers
room configs kernel/configs .config
room selftests tools/testing/selftests/azure
