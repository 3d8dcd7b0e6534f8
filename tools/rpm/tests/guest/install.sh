#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The packages of out/rpm, installed into fresh roots by rpm and started from there on
# hvhost: a SCSI disk with such a root, and no file of the build tree. Needs root (rpm
# changes its root, nodes in /dev).
cd "$(dirname "$0")/../../../.." || exit 1
. tools/rpm/tests/tap.sh.inc
. tools/rpm/tests/base.sh.inc
OUT=${OUT:-$PWD/out}
AZK=${AZK:-$OUT/bin/azk}
p=${RPMS:-$OUT/rpm}
root=$top/root
if ! ls "$p"/kernel-*-core-*.rpm > /dev/null 2>&1; then
	skip 'packages' "no packages in $p; run 'make rpm'"
	finish
fi
if [ "$(id -u)" -ne 0 ]; then
	skip 'installing' 'rpm --root needs root'
	finish
fi
core=$(echo "$p"/kernel-*-core-*.x86_64.rpm)
name=$(rpm -qp --qf '%{NAME}' "$core")
name=${name%-core}
vr=$(rpm -qp --qf '%{VERSION}-%{RELEASE}' "$core")
kver=$(rpm -qp --provides "$core" | sed -n 's/^kernel-uname-r = //p')
pkg() { for _p; do echo "$p/$name$_p-$vr.x86_64.rpm"; done; }
mods=usr/lib/modules/$kver
base_rpm "$top" || exit 1
is 'the base of the tests installs' new_root

# ---- what is in them ----
provides() {
	rpm -qp --provides $(pkg "$1") > "$top/provides"
	shift
	for _x; do grep -qxF -- "$_x" "$top/provides" || { echo "no $_x"; return 1; }; done
}
is 'core provides what dnf, dracut and akmods look for' provides -core \
	'installonlypkg(kernel)' "kernel-uname-r = $kver" "kernel-core-uname-r = $kver" "kernel = $vr" \
	"kernel-core = $vr" "$name-uname-r = $kver" "$name-core-uname-r = $kver" 'kmod(hv_storvsc.ko)'
is 'modules too, also as what Fedora splits off them' provides -modules 'installonlypkg(kernel-module)' \
	"kernel-modules = $vr" "kernel-modules-uname-r = $kver" "kernel-modules-core = $vr" \
	"kernel-modules-core-uname-r = $kver" "$name-modules-core-uname-r = $kver" 'kmod(hv_netvsc.ko)'
is 'and modules-extra' provides -modules-extra 'installonlypkg(kernel-module)' \
	"kernel-modules-extra = $vr" "kernel-modules-extra-uname-r = $kver"
is 'and devel' provides -devel 'installonlypkg(kernel)' "kernel-devel = $vr" "kernel-devel-uname-r = $kver"
is 'and devel-matched, which akmods and DKMS require beside a kernel-core' \
	provides -devel-matched "kernel-devel-matched = $vr"
is 'and headers' provides -headers "kernel-headers = $vr" "kernel-headers-x86_64 = $vr" 'glibc-kernheaders = 3.0-46'
is 'and the image for UEFI' provides -uki 'installonlypkg(kernel)' "kernel-uname-r = $kver" \
	"kernel-core-uname-r = $kver" 'kmod(hv_storvsc.ko)'
