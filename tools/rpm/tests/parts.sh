#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The parts that packages are made with, each alone, and what is refused: no kernel is
# built here. Needs the tree (make tree).
cd "$(dirname "$0")/../../.." || exit 1
. tools/rpm/tests/tap.sh.inc
export OUT="${OUT:-$PWD/out}" PROFILE=azure
AZK=${AZK:-$OUT/bin/azk}
rpm=tools/rpm
unset RELEASE RPM_RELEASE RPM_OUT SIGN_KEY SIGN_CERT

# refused CODE TEXT COMMAND...: fails with this exit code and one line, which has TEXT, and
# leaves nothing
refused() {
	_code=$1
	_text=$2
	shift 2
	rm -rf "$top/to"
	(export RPM_OUT="${RPM_OUT:-$top/to/rpm}"; "$@") > "$top/said" 2> "$top/err" < /dev/null
	_rc=$?
	cat "$top/err"
	[ $_rc -eq "$_code" ] || { echo "exit code $_rc, not $_code"; return 1; }
	[ "$(wc -l < "$top/err")" -eq 1 ] && grep -qF -- "$_text" "$top/err" || return
	[ -z "$(find "$top/to" -type f 2> /dev/null)" ] || { echo 'files were left'; return 1; }
}

# ---- what is refused ----
mkdir "$top/bin"
for tool in cat cut dirname git grep head ls mkdir mktemp rm sed sh tr; do
	ln -s "$(command -v $tool)" "$top/bin/"
done
without() {
	sed 's,^PATH=.*,,' $rpm/ready.sh > "$top/ready.sh" && PATH=$top/bin sh "$top/ready.sh"
}
is 'no rpmbuild' refused 3 "no rpmbuild here; run 'make setup'" without
is 'no such profile: those there are' refused 4 \
	"no profile 'nobody' in configs/profiles; there are: " env PROFILE=nobody $rpm/ready.sh
is 'the output cannot be written to' refused 5 "/etc/passwd/rpm cannot be written to" \
	env RPM_OUT=/etc/passwd/rpm $rpm/ready.sh
mkdir "$top/rpms" && : > "$top/rpms/a.rpm"
is 'the output of the repository cannot' refused 5 "/etc/passwd/repo cannot be written to" \
	env RPM_OUT="$top/rpms" REPO=/etc/passwd/repo $rpm/repo.sh
is 'no packages for a repository' refused 9 "run 'make rpm'" $rpm/repo.sh
is 'a release that is none' refused 8 'RPM_RELEASE=1-2: only letters' \
	env RPM_RELEASE=1-2 $rpm/ready.sh
key() {
	openssl req -new -x509 -newkey rsa:2048 -nodes -batch -subj "/CN=$1" -days 36500 \
		-keyout "$top/$1.key" -out "$top/$1.crt" 2> /dev/null
}
key one && key two
is 'a key without its certificate' refused 7 \
	'no certificate in PEM in it; name its file with SIGN_CERT=' \
	env SIGN_KEY="$top/one.key" $rpm/ready.sh
is 'a key that is not that of the certificate' refused 7 'does not match the certificate' \
	env SIGN_KEY="$top/one.key" SIGN_CERT="$top/two.crt" $rpm/ready.sh
is 'a key that is not there' refused 7 'no such file' env SIGN_KEY="$top/none" $rpm/ready.sh
is 'a file that is no key' refused 7 'no private key in PEM' \
	env SIGN_KEY=README.md $rpm/ready.sh
is 'the key and its certificate are taken' env SIGN_KEY="$top/one.key" SIGN_CERT="$top/one.crt" \
	RPM_OUT="$top/to/rpm" $rpm/ready.sh
cat "$top/one.key" "$top/one.crt" > "$top/one.pem"
is 'from one file too' env SIGN_KEY="$top/one.pem" RPM_OUT="$top/to/rpm" $rpm/ready.sh

