/* SPDX-License-Identifier: GPL-2.0-only */
/* A script that runs, between script.c (rules) and timeline.c (actions). */
#ifndef HVHOST_SCRIPT_STATE_H
#define HVHOST_SCRIPT_STATE_H

#include "script.h"

struct script {
	struct script_rules rules;
	u64 random;
	int phase;		/* that the guest is in; -1: none yet */
	struct pending {
		struct event event;
		struct script_action *action;
	} pending[SCRIPT_ACTIONS];	/* one for each action */
};

/* timeline.c: for script_end(). */
void timeline_end(const struct script *s);

#endif
