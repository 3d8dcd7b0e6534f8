#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The distributor's kernel to out/peer/debian-cloud/{bzImage,config}. Not being
# able to have it is an ordinary case: azk says so in one line, exit code 0.
to=out/peer/debian-cloud
if ! deb=$(out/bin/azk base peer); then
	echo "distro: going on without the distributor's kernel"
	rm -rf $to
	exit 0
fi
if [ "$(cat $to/from 2>/dev/null)" = "$deb" ] && [ -f $to/bzImage ]; then
	echo "$to: up to date"
	exit 0
fi
if ! command -v dpkg-deb > /dev/null; then
	echo "distro: no dpkg-deb to unpack $deb; going on without it"
	exit 0
fi
rm -rf $to $to.new
mkdir -p $to.new &&
dpkg-deb --extract "$deb" $to.new/x &&
cp $to.new/x/boot/vmlinuz-* $to.new/bzImage &&
cp $to.new/x/boot/config-* $to.new/config &&
rm -rf $to.new/x &&
echo "$deb" > $to.new/from &&
mv $to.new $to &&
echo "$to: $(basename "$deb")"
