#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Packages of a project in small (small.sh.inc), which are made in seconds: what make.sh,
# the spec and the scripts that it calls do, and what rpm and dnf do with the outcome.
cd "$(dirname "$0")/../../.." || exit 1
. tools/rpm/tests/tap.sh.inc
. tools/rpm/tests/base.sh.inc
. tools/rpm/tests/small.sh.inc
unset RELEASE RPM_RELEASE RPM_OUT REPO SIGN_KEY SIGN_CERT CACHE CCACHE_DIR REPRO_DIR ZSTD_LEVEL
small=$top/small
p=$small/out/rpm
root=$top/root
version=$(sed -n 's/^version //p' patches/base.lock)
v=$version-1.azk1
kver=$v.x86_64
w=$version-2.azk1
if ! command -v rpmbuild > /dev/null; then
	skip 'packages in small' "no rpmbuild; run 'make setup'"
	finish
fi

# ---- making them ----
is 'a project in small' small_project "$small"
is 'its packages are made' in_small tools/rpm/make.sh
[ $failed -eq 0 ] || finish
parts='bench core debuginfo devel devel-matched headers modules modules-extra modules-internal selftests uki'
all_there() {
	for _p in '' $parts; do
		[ -f "$p/kernel-azure${_p:+-$_p}-$v.x86_64.rpm" ] || { echo "no $_p"; return 1; }
	done
	[ -f "$p/kernel-azure-doc-$v.noarch.rpm" ] && [ -f "$p/kernel-azure-$v.src.rpm" ] &&
	[ "$(find "$p" -name "*.rpm" | wc -l)" -eq 14 ]
}
is 'each one, and the source package' all_there
described() {
	for _f in "$p"/*.rpm; do
		case $_f in *.src.rpm | */kernel-azure-6* | *-devel-matched-*) continue ;; esac
		grep -q -- "--name $(rpm -qp --qf '%{NAME} --version %{VERSION}-%{RELEASE}' "$_f")" \
			"${_f%.rpm}.spdx.json" || return
	done
}
is 'beside each a document of what it is made of' described
# holds PACKAGE FILE...
holds() {
	rpm -qpl "$p/kernel-azure-$1-$v.x86_64.rpm" > "$top/list"
	shift
	for _f; do grep -qx "$_f" "$top/list" || { cat "$top/list"; echo "no $_f"; return 1; }; done
}
is 'modules are in the package they belong to' eval \
	'holds modules "/usr/lib/modules/$kver/kernel/drivers/a.ko.zst" &&
	holds modules-extra "/usr/lib/modules/$kver/kernel/drivers/rare/b.ko.zst" &&
	holds modules-internal "/usr/lib/modules/$kver/kernel/lib/tests/c.ko.zst"'
# provides PACKAGE WHAT
provides() { rpm -qp --provides "$p/kernel-azure-$1-$v.x86_64.rpm" > "$top/list" && grep -qxF "$2" "$top/list"; }
is 'symbols are provided with their checksums' provides core 'kernel(foo) = 0x12345678'
is 'by the image for UEFI, too' provides uki 'kernel(foo) = 0x12345678'
is 'modules are, by name, and those built in' eval \
	'provides modules "kmod(a.ko)" && provides modules-extra "kmod(b.ko)" && provides core "kmod(inside.ko)"'
