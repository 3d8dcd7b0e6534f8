#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# key.sh FILE: make FILE, the key and the certificate that modules are signed with, for
# the owner's eyes only. They are taken from SIGN_KEY (PEM: the key, and the certificate
# unless SIGN_CERT names it) or made for this build. A key that is not the certificate's
# is refused (exit code 7). Nothing of the key is ever printed.
set -u
umask 077
to=$1
die() { rm -f "$to"; echo "rpm: $*" >&2; exit 7; }

[ -n "${SIGN_KEY:-}" ] || {
	openssl req -new -x509 -newkey rsa:4096 -nodes -utf8 -sha512 -days 36500 -batch \
		-subj '/O=kernel-azure/CN=Modules of one build' \
		-addext basicConstraints=critical,CA:FALSE -addext keyUsage=digitalSignature \
		-keyout "$to.key" -out "$to.cert" 2> /dev/null &&
	cat "$to.key" "$to.cert" > "$to" && rm "$to.key" "$to.cert" || die "openssl made no key"
	exit 0
}
cert=${SIGN_CERT:-$SIGN_KEY}
[ -r "$SIGN_KEY" ] || die "SIGN_KEY=$SIGN_KEY: no such file, or not readable"
[ -r "$cert" ] || die "SIGN_CERT=$cert: no such file, or not readable"
# An encrypted key would be asked for, and nobody answers.
of_key=$(openssl pkey -in "$SIGN_KEY" -passin pass: -pubout 2> /dev/null) ||
	die "SIGN_KEY=$SIGN_KEY: no private key in PEM without a pass phrase in it"
of_cert=$(openssl x509 -in "$cert" -noout -pubkey 2> /dev/null) ||
	die "$cert: no certificate in PEM in it; name its file with SIGN_CERT="
[ "$of_key" = "$of_cert" ] || die "the key $SIGN_KEY does not match the certificate $cert"
{ openssl pkey -in "$SIGN_KEY" -passin pass: && openssl x509 -in "$cert"; } > "$to" 2> /dev/null ||
	die "$to: could not be written"