# devel has many scripts, of which building a module starts few
asks() {
	rpm -qp --requires $(pkg -devel) | grep -v '^rpmlib' > "$top/requires"
	for _x in bison elfutils-libelf-devel findutils flex gcc make openssl-devel perl-interpreter; do
		grep -qx "$_x" "$top/requires" || { echo "no $_x"; return 1; }
	done
	! grep -E '^perl\(|/(python|perl|awk|bash|sed)' "$top/requires"
}
is 'devel asks for what building a module takes, and no more' asks
no_key() {
	for _f in "$p"/*.rpm; do
		rpm2cpio "$_f" | grep -a -l -e '-----BEGIN.*PRIVATE KEY-----' && { echo "$_f"; return 1; }
	done
	return 0
}
is 'no package has a private key in it' no_key

# ---- installing ----
all=$(pkg '' -core -modules -modules-extra -headers -selftests)
now() { cut -d ' ' -f 1 /proc/uptime; }
is 'their dependencies are closed' inroot --test -i $all
t0=$(now)
inroot -i $all > "$top/said" 2>&1
rc=$?
took=$(awk -v a="$t0" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }')
echo "# installed in $took s"
is 'they install' test $rc -eq 0
is 'no scriptlet says anything' empty "$top/said"
is 'within 15 seconds' awk -v t="$took" 'BEGIN { exit t > 15 }'
verify() { inroot -Va > "$top/verify" 2>&1; empty "$top/verify"; }
# /sbin/init and /root are ours, and devel asks for compilers
verify_both() { inroot -Va --nodeps > "$top/verify" 2>&1; sed -i "/sbin.init\$/d" "$top/verify"; empty "$top/verify"; }
is 'rpm -V finds nothing' verify
is 'depmod knows the modules' grep -q '^kernel/.*\.ko' "$root/$mods/modules.dep"
is 'kernel-install took the kernel to /boot' cmp "$root/$mods/vmlinuz" "$root/boot/azktest/$kver/linux"
is 'and wrote an entry for it' grep -q "^version *$kver" "$root/boot/loader/entries/azktest-$kver.conf"

# ---- signatures, by openssl: neither the kernel nor azk has a part in it ----
cert=$root/usr/share/doc/kernel-keys/$kver/modules.cer
find "$root/$mods/kernel" -name '*.ko*' | sort > "$top/modules"
is "every module ($(wc -l < "$top/modules")) is signed with the key of the build" \
	tools/rpm/verify.sh "$cert" "$top/modules"

# ---- the disk, and what it does when it is started ----
cp tools/rpm/tests/disk-init.sh.inc "$root/usr/sbin/init"
chmod 0755 "$root/usr/sbin/init"
# An altered module: one byte in the middle, its signature as it was.
net=$(find "$root/$mods/kernel" -name 'hv_netvsc.ko*')
mkdir -p "$root/root"
case $net in
*.zst) zstd -q -d -o "$root/root/hv_netvsc.ko" "$net" ;;
*) cp "$net" "$root/root/hv_netvsc.ko" ;;
esac
cp "$root/root/hv_netvsc.ko" "$root/root/altered.ko"
printf '\377' | dd of="$root/root/altered.ko" bs=1 conv=notrunc 2> /dev/null \
	seek=$(($(wc -c < "$root/root/altered.ko") / 2))
cp "$root/root/altered.ko" "$root/root/unsigned.ko"
strip --strip-debug "$root/root/unsigned.ko"

# ---- a module of somebody else, built from devel alone ----
dev=$top/dev
mkdir -p "$dev/var/lib" "$top/ext"
rpm2cpio "$(pkg -devel)" | (cd "$dev" && cpio -idm --quiet)
printf '%s\n' '#include <linux/module.h>' 'static int __init ext_init(void)' \
	'{ pr_info("external module %s\n", THIS_MODULE->name); return 0; }' \
	'static void __exit ext_exit(void) {}' 'module_init(ext_init);' 'module_exit(ext_exit);' \
	'MODULE_LICENSE("GPL");' 'MODULE_DESCRIPTION("test");' > "$top/ext/ext.c"
echo 'obj-m := ext.o' > "$top/ext/Makefile"
is 'a module builds from devel alone' make -C "$dev/usr/src/kernels/$kver" M="$top/ext" modules
cp "$top/ext/ext.ko" "$root/root/" 2> /dev/null

disk=$top/disk.img
is 'the root is a disk now' mke2fs -q -t ext4 -d "$root" "$disk" 400M

# start WHAT INITRD OPTIONS: boot what kernel-install put into /boot, root on the disk
start() {
	cp "$disk" "$top/run.img"
	set -- "$1" "$2" "root=/dev/sda rw init=/sbin/init $3"
	"$AZK" boot "$root/boot/azktest/$kver/linux" --machine hyperv --memory 768M \
		--disk file="$top/run.img" --nic loopback --hang 240 --timeout 600 \
		${2:+--initrd "$2"} --append "$3" -- false > "$top/console" 2>&1 < /dev/null
	rc=$?
	grep -a '^disk: ' "$top/console" | tr -d '\r' > "$top/report"
	is "$1: init of the disk ran to its end (exit code $rc)" booted
}
booted() { [ $rc -eq 0 ] || { tail -n 15 "$top/console"; return 1; }; }
says() { grep -qxF -- "disk: $1" "$top/report" || { cat "$top/report"; return 1; }; }

start 'without initramfs' '' 'rdinit=/none'
is 'the kernel that runs is the one installed' says "uname $kver"
is 'its root is the SCSI disk' says 'root sda'
is 'a module of the package loads by its name' says 'modprobe hv_netvsc: 0'
is "and drives Hyper-V's network card" says 'nic eth0'
is 'the module of somebody else loads' says 'insmod ext.ko: 0'

start 'lockdown=integrity' '' 'rdinit=/none lockdown=integrity'
is 'under lockdown the signed module loads' says 'modprobe hv_netvsc: 0'
is 'one that is not signed does not' says 'insmod ext.ko: refused'
is 'nor one whose signature was stripped' says 'insmod unsigned.ko: refused'
is 'nor an altered one' says 'insmod altered.ko: refused'
is 'whose key was found, and whose hash is wrong' grep -aqE 'key|reject|module verification' "$top/report"

# ---- initramfs: ours in small, and dracut's ----
tiny() (
	set -e
	t=$top/tiny
	mkdir -p "$t/dev" "$t/proc" "$t/sys" "$t/mnt" "$t/$mods"
	cp -a "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib64" "$t/usr/"
	mkdir -p "$t/usr/lib" && cp -a "$root/usr/lib/x86_64-linux-gnu" "$t/usr/lib/"
	for d in bin sbin lib lib64; do ln -s usr/$d "$t/$d"; done
	cp -a "$root/$mods"/modules.* "$t/$mods/"
	modprobe -d "$root" -S "$kver" -D hv_netvsc | sed -n 's/^insmod \([^ ]*\).*/\1/p' |
		while read -r m; do install -D "$m" "$t/${m#"$root"/}"; done
	printf '%s\n' '#!/bin/sh' 'mount -t proc proc /proc; mount -t sysfs sys /sys' \
		'mount -t devtmpfs dev /dev; exec > /dev/console 2>&1' \
		'/usr/sbin/modprobe hv_netvsc; echo "disk: tiny initramfs: $?"' \
		'until [ -b /dev/sda ]; do sleep 0.2; done' 'mount /dev/sda /mnt' \
		'umount /proc /sys; exec switch_root /mnt /sbin/init' > "$t/init"
	chmod 0755 "$t/init"
	cd "$t"
	find . | cpio -o -H newc --quiet > "$top/tiny.img"
)
is 'a small initramfs from the installed modules' tiny
start 'small initramfs' "$top/tiny.img" 'rdinit=/init'
is 'it loaded its modules' says 'tiny initramfs: 0'
is 'and handed over to the disk' says 'root sda'

