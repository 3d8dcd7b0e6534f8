#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# selftests/hyperv/reload.c: drivers come and go a hundred times under traffic, and
# nothing is left behind in the host. Those that are built into the kernel are unbound
# and bound, modules removed and loaded. Two of them take a minute or more a hundred
# times, and do it 12 times unless RELOADS says how often. Env: KERNEL, AZK, OUT,
# RELOADS. Prints TAP.
. "${0%/*}/lib/tap.sh"

same_heap() {	# NAME: after all cycles as after a few
	[ -n "$(heap boot)" ] && [ "$(heap 1)" = "$(heap boot)" ]
	verdict $? "$1: the host holds what it held before ($(heap boot), then $(heap 1))"
}

for cpus in 1 8; do
	times=100
	[ $cpus = 1 ] || times=${RELOADS:-12}
	boot --cpus $cpus --disk 32M --add "$OUT/selftests/hyperv-reload:/bin/reload" -- \
		reload --unbind hv_storvsc "$times"
	pass_on "hv_storvsc, $cpus vCPUs"
	same_heap "hv_storvsc, $cpus vCPUs"
	opened=$(grep -c '^hvhost: vmbus: open scsi0.1: ' "$dir/log")
	[ "$opened" = $((cpus > 4 ? times + 1 : 0)) ]
	verdict $? "hv_storvsc, $cpus vCPUs: it had its sub-channel each time ($opened)"
	refused_nothing "hv_storvsc, $cpus vCPUs"
done
boot --cpus 2 --vpci test --add "$OUT/selftests/hyperv-reload:/bin/reload" \
	-- reload --unbind hv_pci 100
pass_on hv_pci
same_heap hv_pci
refused_nothing hv_pci

module() {	# NAME: its file
	find "${KERNEL%/*}/modules" -name "$1.ko*" | head -n 1
}
if [ -n "$(module hv_netvsc)" ]; then
	boot --cpus 2 --nic loopback --module hv_netvsc --add "$(module hv_netvsc):/hv_netvsc.ko" \
		--add "$OUT/selftests/hyperv-netreload:/bin/netreload" \
		-- netreload /hv_netvsc.ko "${RELOADS:-12}"
	pass_on "hv_netvsc, a module"
	same_heap "hv_netvsc, a module"
	if grep 'refused: ' "$dir/log" | grep -q 'frame before RNDIS is initialized\|send section' &&
	   ! grep 'refused: ' "$dir/log" | grep -qv 'frame before RNDIS is initialized\|send section'; then
		known "hv_netvsc, a module: the host had nothing to refuse" \
			"netvsc_remove() halts RNDIS and revokes the send buffer while its queues send"
	else
		refused_nothing "hv_netvsc, a module"
	fi
	boot --cpus 2 --module hv_utils --add "$(module hv_utils):/hv_utils.ko" \
		--add "$OUT/selftests/hyperv-reload:/bin/reload" \
		-- reload --module hv_utils /hv_utils.ko 100
	pass_on "hv_utils, a module"
	same_heap "hv_utils, a module"
	refused_nothing "hv_utils, a module"
else
	skip "hv_netvsc and hv_utils as modules" "the kernel has no modules beside it"
fi
done_testing
