/* SPDX-License-Identifier: GPL-2.0-only */
/* The small commands of init, for guests that bring none of their own. */
#ifndef AZK_GUEST_APPLETS_H
#define AZK_GUEST_APPLETS_H

struct applet {
	const char *name;
	int (*run)(int argc, char **argv);	/* like main(); argv[0] is the name */
};

/* By name, or NULL. */
const struct applet *applet_find(const char *name);

/* "init --list": the names, one a line, in order. */
int applet_list(void);

/*
 * Load a module file, decompressed by the kernel when its name says so.
 * @params may be "". Returns 0 or an errno (EEXIST counts as loaded).
 */
int module_load(const char *path, const char *params);

#endif
