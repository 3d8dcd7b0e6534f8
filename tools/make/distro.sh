#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# distro.sh [NAME...]: the distributors' kernels of patches/base.lock (all, or
# those named) to out/peer/NAME/{bzImage,config,modules}: never installed, and
# of the modules only the drivers of Hyper-V and disks with what they need. (The
# System.map of such a package says no more than where the real one is.) Not being able to have one is an ordinary case: azk says
# so in one line, exit code 0.

# What is wanted of lib/modules/RELEASE, whichever way it is compressed.
wanted='drivers/hv/* drivers/net/hyperv/* drivers/pci/controller/pci-hyperv*
drivers/scsi/scsi_common.ko* drivers/scsi/scsi_mod.ko* drivers/scsi/sd_mod.ko*
drivers/scsi/scsi_transport_fc.ko* drivers/scsi/hv_storvsc.ko*
drivers/input/serio/hyperv-keyboard.ko* drivers/hid/hid.ko* drivers/hid/hid-hyperv.ko*
net/vmw_vsock/vsock.ko* net/vmw_vsock/hv_sock.ko* drivers/block/virtio_blk.ko*
drivers/net/virtio_net.ko* drivers/net/net_failover.ko* net/core/failover.ko*'

# unpack DEB TO: /lib is /usr/lib in the younger packages. What is not there is
# built in.
unpack() {
	set -f
	_patterns='./boot/* ./*lib/modules/*/modules.builtin* ./*lib/modules/*/modules.order'
	for _w in $wanted; do
		_patterns="$_patterns ./*lib/modules/*/kernel/$_w"
	done
	# shellcheck disable=SC2086 # a list of patterns
	dpkg-deb --fsys-tarfile "$1" |
		tar -x -C "$2/x" --wildcards $_patterns 2> "$2/tar.log"
	set +f
	if [ -d "$2/x/usr/lib/modules" ]; then
		mv "$2/x/usr/lib" "$2/x/lib" || return
	fi
	set -- "$1" "$2" "$2"/x/lib/modules/*
	_release=${3##*/}
	[ -d "$3/kernel" ] || { cat "$2/tar.log" >&2; return 1; }
	mkdir "$2/modules" && mv "$2/x/lib" "$2/modules/lib" &&
	mv "$2/x/boot/vmlinuz-$_release" "$2/bzImage" &&
	mv "$2/x/boot/config-$_release" "$2/config" &&
	PATH=$PATH:/usr/sbin:/sbin depmod -b "$2/modules" "$_release" &&
	rm -rf "$2/x" "$2/tar.log"
}

one() {
	to=out/peer/$1
	if ! deb=$(out/bin/azk base peer "$1"); then
		echo "distro: going on without $1"
		rm -rf "$to"
		return
	fi
	now="$deb $(sha256sum < tools/make/distro.sh)"
	if [ "$(cat "$to/from" 2>/dev/null)" = "$now" ] && [ -f "$to/bzImage" ]; then
		echo "$to: up to date"
		return
	fi
	rm -rf "$to" "$to.new"
	mkdir -p "$to.new/x" && unpack "$deb" "$to.new" && echo "$now" > "$to.new/from" &&
		mv "$to.new" "$to" && echo "$to: $(basename "$deb")"
}

[ $# -gt 0 ] || set -- $(out/bin/azk base peers) || exit
for tool in dpkg-deb depmod; do
	if ! PATH=$PATH:/usr/sbin:/sbin command -v $tool > /dev/null; then
		echo "distro: no $tool to unpack with (dpkg, kmod); going on without $*"
		exit 0
	fi
done
rc=0
for name; do
	one "$name" || rc=1
done
exit $rc
