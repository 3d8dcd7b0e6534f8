#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The image for UEFI in out/rpm, started by firmware (OVMF) from the folder where firmware
# looks by itself: it has to find its own command line, and with it the partition that is
# called root on a disk beside. On QEMU's PC, as hvhost has no UEFI.
cd "$(dirname "$0")/../../../.." || exit 1
. tools/rpm/tests/tap.sh.inc
OUT=${OUT:-$PWD/out}
p=${RPMS:-$OUT/rpm}
firmware=/usr/share/OVMF/OVMF_CODE_4M.fd
variables=/usr/share/OVMF/OVMF_VARS_4M.fd
if ! ls "$p"/kernel-*-uki-*.rpm > /dev/null 2>&1; then
	skip 'the image for UEFI' "no packages in $p; run 'make rpm'"
	finish
fi
if [ ! -f $firmware ]; then
	skip 'the image for UEFI' "no $firmware; run 'make setup'"
	finish
fi
package=$(echo "$p"/kernel-*-uki-*.x86_64.rpm)
kver=$(rpm -qp --provides "$package" | sed -n 's/^kernel-uname-r = //p')
unpacked() {
	mkdir -p "$top/open" "$top/esp/EFI/BOOT" && rpm2cpio "$package" | (cd "$top/open" && cpio -idm --quiet) &&
	cp "$top/open/usr/lib/modules/$kver/vmlinuz-uki.efi" "$top/esp/EFI/BOOT/BOOTX64.EFI"
}
is 'it is in the package' unpacked

# A disk with one partition: its init says what it sees, and ends.
disk() {
	mkdir -p "$top/root/sbin" "$top/root/bin" "$top/root/proc" "$top/root/dev" &&
	cp "$(command -v busybox)" "$top/root/bin/busybox" || return
	printf '%s\n' '#!/bin/busybox sh' '/bin/busybox mount -t proc proc /proc' \
		'echo "uki: $(/bin/busybox uname -r) $(/bin/busybox cat /proc/cmdline)"' \
		'/bin/busybox reboot -f' > "$top/root/sbin/init"
	chmod 0755 "$top/root/sbin/init"
	mke2fs -q -t ext4 -d "$top/root" "$top/part" 16M && truncate -s 20M "$top/disk" &&
	echo 'start=2048, size=32768, name=root' | sfdisk -q -X gpt "$top/disk" &&
	dd if="$top/part" of="$top/disk" bs=1M seek=1 conv=notrunc 2> /dev/null &&
	cp $variables "$top/vars"
}
is 'a disk with a partition called root' disk
timeout 600 qemu-system-x86_64 -nodefaults -display none -machine q35 -accel tcg -cpu max -m 512 \
	-drive if=pflash,format=raw,unit=0,readonly=on,file=$firmware \
	-drive if=pflash,format=raw,unit=1,file="$top/vars" \
	-drive file=fat:"$top/esp",format=raw,if=none,id=esp,readonly=on -device virtio-blk-pci,drive=esp \
	-drive file="$top/disk",format=raw,if=none,id=disk -device nvme,drive=disk,serial=1 \
	-serial file:"$top/console" -no-reboot > "$top/qemu" 2>&1 < /dev/null &
pid=$!
# A kernel that gives up stays there: its command line does not say to start again.
while kill -0 $pid 2> /dev/null; do
	! grep -aqs 'end Kernel panic' "$top/console" || kill $pid
	sleep 1
done
wait $pid
rc=$?
ended() { [ $rc -eq 0 ] || { cat "$top/qemu"; tail -n 15 "$top/console"; return 1; }; }
is "it ran to its end (exit code $rc)" ended
tr -d '\r' < "$top/console" | grep -a '^uki: ' > "$top/report"
says() { grep -qF -- "$1" "$top/report" || { cat "$top/report"; tail -n 15 "$top/console"; return 1; }; }
is 'the kernel is that of the package' says "uki: $kver "
is 'with the command line of the package' says "$(cat tools/rpm/uki.cmdline)"
finish
