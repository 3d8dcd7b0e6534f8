/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QEMU's PCI functions that hvhost uses itself (a file as a disk) or passes on to
 * its guest (--vpci). Called by lib/hyperv.c; addresses are given here, so that
 * hvhost finds each where its command line says.
 */
#ifndef AZK_LIB_HVPCI_H
#define AZK_LIB_HVPCI_H

#include <stdbool.h>

struct buf;
struct hyperv_devices;
struct strv;

/*
 * A bus as --vpci has it: FUNCTION[+FUNCTION]..., each test, nvme[,file=F|,size=S],
 * virtio-net, e1000e, bdf=BB:DD.F or class=CCSSII. NULL, or what is wrong.
 */
const char *hvpci_check(const char *bus);
/* Of all buses and disks: the machine has no more places. NULL, or what is wrong. */
const char *hvpci_fits(const struct hyperv_devices *d);
/* A bus with something other than our own functions: not deterministic. */
bool hvpci_outside(const char *bus);
/* For QEMU: -blockdev, -netdev and -device of everything. */
void hvpci_args(struct strv *argv, const struct hyperv_devices *d);
/* For hvhost: " vpci=..." of each bus (tools/hvhost/boot/config.h). */
void hvpci_words(struct buf *words, const struct hyperv_devices *d);

#endif
