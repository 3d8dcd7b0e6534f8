/* SPDX-License-Identifier: GPL-2.0-only */
/* Files that lie in the folder azk itself is in (out/bin). */
#ifndef AZK_LIB_BESIDE_H
#define AZK_LIB_BESIDE_H

/*
 * The path of @name beside the running azk, or what the environment variable
 * @env says (NULL: none does). Owned by the caller. Whether it is there is not
 * looked at.
 */
char *beside_azk(const char *env, const char *name);

#endif
