#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# azk base against a small archive: the order of the places, every way in which
# an archive can be wrong, the pool, and kernel.org with a key made here. No
# network: the pool and kernel.org are folders.
. "$(dirname "$0")/mini.sh.inc"
make_base
file=linux_6.1.2.orig.tar.xz

# apt as we need it: a mirror that is a folder; or none
mkdir -p "$top/bin" "$top/mirror/pool/main/l/linux"
cat > "$top/bin/apt-get" <<END
#!/bin/sh
[ -e "$top/no-mirror" ] || echo "file://$top/mirror/"
END
chmod +x "$top/bin/apt-get"
PATH=$top/bin:$PATH
touch "$top/no-mirror"
echo 'pool main/l/linux' >> "$top/patches/base.lock"

azk base path
is 'dl/ is found' works
is 'the path is printed, absolute' same "$(cat "$top/said")" "$top/dl/$file"

# One byte. Size and mtime stay the same: only ctime tells.
touch -r "$top/dl/$file" "$top/when"
printf 'X' | dd of="$top/dl/$file" bs=1 seek=100 conv=notrunc 2>/dev/null
touch -r "$top/when" "$top/dl/$file"
bad=$(sha256sum < "$top/dl/$file" | cut -d ' ' -f 1)
azk base path
is 'a one-byte change is an error with both hashes' \
	fails 200 "$top/dl/$file" "$sha" "$bad" KERNEL_TARBALL=
is '... and nothing is printed as a path' test ! -s "$top/said"

head -c 100 "$good" > "$top/dl/$file"
azk base path
is 'a truncated file says so' fails 200 "$sha" "truncated: 100 of $size bytes"

KERNEL_TARBALL=$good azk base path
is 'KERNEL_TARBALL= comes before a bad dl/' same "$(cat "$top/said")" "$good"
KERNEL_TARBALL=$top/nothing azk base path
is 'KERNEL_TARBALL= that is not there' fails 199 "$top/nothing" "no such file" "$sha"
KERNEL_TARBALL=$top azk base path
is 'KERNEL_TARBALL= that is a folder' fails 199 "$top"
KERNEL_TARBALL=$top/up.tar.xz azk base path
is 'KERNEL_TARBALL= with other content' fails 200 "$sha" "KERNEL_TARBALL= must name"

mkdir "$top/elsewhere"
cp "$good" "$top/elsewhere/$file"
KERNEL_DL_DIR=$top/elsewhere azk base path
is '$KERNEL_DL_DIR comes before dl/' same "$(cat "$top/said")" "$top/elsewhere/$file"

rm "$top/dl/$file"
azk base path
is 'found nowhere: KERNEL_TARBALL= first, then what was tried' \
	fails 199 "$file: not found; give it with KERNEL_TARBALL=FILE" dl/ "$sha"

rm "$top/no-mirror"
azk base path
is 'a pool without the file is an ordinary case' fails 199 "pools drop old versions" \
	KERNEL_TARBALL=
is '... that leaves nothing behind' same "$(ls "$top/dl")" ""

cp "$good" "$top/mirror/pool/main/l/linux/$file"
azk base path
is 'the pool' same "$(cat "$top/said")" "$top/dl/$file"
is '... leaves no .part' same "$(ls "$top/dl")" "$file"

rm "$top/dl/$file"
head -c 150 "$good" > "$top/dl/$file.part"
azk base path
is 'a partial download is resumed' cmp "$top/dl/$file" "$good"

rm "$top/dl/$file"
{ printf 'garbage'; tail -c +8 "$good" | head -c 100; } > "$top/dl/$file.part"
azk base path
is 'a bad partial download is an error' fails 200 "$sha" "it was removed"
is '... is removed, never used' same "$(ls "$top/dl")" ""
cat "$good" "$good" > "$top/dl/$file.part"
azk base path
is 'one that is too long is thrown away' cmp "$top/dl/$file" "$good"

azk base path --version 6.1.1
is 'another version, found nowhere' fails 199 linux_6.1.1.orig.tar.xz "not found; put it into dl/"
cp "$good" "$top/dl/linux_6.1.1.orig.tar.xz"
azk base path --version 6.1.1
is 'another version is unpinned: its hash is printed' grep -q "unpinned, sha256 $sha" "$top/err"
echo "also 6.1.1 $(printf x | sha256sum | cut -d ' ' -f 1) 5" >> "$top/patches/base.lock"
azk base path --version 6.1.1
is 'unless "also" pins it' fails 200 "$sha" expected
azk base path --version ../x
is 'a version is a version' fails 198 "not a kernel version"
azk base path --version 6.1.2
is 'the pinned version by name' works

