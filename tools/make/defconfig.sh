#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# defconfig.sh SRC OUT: OUT/.config is SRC's x86_64_defconfig plus Hyper-V (our
# fragment, without the strictness of azk config: this one is for comparison).
. tools/make/kernel-env.sh
src=$1
out=$2
want=$(sha256sum "$src/arch/x86/configs/x86_64_defconfig" configs/hyperv.config "$0") || exit
if [ -f "$out/.config" ] && [ "$want" = "$(cat "$out/.defconfig-of" 2>/dev/null)" ]; then
	exit 0
fi
mkdir -p "$out"
log=$out/config.log
{
	kmake "$src" "$out" x86_64_defconfig &&
	"$src/scripts/kconfig/merge_config.sh" -m -Q -O "$out" "$out/.config" \
		configs/hyperv.config &&
	kmake "$src" "$out" olddefconfig
} > "$log" 2>&1 < /dev/null || { tail -n 20 "$log" >&2; exit 1; }
if ! grep -q '^CONFIG_HYPERV=y' "$out/.config"; then
	echo "defconfig: Hyper-V did not stick, see $log" >&2
	exit 1
fi
printf '%s\n' "$want" > "$out/.defconfig-of"
