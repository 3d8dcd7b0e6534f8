#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# build.sh SRC OBJ KVER CONFIG: the %build of the packages. Builds the kernel of SRC in
# OBJ, beside it, with KVER as its name, and our programs in ./out. OBJ/.config is there;
# CONFIG is what it has to be after the kernel's own make has read it; AZK_BUILT: OBJ has
# that kernel already. Runs in the folder of the spec's build, which gets private/key.pem.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
src=$1
obj=$2
kver=$3
config=$4
OUT=$(dirname "$src")
AZK_MAKE=${AZK_MAKE:-$(cd "$here/../make" && pwd)}
. "$here/../make/kernel-env.sh"

# Lines that say what the compiler is and can do differ from machine to machine.
options() {
	grep -vE '^(# )?CONFIG_(CC|GCC|CLANG|AS|LD|LLD|PAHOLE|RUSTC|TOOLS|HAVE)_|^# [^C]' "$1"
}

build_kernel() {
	"$here/key.sh" private/key.pem
	kmake "$src" "$obj" olddefconfig < /dev/null
	options "$config" > config.want
	options "$obj/.config" > config.got
	if ! diff config.want config.got > config.diff; then
		echo "rpm: the compiler here cannot have the options of $config:" >&2
		head -n 20 config.diff >&2
		exit 1
	fi
	# The name by KERNELRELEASE and the key by CONFIG_MODULE_SIG_KEY, not by options:
	# those are in a header that every file includes, and the compiler cache would
	# know none.
	kmake "$src" "$obj" KERNELRELEASE="$kver" CONFIG_MODULE_SIG_KEY="$PWD/private/key.pem" \
		all < /dev/null
}

rm -rf private
mkdir -m 0700 private
if [ -n "${AZK_BUILT:-}" ]; then
	# Name, options and key are the packages' already.
	[ ! -f "$obj/certs/signing_key.pem" ] ||
		(umask 077 && cp "$obj/certs/signing_key.pem" private/key.pem)
else
	build_kernel
fi

# Programs: no path of this machine in them
here=$(cd "$here/.." && pwd)
top=$(cd "$here/.." && pwd)
tools() {
	make -s -j"${J:-2}" -C "$top/$1" OUT="$PWD/out" CC="$kcc" \
		CFLAGS="-ffile-prefix-map=$top=. -ffile-prefix-map=$PWD/out=out" "$2"
}
tools tools/azk all
tools tools/guest all
tools tools/hvhost hvhost
tools selftests all
