#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# stage-rest.sh SRC OBJ KVER ROOT: the second half of stage.sh, which calls it: what is
# beside the kernel and its modules.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
src=$1
obj=$2
kver=$3
root=$4
OUT=$(dirname "$src")
AZK_MAKE=${AZK_MAKE:-$(cd "$here/../make" && pwd)}
. "$here/../make/kernel-env.sh"
name=${RPM_PACKAGE_NAME:-kernel-azure}
moddir=$root/usr/lib/modules/$kver

# ---- devel: what the kernel's own packages take, by its own script ----
devel=$root/usr/src/kernels/$kver
mkdir -p "$devel"
(
	cd "$obj"
	srctree=$src SRCARCH=x86 CC=gcc HOSTCC=gcc MAKE=make sh \
		"$src/scripts/package/install-extmod-build" "$devel"
)
cp "$obj/.config" "$obj/System.map" "$devel/"
ln -s "../../../src/kernels/$kver" "$moddir/build"
ln -s build "$moddir/source"
find "$devel" -name .gitignore -delete
# Programs that run where modules are built need no symbols.
find "$devel" -type f -perm /111 | while read -r f; do
	! readelf -h "$f" > /dev/null 2>&1 || strip "$f"
done
# Kconfig has written where the source was into what only it reads
rm -f "$devel/include/config/auto.conf.cmd"

# ---- headers ----
kmake "$src" "$obj" KERNELRELEASE="$kver" INSTALL_HDR_PATH="$root/usr" headers_install < /dev/null
find "$root/usr/include" -name '.*' -type f -delete

# ---- one image for UEFI ----
stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub
"$here/uki.sh" $stub "$obj/arch/x86/boot/bzImage" "$kver" "$(cat "$here/uki.cmdline")" \
	> "$moddir/vmlinuz-uki.efi"

# ---- where modules of others go ----
mkdir "$moddir/updates" "$moddir/weak-updates"

# ---- programs ----
prog=$root/usr/libexec/kernel-azure
mkdir -p "$prog/selftests" "$root/usr/bin"
for f in azk hvhost.elf init ioload netload insncount.so; do cp "out/bin/$f" "$prog/"; done
strip "$prog/azk"
strip --strip-unneeded "$prog/insncount.so"
cp out/selftests/* "$prog/selftests/"
ln -s ../libexec/kernel-azure/azk "$root/usr/bin/azk"

# ---- documentation ----
doc=$root/usr/share/doc/$name-doc
mkdir -p "$doc/patches"
cp -R "$src/Documentation" "$doc/"
find "$doc" -name '.*' -type f -delete
find "$doc" -type f -exec chmod 0644 {} +
cp "$here/../../README.md" "$doc/"
cp "$here/README.md" "$doc/packages.md"
cp "$here/../hvhost/README.md" "$doc/hvhost.md"
cp -R "$here/../../patches/." "$doc/patches/"
