#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# stage.sh SRC OBJ KVER ROOT: the %install of the packages: everything that is in one
# goes to its place in ROOT, lists/ says which package gets which module. Runs in the
# folder of the spec's build, which build.sh has filled. SOURCE_DATE_EPOCH from rpmbuild.
set -eu
umask 022
here=$(cd "$(dirname "$0")" && pwd)
src=$1
obj=$2
kver=$3
root=$4
OUT=$(dirname "$src")
AZK_MAKE=${AZK_MAKE:-$(cd "$here/../make" && pwd)}
. "$here/../make/kernel-env.sh"
top=$PWD
moddir=$root/usr/lib/modules/$kver
jobs=${J:-$(nproc)}
level=${ZSTD_LEVEL:-19}
[ "$level" != none ] || level=
mkdir -p "$moddir" lists
rm -rf "${root:?}"/*
has() { grep -qx "CONFIG_$1=[ym]" "$obj/.config"; }
make_kernel() { kmake "$src" "$obj" KERNELRELEASE="$kver" "$@" < /dev/null; }

# ---- core ----
mkdir -p "$moddir"
cp "$obj/arch/x86/boot/bzImage" "$moddir/vmlinuz"
chmod 0755 "$moddir/vmlinuz"
# For dracut's fips module; the key is that of libkcapi's sha512hmac, and no secret.
(cd "$moddir" && openssl dgst -sha512 -hmac FIPS-FTW-RHT2009 vmlinuz |
	sed 's/.*= *\(.*\)/\1  vmlinuz/' > .vmlinuz.hmac)
cp "$obj/.config" "$moddir/config"
cp "$obj/System.map" "$moddir/System.map"
xz -9 -T1 -c "$obj/Module.symvers" > "$moddir/symvers.xz"

# ---- modules: split, strip, sign, pack ----
KEY=
keys=
if has MODULES; then
	make_kernel modules_install INSTALL_MOD_PATH="$root/usr" CONFIG_MODULE_SIG_ALL= \
		DEPMOD=true
	rm -f "$moddir/build" "$moddir/source"
	depmod -b "$root/usr" -F "$obj/System.map" "$kver"
	"$here/split.sh" "$moddir/modules.dep" "$here/modules-extra.list" \
		"$here/modules-internal.list" split
	find "$moddir" -maxdepth 1 -name 'modules.*' ! -name 'modules.builtin' \
		! -name modules.builtin.modinfo ! -name modules.builtin.ranges \
		! -name modules.order -delete
	if has DEBUG_INFO; then
		"$here/debuginfo.sh" "$obj" "$kver" "$root"
	fi
	if has MODULE_SIG; then
		KEY=$PWD/private/key.pem
		keys=usr/share/doc/kernel-keys/$kver
		mkdir -p "$root/$keys"
		openssl x509 -in "$KEY" -outform DER -out "$root/$keys/modules.cer"
		SIGN_FILE=$obj/scripts/sign-file
		SIGN_HASH=$(sed -n 's/^CONFIG_MODULE_SIG_HASH="\(.*\)"/\1/p' "$obj/.config")
		export KEY SIGN_FILE SIGN_HASH
	fi
	export ZSTD_LEVEL="$level"
	find "$moddir/kernel" -name '*.ko' -print0 | LC_ALL=C sort -z |
		xargs -0 -r -n 8 -P "$jobs" "$here/module.sh"
else
	mkdir -p split
	: > split/modules; : > split/modules-extra; : > split/modules-internal
fi

# ---- what rpm asks about files: what it always does, and two more ----
rm -rf fileattrs
mkdir fileattrs
cp "$(rpm --eval '%{_fileattrsdir}')"/*.attr fileattrs/
: > fileattrs/azksym.attr > fileattrs/azkmod.attr

# ---- what rpm's %files take ----
suffix=.ko${level:+.zst}
for list in modules modules-extra modules-internal; do
	{
		echo '%defattr(-,root,root,-)'
		sed "s,.*,/usr/lib/modules/$kver/&$suffix," "split/$list"
		# the folders, each for every package that has something in it
		sed -n 's,/[^/]*$,,p' "split/$list" | LC_ALL=C sort -u | awk -v d="/usr/lib/modules/$kver" '{
			while ($0 != "" && !($0 in seen)) {
				seen[$0] = 1
				print "%dir " d "/" $0
				if (!sub(/\/[^\/]*$/, ""))
					break
			}
		}'
	} > "lists/$list"
done
{
	echo "%defattr(-,root,root,-)"
	for f in .vmlinuz.hmac symvers.xz vmlinuz; do
		echo "/usr/lib/modules/$kver/$f"
	done
	[ -z "$keys" ] || printf '%%dir /%s\n%%dir /%s\n/%s/modules.cer\n' \
		"${keys%/*}" "$keys" "$keys"
} > lists/core
{
	echo "%defattr(-,root,root,-)"
	echo "%dir /usr/lib/modules/$kver"
	(cd "$moddir" && find . -maxdepth 1 -type f ! -name "*vmlinuz*" ! -name symvers.xz) |
		LC_ALL=C sort | sed "s,^.,/usr/lib/modules/$kver,"
	# what depmod writes
	for f in alias alias.bin builtin.alias.bin builtin.bin dep dep.bin devname softdep \
		 symbols symbols.bin weakdep; do
		echo "%ghost %attr(0644,root,root) /usr/lib/modules/$kver/modules.$f"
	done
} > lists/shared

"$here/stage-rest.sh" "$src" "$obj" "$kver" "$root"

# Whoever builds, whatever the umask, whenever the source was unpacked: one result.
find "$root" -type d -exec chmod 0755 {} +
find "$root" -type f -perm /111 -exec chmod 0755 {} +
find "$root" -type f ! -perm /111 -exec chmod 0644 {} +
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
cd "$top"
