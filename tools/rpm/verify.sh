#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# verify.sh CERT LIST: is every module named in LIST signed by the key of CERT? Done with
# openssl alone. Behind a module come its signature (CMS, detached), twelve bytes of which
# the last four are the signature's length, and a magic line of 28 bytes. The first that
# is not in order is named, and the exit code is 1.
set -u
cert=$1
dir=$(mktemp -d) || exit
trap 'rm -rf "$dir"' EXIT
openssl x509 -inform DER -in "$cert" -out "$dir/cert.pem" 2> /dev/null ||
	cp "$cert" "$dir/cert.pem" || exit
count=0
while read -r file; do
	case $file in
	*.zst) zstd -q -d -f -o "$dir/ko" "$file" ;;
	*) cp "$file" "$dir/ko" ;;
	esac || exit
	size=$(wc -c < "$dir/ko")
	[ "$(tail -c 28 "$dir/ko")" = "~Module signature appended~" ] ||
		{ echo "$file: not signed"; exit 1; }
	# big endian
	set -- $(od -An -t u1 -j $((size - 32)) -N 4 "$dir/ko")
	len=$((($1 << 24) + ($2 << 16) + ($3 << 8) + $4))
	body=$((size - 40 - len))
	[ $body -gt 0 ] || { echo "$file: the signature is longer than the file"; exit 1; }
	tail -c $((40 + len)) "$dir/ko" | head -c $len > "$dir/sig"
	head -c $body "$dir/ko" > "$dir/body"
	openssl cms -verify -binary -inform DER -in "$dir/sig" -content "$dir/body" -noverify \
		-nointern -certfile "$dir/cert.pem" -out /dev/null 2> "$dir/err" ||
		{ echo "$file: $(tail -n 1 "$dir/err")"; exit 1; }
	count=$((count + 1))
done < "$2"
echo "$count modules verified"
[ $count -gt 0 ]
