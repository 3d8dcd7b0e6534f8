/* SPDX-License-Identifier: GPL-2.0-only */
/* MSRs and ports that the exit loop knows by number. */
#ifndef HVHOST_MSR_H
#define HVHOST_MSR_H

#define MSR_APIC_BASE	0x1b
#define MSR_X2APIC_TPR	0x808
#define MSR_X2APIC_EOI	0x80b
#define MSR_X2APIC_ICR	0x830
#define MSR_X2APIC_LVT	0x832	/* SDM 3A, table 11-6; six of them */
#define MSR_X2APIC_LVT_LAST 0x837
#define MSR_EFER	0xc0000080
#define MSR_VM_CR	0xc0010114
#define MSR_VM_HSAVE_PA	0xc0010117
#define MSR_SYNTHETIC	0x40000000	/* to 0x4fffffff: the hypervisor's */

/*
 * The exit port of QEMU (isa-debug-exit), watched so that the counters are
 * printed before the end; and a port of ours: a byte written there ends a phase
 * of the counters and begins phase number BYTE, for them and for the host script.
 */
#define PORT_EXIT	0xf4
#define PORT_PHASE	0xe8
#define PORT_PCI	0xcf8	/* and seven more */

#endif
