#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# cached.sh COMPILER ARGUMENT...: COMPILER through ccache, but not for what embeds a file
# with .incbin: nothing says so before the assembler reads it, and ccache, which here
# learns from the compiler what a file depends on (kernel-env.sh), would give back an
# object with another build's certificate, configuration or packed kernel in it. These
# are files of assembler, and two in C. The kernel's make puts the source last.
for source; do :; done
case $source in
*.S | */kernel/configs.c | */kernel/kheaders.c) exec "$@" ;;
esac
exec ccache "$@"
