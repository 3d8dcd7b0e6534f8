// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the guest's messages and signals arrive. There is no bus yet, so no
 * connection exists; a guest is told so and goes on without.
 */
#include "hv_tlfs.h"
#include "synic.h"

u16 vmbus_post_message(struct vp *vp, u32 connection, u32 type, const void *payload, u32 len)
{
	return HV_STATUS_INVALID_CONNECTION_ID;
}

u16 vmbus_signal_event(struct vp *vp, u32 connection, u16 flag)
{
	return HV_STATUS_INVALID_CONNECTION_ID;
}
