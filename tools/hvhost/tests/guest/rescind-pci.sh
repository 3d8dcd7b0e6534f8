#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# selftests/hyperv/rescindpci.c: a PCI bus goes at each step of its way onto VMBus, of
# its protocol and of its functions', and comes back. Once by itself, and once with a
# driver on its function. Env: KERNEL, AZK, OUT. Prints TAP.
. "${0%/*}/lib/tap.sh"
. "${0%/*}/lib/rescind.sh"

cat >"$dir/rules" <<END
phase 1 vpci0 rescind
phase 2 vpci0 offer
vmbus offer in 11 nth 1 then-rescind
vmbus gpadl-created in 12 nth 1 rescind
vmbus gpadl-created in 13 nth 1 then-rescind
vmbus open-result in 14 nth 1 rescind
vmbus open-result in 15 nth 1 then-rescind
vpci0 query-protocol-version in 21 nth 1 rescind
vpci0 query-protocol-version in 22 nth 1 then-rescind
vpci0 bus-relations in 23 nth 1 rescind
vpci0 bus-relations in 24 nth 1 then-rescind
vpci0 query-resource-requirements in 25 nth 1 rescind
vpci0 query-resource-requirements in 26 nth 1 then-rescind
vpci0 bus-d0entry in 27 nth 1 rescind
vpci0 bus-d0entry in 28 nth 1 then-rescind
vpci0 resources-assigned in 29 nth 1 rescind
vpci0 resources-assigned in 30 nth 1 then-rescind
vpci0 bus-d0exit in 31 nth 1 rescind
vpci0 bus-d0exit in 32 nth 1 then-rescind
phase 33 vpci0 eject 0
vpci0 eject in 33 nth 1 rescind
phase 34 vpci0 eject 0
vpci0 eject in 34 nth 1 then-rescind
vpci0 create-interrupt in 35 nth 1 rescind
vpci0 create-interrupt in 36 nth 1 then-rescind
phase 42 vpci0 rescind
END

steps bus 1 vpci0 rescindpci "--vpci test" "" 41:idle-bus 11:offer 12:gpadl 13:gpadl-then \
	14:open 15:open-then 21:version 22:version-then 23:relations 24:relations-then \
	25:requirements 26:requirements-then 27:d0entry 28:d0entry-then 29:resources \
	30:resources-then 31:io-d0exit 32:io-d0exit-then 33:io-eject 34:io-eject-then
same_heap bus
steps driver 1 vpci0 rescindpci "--vpci test --module vfio-pci" --vfio 41:idle-bound \
	33:io-eject 34:io-eject-then 42:io-driver 35:create-interrupt 36:create-interrupt-then
same_heap driver
done_testing