is 'dracut makes one from the installed modules' dracut --force --no-hostonly --no-early-microcode \
	--kver "$kver" --kmoddir "$root/$mods" --fwdir "$top" --tmpdir "$top" --nofscks \
	--modules 'base kernel-modules rootfs-block fs-lib udev-rules' "$top/dracut.img"
is 'with modules of the package' sh -c 'lsinitrd "$1" | grep -q "$2/kernel/.*\.ko"' - "$top/dracut.img" "$kver"
start "dracut's initramfs" "$top/dracut.img" 'rdinit=/init rd.shell=0'
is 'it handed over to the disk' says 'root sda'

# ---- a second release (only when there is one: NEXT_RPMS) ----
# left_of RELEASE: nothing of it
left_of() {
	find "$root" -path "$root/proc" -prune -o -name "*$1*" -print > "$top/left"
	empty "$top/left"
}
if [ -n "${NEXT_RPMS:-}" ]; then
	next_core=$(echo "$NEXT_RPMS"/*-core-*.x86_64.rpm)
	next_kver=$(rpm -qp --provides "$next_core" | sed -n 's/^kernel-uname-r = //p')
	next_vr=$(rpm -qp --qf '%{VERSION}-%{RELEASE}' "$next_core")
	next() { for _p; do echo "$NEXT_RPMS/$name$_p-$next_vr.x86_64.rpm"; done; }
	two="'' -core -modules -modules-extra -devel"
	# kernels are installed, what is not installonly is upgraded
	inroot -i --nodeps $(pkg -devel) > "$top/said" 2>&1
	is 'devel installs, and no scriptlet says anything' empty "$top/said"
	t0=$(now)
	inroot -i --nodeps $(eval next "$two") > "$top/said" 2>&1
	echo "# the second release took $(awk -v a="$t0" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }') s, devel and hardlink with it"
	is 'a second release installs beside it without a word' empty "$top/said"
	is 'headers and selftests are upgraded' inroot -U $(next -headers -selftests)
	is 'what is the same in both devel is one file' test "$root/usr/src/kernels/$kver/include/linux/kernel.h" \
		-ef "$root/usr/src/kernels/$next_kver/include/linux/kernel.h"
	is 'the kernel of before is still there' cmp "$root/$mods/vmlinuz" "$root/boot/azktest/$kver/linux"
	is 'rpm -V finds nothing' verify_both
	inroot -e $(for _p in '' -core -modules -modules-extra -devel; do echo "$name$_p-$vr"; done) > "$top/said" 2>&1
	is 'the first release goes without a word' empty "$top/said"
	is 'and nothing of it is left' left_of "$kver"
	mke2fs -q -t ext4 -d "$root" "$disk" 600M > /dev/null 2>&1
	kver=$next_kver
	start 'the second release' '' 'rdinit=/none'
	is 'it is the second that runs' says "uname $next_kver"
	is 'its module loads by its name' says 'modprobe hv_netvsc: 0'
fi

# ---- and away ----
is 'they are removed' inroot -e $(rpm -qp --qf '%{NAME}\n' $all) ${next_core:+$name-devel}
left() { find "$root/boot" "$root/usr/lib/modules" "$root/usr/src" "$root/usr/include" -name "*$kver*" -o -name '*.ko*' 2> /dev/null > "$top/left"; empty "$top/left"; }
is 'and nothing of the kernel is left' left
finish
