#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# setup.sh [--if-missing]: what is needed, listed, then installed with apt.
# With --if-missing it is silent when everything is there.
#
# QEMU is wanted at 10 or newer. Where the system's own is older it comes from
# Debian's backports, through an apt configuration that lives in out/apt: the
# system's sources are never changed.
set -u

packages="bc binutils bison build-essential busybox-static ca-certificates ccache clang
cpio createrepo-c curl debugedit dnf dracut-core dwarves e2fsprogs elfutils fdisk flex git
gnupg gnuplot-nox kmod libcmocka-dev libdw-dev libelf-dev libjansson-dev libclang-rt-dev libssl-dev
liburing-dev lz4 openssl ovmf perl pkg-config rpm rpmlint rsync systemd systemd-boot-efi xz-utils
zstd"
qemu=qemu-system-x86
qemu_min=10

die() { echo "setup: $*" >&2; exit 1; }

installed() {
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
		sed -n 's/^installed //p'
}

# The names in $packages that dpkg does not have, one a line.
missing() {
	# shellcheck disable=SC2086 # a list of names
	installed $packages | sort -u > "$tmp/have"
	# shellcheck disable=SC2086
	printf '%s\n' $packages | sort -u | comm -23 - "$tmp/have"
}

qemu_major() {
	qemu-system-x86_64 --version 2>/dev/null |
		sed -n '1s/.*version \([0-9]*\).*/\1/p'
}

qemu_ok() { _v=$(qemu_major); [ "${_v:-0}" -ge $qemu_min ]; }

# Major version that apt would install: "1:10.0.2+ds-2" is 10.
qemu_candidate() {
	apt-cache "$@" policy $qemu 2>/dev/null |
		sed -n 's/^ *Candidate: \([0-9]*:\)\{0,1\}\([0-9]*\).*/\2/p'
}

# Debian's mirrors as apt knows them. REPO_URI, not SITE: the latter may lack
# the path. Empty while apt has no lists.
mirror() {
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
		'Origin: Debian' 2>/dev/null | grep -v security | sort -u | head -n 1
}

apt_get() {
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -o APT::Sandbox::User=root "$@"
}

backports_qemu() {
	uri=$(mirror)
	[ -n "$uri" ] || { echo "setup: apt knows no Debian mirror" >&2; return 1; }
	release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	[ -n "$release" ] || { echo "setup: /etc/os-release names no release" >&2; return 1; }
	dir=$PWD/out/apt
	mkdir -p "$dir/parts" "$dir/lists/partial" "$dir/cache/archives/partial" || return
	key=/usr/share/keyrings/debian-archive-keyring.gpg
	{
		echo "Types: deb"
		echo "URIs: $uri"
		echo "Suites: $release $release-updates $release-backports"
		echo "Components: main"
		[ ! -f $key ] || echo "Signed-By: $key"
	} > "$dir/parts/kernel-azure.sources"
	set -- -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$dir/parts" \
		-o Dir::State::Lists="$dir/lists" -o Dir::Cache="$dir/cache"
	apt_get "$@" update &&
	apt_get "$@" install -y --no-install-recommends -t "$release-backports" $qemu
}

tmp=$(mktemp -d) || exit
trap 'rm -rf "$tmp"' EXIT

have_dpkg=$(command -v dpkg-query && command -v apt-get)
if [ -n "$have_dpkg" ]; then
	lacking=$(missing)
elif [ "${1:-}" = --if-missing ]; then
	# nobody to ask: name the packages when a program that each step needs is not there
	for program in gcc make git bison flex bc xz qemu-system-x86_64; do
		command -v $program > /dev/null && continue
		echo "needed:" $packages "$qemu (>= $qemu_min)"
		echo "setup: $program is not here, and no apt: look for packages of these names (Debian's)"
		break
	done
	exit 0		# the first program that is not there will stop make
fi
if [ -n "$have_dpkg" ] && [ -z "$lacking" ] && qemu_ok; then
	[ "${1:-}" = --if-missing ] || {
		echo "needed:" $packages "$qemu (>= $qemu_min)"
		echo "all of it is there"
	}
	exit 0
fi
echo "needed:" $packages "$qemu (>= $qemu_min)"
if [ -z "$have_dpkg" ]; then
	echo "setup: no apt here: look for packages of these names (Debian's), then go on"
	exit 0
fi
qemu_ok || lacking="$lacking $qemu"
# shellcheck disable=SC2086
echo "missing:" $lacking

sudo=
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo > /dev/null ||
		die "root or sudo is needed to install them; run 'make setup' as root once"
	sudo=sudo
	if [ ! -t 0 ] && ! sudo -n true 2>/dev/null; then
		die "sudo asks for a password and there is no terminal; run 'make setup' as root once"
	fi
fi

names=$(missing)
# A fresh machine has no package lists; a known package shows that it has.
if ! apt-cache show flex > /dev/null 2>&1 || [ -z "$(mirror)" ]; then
	apt_get update || echo "setup: apt could not update its lists, going on" >&2
fi
if [ -n "$names" ]; then
	# shellcheck disable=SC2086
	apt_get install -y --no-install-recommends $names ||
	{ apt_get update && apt_get install -y --no-install-recommends $names; } ||
		die "apt could not install these (network? mirror?): $(echo $names)"
fi
if ! qemu_ok; then
	c=$(qemu_candidate)
	if [ "${c:-0}" -ge $qemu_min ]; then
		apt_get install -y --no-install-recommends $qemu
	else
		backports_qemu
	fi || die "QEMU $qemu_min or newer could not be installed (found: $(qemu_major | grep . || echo none)); install $qemu by hand"
fi
left=$(missing)
[ -z "$left" ] || die "still missing after apt: $(echo $left)"
qemu_ok || die "QEMU is $(qemu_major), $qemu_min or newer is needed"
echo "setup: all of it is there now"
