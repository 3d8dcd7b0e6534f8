/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * XDP programs for netload, assembled here: what they do with datagrams from UDP port 19
 * of the peer (its counted streams), and that they count them. All else passes.
 */
#ifndef AZK_GUEST_NETXDP_H
#define AZK_GUEST_NETXDP_H

#include <stdint.h>

enum netxdp_act { NETXDP_DROP, NETXDP_PASS, NETXDP_TX, NETXDP_REDIRECT };

struct netxdp {
	int map, prog, link;
};

/*
 * Attach to interface @ifindex, in the driver. TX and REDIRECT send the frame back the
 * way it came, to the peer's port 9. 0, or -1 with errno; ends the program when a
 * verifier does not like ours.
 */
int netxdp_open(struct netxdp *x, int ifindex, enum netxdp_act act);
void netxdp_close(struct netxdp *x);
/* Datagrams it has seen. */
uint64_t netxdp_count(const struct netxdp *x);

#endif