# kernel.org, with a key of our own
rm "$top/dl/"*
touch "$top/no-mirror"
export GNUPGHOME="$top/g"
mkdir -m 700 "$GNUPGHOME"
key() { gpg --batch --quiet --passphrase '' --quick-gen-key "$1" ed25519 sign never; }
fpr() { gpg --list-keys --with-colons "$1" | sed -n 's/^fpr:*\([0-9A-F]*\):$/\1/p' | head -n 1; }
key signer@kernel-azure.example 2>/dev/null
key other@kernel-azure.example 2>/dev/null
gpg --quiet --no-auto-check-trustdb --export --output "$top/ring" 2>/dev/null
mkdir -p "$top/org/v6.x"
up=$top/org/v6.x/linux-6.1.2.tar.xz
cp "$top/up.tar.xz" "$up"
sign() { # sign WHO: sha256sums.asc over what is there
	(cd "$top/org/v6.x" && sha256sum linux-*.xz) > "$top/sums"
	gpg --batch --yes --quiet --local-user "$1" --output "$top/org/v6.x/sha256sums.asc" \
		--clearsign "$top/sums"
}
cat >> "$top/patches/base.lock" <<END
upstream_file linux-6.1.2.tar.xz
upstream_signer $(fpr signer@kernel-azure.example)
END
KERNEL_ORG_URL=file://$top/org
KERNEL_ORG_KEYRING=$top/ring
export KERNEL_ORG_URL KERNEL_ORG_KEYRING

azk base path
is 'kernel.org without sha256sums.asc' fails 199 "no sha256sums.asc there" KERNEL_TARBALL=
sign other@kernel-azure.example
azk base path
is "another key's signature is none" fails 202 "not signed by the key"
sign signer@kernel-azure.example
azk base path
is 'kernel.org, signed' same "$(cat "$top/said")" "$top/dl/linux-6.1.2.tar.xz"
rm "$top/dl/"*

{ echo "$(printf x | sha256sum | cut -d ' ' -f 1)  linux-6.1.2.tar.xz"
  cat "$top/org/v6.x/sha256sums.asc"; } > "$top/x"
mv "$top/x" "$top/org/v6.x/sha256sums.asc"
azk base path
is 'lines outside the signature do not count' same "$(cat "$top/said")" "$top/dl/linux-6.1.2.tar.xz"
rm "$top/dl/"*
sed 's/^[0-9a-f]\{4\}\(.*linux-6.1.2\)/0000\1/' "$top/org/v6.x/sha256sums.asc" > "$top/x"
mv "$top/x" "$top/org/v6.x/sha256sums.asc"
azk base path
is 'a changed list is not signed' fails 202 "not signed by the key"
sign signer@kernel-azure.example
printf 'X' | dd of="$up" bs=1 seek=100 conv=notrunc 2>/dev/null
azk base path
is 'an archive other than the signed one' fails 200 sha256 expected "it was removed"
is '... is not kept' same "$(ls "$top/dl")" ""
cp "$top/up.tar.xz" "$up"
KERNEL_ORG_KEYRING=$top/nothing azk base path
is 'without the key nothing is believed' fails 202 "no key" "cannot be verified"

echo "upstream_sha256 $(printf x | sha256sum | cut -d ' ' -f 1)" >> "$top/patches/base.lock"
azk base path
is 'a pinned hash must agree with the signed one' fails 202 "kernel.org signs sha256"

# kernels of distributors: a folder of the pool each
for peer in one two; do
	echo "content of $peer" > "$top/$peer.deb"
	cat >> "$top/patches/base.lock" <<END
peer $peer
peer_version 1-1
peer_file $peer.deb
peer_sha256 $(sha256sum < "$top/$peer.deb" | cut -d ' ' -f 1)
peer_size $(wc -c < "$top/$peer.deb")
peer_pool main/p/$peer
END
done
azk base peers
is 'the peers by name' same "$(tr '\n' ' ' < "$top/said")" "one two "
azk base peer
is 'a peer that is nowhere: KERNEL_PEER= first' \
	fails 199 "one.deb: not found; give it with KERNEL_PEER=FILE, or put it into dl/"
azk base peer two
is '... another one: dl/ first' fails 199 "two.deb: not found; put it into dl/ (expected sha256"
KERNEL_PEER=$top/one.deb azk base peer
is 'KERNEL_PEER= is the first' same "$(cat "$top/said")" "$top/one.deb"
KERNEL_DL_DIR=$top KERNEL_PEER=$top/one.deb azk base peer two
is '... and not the second' same "$(cat "$top/said")" "$top/two.deb"
rm "$top/no-mirror"
mkdir -p "$top/mirror/pool/main/p/two"
cp "$top/two.deb" "$top/mirror/pool/main/p/two/"
azk base peer two
is 'a peer from its folder of the pool' same "$(cat "$top/said")" "$top/dl/two.deb"
echo more >> "$top/dl/two.deb"
azk base peer two
is '... with other content' fails 200 "sha256 is" expected "too long"
azk base peer three
is 'a peer that is not pinned' fails 199 "no peer three is pinned" "azk base peers"
azk base peers two
is 'peers takes no name' fails 198 "azk base --help"

azk base
is 'usage' fails 198 "azk base --help"
gpgconf --kill all
finish
