#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# selftests/hyperv/reload.c: drivers come and go a hundred times under traffic, and
# nothing is left behind in the host. Those that are built into the kernel are unbound
# and bound, modules removed and loaded. Env: KERNEL, AZK, OUT. Prints TAP.
. "${0%/*}/lib/tap.sh"

same_heap() {	# NAME: after a few cycles, and after all
	[ -n "$(heap boot)" ] && [ "$(heap boot)" = "$(heap 1)" ]
	verdict $? "$1: the host holds what it held before ($(heap boot), then $(heap 1))"
}

for cpus in 1 8; do
	boot --cpus $cpus --disk 32M --add "$OUT/selftests/hyperv-reload:/bin/reload" -- \
		reload --unbind hv_storvsc 100
	pass_on "hv_storvsc, $cpus vCPUs"
	same_heap "hv_storvsc, $cpus vCPUs"
	refused_nothing "hv_storvsc, $cpus vCPUs"
done
boot --cpus 2 --vpci test --add "$OUT/selftests/hyperv-reload:/bin/reload" -- reload --unbind hv_pci 100
pass_on hv_pci
same_heap hv_pci
refused_nothing hv_pci
done_testing
