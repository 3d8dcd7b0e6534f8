#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# ready.sh: can packages be made? One line on stderr for what is not as it should be, before
# anything is built, and an exit code that says which: README.md lists them. Called by
# make, and by make.sh once more.
set -u
die() { _rc=$1; shift; echo "rpm: $*" >&2; exit "$_rc"; }
PATH=$PATH:/usr/sbin:/sbin
to=${RPM_OUT:-$OUT/rpm}
for tool in rpmbuild openssl xz zstd depmod objcopy rsync; do
	command -v $tool > /dev/null || die 3 "no $tool here; run 'make setup'"
done
[ -f "configs/profiles/$PROFILE" ] ||
	die 4 "no profile '$PROFILE' in configs/profiles; there are:" $(ls configs/profiles)
up=$(dirname "$to")
mkdir -p "$up" 2> /dev/null && [ -d "$up" ] && [ -w "$up" ] && { [ ! -e "$to" ] || [ -w "$to" ]; } ||
	die 5 "$to cannot be written to"
if [ "${RELEASE:-}" = 1 ]; then
	git rev-parse --verify -q HEAD > /dev/null 2>&1 ||
		die 6 "RELEASE=1, but this is no git work tree: there is no commit to name"
	changed=$(git status --porcelain | head -n 1 | cut -c 4-)
	[ -z "$changed" ] || die 6 "RELEASE=1, but files differ from commit" \
		"$(git rev-parse --short HEAD): $changed"
fi
case ${RPM_RELEASE:-1} in
*[!A-Za-z0-9._~^]* | '') die 8 "RPM_RELEASE=$RPM_RELEASE: only letters, digits and . _ ~ ^ go into a release" ;;
esac
[ -n "${SIGN_KEY:-}" ] || exit 0
dir=$(mktemp -d) || exit
trap 'rm -rf "$dir"' EXIT
tools/rpm/key.sh "$dir/try.pem"