# A project in small, to be dirty.
project=$top/project
mkdir -p "$project/tools/make" "$project/patches" "$project/configs/profiles"
cp -R tools/rpm "$project/tools/" && cp tools/make/kernel-env.sh "$project/tools/make/"
cp patches/base.lock "$project/patches/" && echo base > "$project/configs/profiles/azure"
echo 'small/a.patch' > "$project/patches/series" && mkdir "$project/patches/small"
echo 'a patch' > "$project/patches/small/a.patch"
git_() { git -C "$project" -c user.name=t -c user.email=t@t.example "$@"; }
git_ init -q && git_ add -A && git_ commit -qm all
: > "$top/archive.orig.tar.xz"
printf 'CONFIG_MODULES=y\nCONFIG_DEBUG_INFO=y\n' > "$top/config"
sources() { (cd "$project" && TARBALL="$top/archive.orig.tar.xz" CONFIG="$top/config" "$@"); }
ready() { (cd "$project" && RELEASE=1 tools/rpm/ready.sh); }
is 'RELEASE=1 of a commit' env RPM_OUT="$top/to/rpm" sh -c 'cd "$1" && RELEASE=1 tools/rpm/ready.sh' - "$project"

# ---- the source package ----
is 'sources and spec are written' sources tools/rpm/srpm.sh "$top/s1"
spec() { rpmspec --define "_sourcedir $top/$1" "$@"; }
query() {
	rpmspec -q --define "_sourcedir $top/s1" --define "_dbpath $top/db" --qf '%{NAME} %{VERSION}-%{RELEASE}\n' \
		"$top/s1/kernel-azure.spec" > "$top/names"
	for _p in '' -core -modules -modules-extra -devel -headers -debuginfo -uki -selftests -bench -doc; do
		grep -q "^kernel-azure$_p 6.*-1.azk1\$" "$top/names" || { cat "$top/names"; return 1; }
	done
	! grep -q internal "$top/names"
}
is 'the spec names every package' query
echo CONFIG_TEST_BPF=m >> "$top/config"
is 'modules that test are a package where there are any' sh -c "$(cat <<-'E'
	cd "$1" && TARBALL="$2/archive.orig.tar.xz" CONFIG="$2/config" tools/rpm/srpm.sh "$2/s3" &&
	rpmspec -q --define "_dbpath $2/db" "$2/s3/kernel-azure.spec" | grep modules-internal
	E
)" - "$project" "$top"
sed -i /TEST/d "$top/config"
source_package() {
	rpmbuild -bs --quiet --define "_topdir $top/$1.rb" --define "_sourcedir $top/$1" \
		--define "_dbpath $top/db" "$top/$1/kernel-azure.spec"
}
twice() {
	source_package s1 && sleep 1.1 || return
	(umask 077; export TZ=Asia/Tokyo; sources tools/rpm/srpm.sh "$top/s2") && source_package s2 || return
	cmp "$top"/s1.rb/SRPMS/*.rpm "$top"/s2.rb/SRPMS/*.rpm
}
is 'written twice, the source package is the same to the bit' twice
echo more >> "$project/patches/series"
is 'RELEASE=1 with a file that was changed' refused 6 'RELEASE=1, but files differ from commit' \
	sh -c 'cd "$1" && RELEASE=1 tools/rpm/ready.sh' - "$project"
echo 'small/a.patch' > "$project/patches/series"
echo new > "$project/configs/new.config"
is 'RELEASE=1 with a file that git does not know' refused 6 'configs/new.config' \
	sh -c 'cd "$1" && RELEASE=1 tools/rpm/ready.sh' - "$project"
dirty() { [ "$(sources tools/rpm/srpm.sh "$top/s4")" = "$(sed -n 's/^version //p' patches/base.lock)-1.azk1.dirty" ]; }
is 'without it the release says dirty' dirty

# ---- the overlay, without git and azk ----
overlay() {
	$rpm/overlay.sh . "$top/overlay" || return
	git -C "$OUT/ours/src" diff-tree -r --name-only --no-commit-id overlay^ overlay | sort > "$top/want"
	(cd "$top/overlay" && find . -type f | sed 's,^\./,,' | sort) > "$top/got"
	diff "$top/want" "$top/got" || return
	while read -r _f; do
		git -C "$OUT/ours/src" show "overlay:$_f" | cmp - "$top/overlay/$_f" || return
	done < "$top/got"
}
is 'the overlay is what azk tree commits' overlay

# ---- modules into packages ----
cat > "$top/modules.dep" <<-END
kernel/a/common.ko:
kernel/a/user.ko: kernel/x/rare/lib.ko kernel/a/common.ko
kernel/x/rare/lib.ko: kernel/x/rare/deep.ko
kernel/x/rare/deep.ko:
kernel/x/rare/driver.ko: kernel/a/common.ko
kernel/t/test.ko: kernel/x/rare/driver.ko
END
echo 'x/rare/	# few have it' > "$top/extra"
echo 't/	# tests' > "$top/internal"
split() {
	$rpm/split.sh "$top/modules.dep" "$top/extra" "$top/internal" "$top/split" || return
	tail -n 9 "$top"/split/*
	[ "$(echo $(cat "$top/split/modules"))" = \
	  'kernel/a/common kernel/a/user kernel/x/rare/deep kernel/x/rare/lib' ] &&
	[ "$(cat "$top/split/modules-extra")" = kernel/x/rare/driver ] &&
	[ "$(cat "$top/split/modules-internal")" = kernel/t/test ]
}
is 'what a module needs is in its package or an earlier one' split

# ---- keys and signatures ----
made() { $rpm/key.sh "$top/made.pem" && [ "$(stat -c %a "$top/made.pem")" = 600 ] &&
	openssl x509 -in "$top/made.pem" -noout && [ "$(ls "$top"/made*)" = "$top/made.pem" ]; }
is 'a key made for a build is for its owner only, and alone' made
# sign FILE: as sign-file does it
sign() {
	openssl cms -sign -binary -nocerts -noattr -md sha512 -in "$1" -signer "$top/one.crt" \
		-inkey "$top/one.key" -outform DER -out "$top/sig" || return
	_len=$(wc -c < "$top/sig")
	cat "$top/sig" >> "$1"
	printf '\0\0\2\0\0\0\0\0\0\0%b%b' "\\0$(printf %o $((_len >> 8)))" "\\0$(printf %o $((_len & 255)))" >> "$1"
	printf '~Module signature appended~\n' >> "$1"
}
head -c 5000 "$AZK" > "$top/m.ko" && sign "$top/m.ko" && cp "$top/m.ko" "$top/altered.ko"
printf '\001' | dd of="$top/altered.ko" bs=1 seek=2500 conv=notrunc 2> /dev/null
head -c 5000 "$AZK" > "$top/unsigned.ko"
for m in m altered unsigned; do echo "$top/$m.ko" > "$top/list.$m"; done
is 'a signed module verifies' $rpm/verify.sh "$top/one.crt" "$top/list.m"
is 'not with another key' fails $rpm/verify.sh "$top/two.crt" "$top/list.m"
is 'an altered one does not' fails $rpm/verify.sh "$top/one.crt" "$top/list.altered"
is 'nor one without signature' fails $rpm/verify.sh "$top/one.crt" "$top/list.unsigned"

# ---- the rest ----
printf '0x12345678\tfoo\tvmlinux\tEXPORT_SYMBOL\t\n0x00000000\tbar\tvmlinux\tEXPORT_SYMBOL\t\n' |
	xz > "$top/symvers.xz"
is 'exported symbols with a checksum are provided' sh -c \
	'[ "$(echo "$1" | tools/rpm/ksyms.sh)" = "kernel(foo) = 0x12345678" ]' - "$top/symvers.xz"
# plugin DIR: the plugin of azk, made in DIR as build.sh makes it
plugin() {
	mkdir -p "$1/tools" && cp -R tools/azk "$1/tools/" || return
	make -s -C "$1/tools/azk" OUT="$1/out" CFLAGS="-ffile-prefix-map=$1=. -ffile-prefix-map=$1/out=out" \
		"$1/out/bin/insncount.so" && strip --strip-unneeded "$1/out/bin/insncount.so"
}
plugins() { plugin "$top/p1" && plugin "$top/elsewhere/p2" && cmp "$top/p1/out/bin/insncount.so" "$top/elsewhere/p2/out/bin/insncount.so"; }
is 'made in two folders, the plugin is the same' plugins
stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub
uki() {
	$rpm/uki.sh $stub "$AZK" 6.18-test 'root=x quiet' > "$top/a.efi" && sleep 1.1 &&
	$rpm/uki.sh $stub "$AZK" 6.18-test 'root=x quiet' > "$top/b.efi" && cmp "$top/a.efi" "$top/b.efi" || return
	objcopy -O binary --only-section=.linux "$top/a.efi" "$top/linux" && cmp -n "$(wc -c < "$AZK")" "$AZK" "$top/linux" &&
	objcopy -O binary --only-section=.cmdline "$top/a.efi" "$top/cmdline" && grep -q '^root=x quiet' "$top/cmdline"
}
is 'the image for UEFI has its parts, and is the same twice' uki
finish