open_all() {
	rm -rf "$top/open" && mkdir "$top/open" || return
	for _f in "$p"/*.rpm; do
		rpm2cpio "$_f" | (cd "$top/open" && cpio -idmu --quiet) || return
	done
}
debug() {
	_m=$top/open/usr/lib/modules/$kver/kernel/drivers/a.ko
	zstd -q -d -f "$_m.zst" && ! readelf -S "$_m" | grep -q debug_info || return
	_d=$(find "$top/open/usr/lib/debug" -name 'a.ko*.debug')
	readelf -S "$_d" | grep -q debug_info &&
	[ "$(readelf -n "$_d" | grep -A1 'Build ID')" = "$(readelf -n "$_m" | grep -A1 'Build ID')" ] &&
	_id=$(readelf -n "$_m" | sed -n 's/.*Build ID: //p') &&
	[ -e "$top/open/usr/lib/debug/.build-id/$(echo "$_id" | cut -c -2)/$(echo "$_id" | cut -c 3-).debug" ]
}
is 'they can be opened' open_all
is 'debug information is split off and found by build id' debug
is 'no file names a folder of the build' eval '! grep -rlF "$small" "$top/open"'
is 'nor has a private key in it' eval '! grep -rle "-----BEGIN.*PRIVATE KEY-----" "$top/open"'
is 'and no key is left where they were made' eval \
	'! find "$small/out" -name "*.pem" -o -name private | grep .'
is 'made again, there is nothing to do' eval \
	'in_small tools/rpm/make.sh | grep "up to date"'
echo again > "$small/out/ours/azure/.built"
: > "$small/out/ours/azure/fail"
fails_cleanly() {
	ls -l --time-style=full-iso "$p" > "$top/before"
	in_small tools/rpm/make.sh 2> "$top/err" && return 1
	cat "$top/err"
	ls -l --time-style=full-iso "$p" | diff "$top/before" - &&
	[ ! -e "$small/out/rpm-work" ] && [ ! -e "$p.new" ] && grep -q 'told to fail' "$top/err"
}
is 'a build that fails says why and leaves the packages of before' fails_cleanly
rm -f "$small/out/ours/azure/fail"

# ---- of a tree whose kernel has their name ----
tree=$small/out/ours/azure
named_tree() (
	mkdir -p "$tree/certs" && tools/rpm/key.sh "$tree/certs/signing_key.pem" || exit
	cd "$small/out/ours/src" && make -s O=../azure CC=gcc KCFLAGS= KERNELRELEASE="$kver" \
		CONFIG_MODULE_SIG_KEY="$tree/certs/signing_key.pem" all &&
	echo "$kver" > "$tree/include/config/kernel.release" && : > "$tree/fail"
)
as_it_is() {
	rpm2cpio "$top/asis/kernel-azure-core-$v.x86_64.rpm" | (cd "$top" && cpio -idmu --quiet) &&
	cmp "$tree/arch/x86/boot/bzImage" "$top/usr/lib/modules/$kver/vmlinuz"
}
is 'a tree with a kernel of that name' named_tree
is 'packages are made of it without a build' eval \
	'(RPM_OUT=$top/asis; export RPM_OUT; in_small tools/rpm/make.sh)'
is 'its kernel is in them' as_it_is
another_name() {
	(RPM_RELEASE=9.azk1 RPM_OUT=$top/nine; export RPM_RELEASE RPM_OUT
	in_small tools/rpm/make.sh) 2>&1 | tee "$top/err"
	grep -q 'told to fail' "$top/err"
}
is 'another name is built' another_name
rm -rf "$tree/fail" "$tree/certs" "$tree/include" "$top/usr"

# ---- again, elsewhere ----
# another user has to get there
there=$(mktemp -d /var/tmp/azk-rpm.XXXXXX) || exit 1
chmod 0755 "$there"
trap 'rm -rf "$top" "$there"' EXIT
repro() { (export REPRO_DIR="$there" CCACHE_DISABLE=1; in_small tools/rpm/repro.sh); }
is 'the source package makes the same ones elsewhere, to the bit' repro
: > "$small/out/ours/azure/leak"
leaks() { ! repro > "$top/log" 2>&1; cat "$top/log"; grep -q "System.map" "$top/log"; }
is 'where the name of a folder gets in, the file is named' leaks
rm -f "$small/out/ours/azure/leak"

# ---- a repository ----
is 'a repository is written' in_small tools/rpm/repo.sh
sums() { (cd "$small/out/repo" && find . -type f -exec sha256sum {} + | sort -k 2); }
sums > "$top/sums"
repo_again() { sleep 1.1 && in_small tools/rpm/repo.sh && sums | diff "$top/sums" -; }
is 'written again, it is the same' repo_again

# ---- installing, upgrading, removing ----
if [ "$(id -u)" -ne 0 ]; then
	skip 'installing' 'rpm --root needs root'
	finish
fi
pkg() { for _p; do echo "$p/kernel-azure$_p-$v.x86_64.rpm"; done; }
next() { for _p; do echo "$top/next/kernel-azure$_p-$w.x86_64.rpm"; done; }
# quietly COMMAND...: no word from scriptlets
quietly() { "$@" > "$top/said" 2>&1 && empty "$top/said" || { cat "$top/said"; return 1; }; }
verify() { inroot -Va > "$top/verify" 2>&1; empty "$top/verify"; }
verify_devel() { inroot -V --nodeps "kernel-azure-devel-$v" "kernel-azure-devel-$w" > "$top/verify" 2>&1; empty "$top/verify"; }
# left KVER: nothing of it
left() {
	find "$root" -path "$root/proc" -prune -o -name "*$1*" -print > "$top/left"
	empty "$top/left"
}
base_rpm "$top" || exit 1
is 'a root for tests' new_root
main="'' -core -modules -modules-extra -modules-internal"
is 'they install without a word' quietly inroot -i $(eval pkg $main)
is 'and verify' verify
is 'weak-modules was told, before kernel-install' grep -qx "add-kernel $kver, no entry" "$root/run/weak"
is 'the checksums of symbols are in /boot' cmp "$root/usr/lib/modules/$kver/symvers.xz" "$root/boot/symvers-$kver.xz"
is 'kernel-install was called' cmp "$root/usr/lib/modules/$kver/vmlinuz" "$root/boot/azktest/$kver/linux"
is 'the image for UEFI is in place of core, not beside it' fails inroot -i $(pkg -uki)
is 'one that few need can go alone, and comes back' eval \
	'quietly inroot -e kernel-azure-modules-extra && ! grep -q rare "$root/usr/lib/modules/$kver/modules.dep" &&
	quietly inroot -i $(pkg -modules-extra) && grep -q rare "$root/usr/lib/modules/$kver/modules.dep"'
second() { (export RPM_RELEASE=2.azk1 RPM_OUT="$top/next"; in_small tools/rpm/make.sh); }
is 'a second release is made' second
is 'it installs beside the first' quietly inroot -i $(eval next $main)
is 'both are there, and verify' eval \
	'[ -f "$root/boot/azktest/$kver/linux" ] && [ -f "$root/boot/azktest/$w.x86_64/linux" ] && verify'
named() { for _p; do echo "kernel-azure$_p-$v"; done; }
is 'the first is removed without a word' quietly inroot -e $(eval named $main)
is 'nothing of it is left' left "$kver"
is 'and weak-modules was told' grep -qx "remove-kernel $kver, no entry" "$root/run/weak"
is 'and the second verifies' verify
is 'the second is removed' quietly inroot -e $(eval named $main | sed "s/$v/$w/")
is 'nothing of it is left either' left "$w.x86_64"
is 'the image for UEFI installs' quietly inroot -i $(pkg -uki -modules)
is 'and goes' quietly inroot -e kernel-azure-uki kernel-azure-modules
is 'leaving nothing' left "$kver"

# ---- what modules are built against, of two releases ----
dev() { echo "$root/usr/src/kernels/$1/include/config/auto.conf"; }
is 'devel installs alone, of both releases' quietly inroot -i --nodeps $(pkg -devel) $(next -devel)
is 'what is the same in them is one file' test "$(dev "$kver")" -ef "$(dev "$w.x86_64")"
is 'and they verify' verify_devel
is 'they go' quietly inroot -e "kernel-azure-devel-$v" "kernel-azure-devel-$w"
is 'leaving nothing of the one' left "$kver"
is 'and nothing of the other' left "$w.x86_64"

# ---- the same by dnf, from the repository ----
if ! command -v dnf > /dev/null; then
	skip 'dnf' "no dnf; run 'make setup'"
	finish
fi
# Debian's rpm has its database in the home folder, unless told
mkdir "$top/home" "$top/log.d" && echo '%_dbpath /usr/lib/sysimage/rpm' > "$top/home/.rpmmacros"
dnf_() {
	env -u TMPDIR HOME="$top/home" dnf -q -y --refresh --installroot="$root" --releasever=1 --nogpgcheck \
		--setopt=cachedir="$top/cache" --setopt=logdir="$top/log.d" --setopt=reposdir=/none \
		--setopt=persistdir="$top/persist" --setopt=metadata_expire=0 \
		--repofrompath=k,"file://$small/out/repo" "$@" > "$top/dnf" 2>&1 ||
		{ cat "$top/dnf"; return 1; }
	! grep -i 'scriptlet' "$top/dnf"
}
is 'dnf installs the kernel by its name' dnf_ install kernel-azure
is 'with what it needs' eval \
	'[ "$(inroot -qa --qf "%{NAME}\n" | grep -c "^kernel-azure\$\|-core\$\|-modules\$")" -eq 3 ]'
rm -rf "$top/cache"
cp "$top"/next/*.x86_64.rpm "$p/" && in_small tools/rpm/repo.sh > /dev/null
is 'it upgrades to the second release' dnf_ upgrade
is 'and keeps the first' eval \
	'[ -f "$root/boot/azktest/$kver/linux" ] && [ -f "$root/boot/azktest/$w.x86_64/linux" ] && verify'
finish
