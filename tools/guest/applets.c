// SPDX-License-Identifier: GPL-2.0-only
/*
 * The applets: a command each, run by init in place of programs that the guest
 * does not have. Enters: argv. Leaves: text on stdout and an exit code. Called
 * by main() in init.c through the table at the end.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "applets.h"
#include "protocol.h"
#include "report.h"

#define KLOG_READ_ALL		3	/* syslog(2) */
#define KLOG_SIZE		10
#define MODULE_COMPRESSED	4	/* finit_module(2): MODULE_INIT_COMPRESSED_FILE */
#define KTHREADD		2	/* process id, on every Linux */

static int fail(const char *applet, const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", applet, what, strerror(errno));
	return 1;
}

static int copy(const char *applet, const char *path, int fd)
{
	static char chunk[65536];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		if (write(STDOUT_FILENO, chunk, n) != n)
			return fail(applet, "write");
	return n < 0 ? fail(applet, path) : 0;
}

static int cat_one(const char *applet, const char *path)
{
	int fd = open(path, O_RDONLY), ret;

	if (fd < 0)
		return fail(applet, path);
	ret = copy(applet, path, fd);
	close(fd);
	return ret;
}

static int do_cat(int argc, char **argv)
{
	int ret = 0;

	if (argc < 2)
		return copy(argv[0], "stdin", STDIN_FILENO);
	for (int i = 1; i < argc; i++)
		ret |= cat_one(argv[0], argv[i]);
	return ret;
}

static int do_dmesg(int argc, char **argv)
{
	int size = klogctl(KLOG_SIZE, NULL, 0), n;
	char *log, *line, *next;

	log = malloc(size > 0 ? size + 1 : 1);
	n = log && size > 0 ? klogctl(KLOG_READ_ALL, log, size) : -1;
	if (n < 0)
		return fail(argv[0], "kernel log");
	log[n] = '\0';
	for (line = log; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (*line == '<' && strchr(line, '>'))	/* the level */
			line = strchr(line, '>') + 1;
		puts(line);
	}
	return 0;
}

static int do_echo(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		printf("%s%s", i > 1 ? " " : "", argv[i]);
	putchar('\n');
	return 0;
}

static int do_false(int argc, char **argv)
{
	return 1;
}

/* A command that never ends and does nothing. */
static int do_hang(int argc, char **argv)
{
	while (pause())
		;	/* a handled signal: wait on */
	return 0;
}

static int do_insmod(int argc, char **argv)
{
	char params[1024] = "";
	int err;

	if (argc < 2) {
		fprintf(stderr, "usage: %s FILE [PARAM=VALUE]...\n", argv[0]);
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		strncat(params, argv[i], sizeof(params) - strlen(params) - 2);
		strcat(params, " ");
	}
	err = module_load(argv[1], params);
	if (!err)
		return 0;
	errno = err;
	return fail(argv[0], argv[1]);
}

/*
 * Addresses and names to the debug port, where no console driver is in the way.
 * Only code symbols, unless "all" is given: they are half of the table.
 */
static int do_ksyms(int argc, char **argv)
{
	bool all = argc > 1 && !strcmp(argv[1], "all");
	FILE *in = fopen("/proc/kallsyms", "r");
	unsigned long count = 0;
	char line[1024];

	if (!in)
		return fail(argv[0], "/proc/kallsyms");
	if (!port_open())
		return fail(argv[0], "debug port");
	port_puts(AZK_KSYMS_BEGIN "\n", strlen(AZK_KSYMS_BEGIN) + 1);
	while (fgets(line, sizeof(line), in)) {
		const char *type = strchr(line, ' ');

		if (!type || (!all && !strchr("tTwW", type[1])))
			continue;
		port_puts(line, strlen(line));
		count++;
	}
	fclose(in);
	snprintf(line, sizeof(line), AZK_KSYMS_END "%lu\n", count);
	port_puts(line, strlen(line));
	return !count;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct dirent *const *)a)->d_name,
		      (*(struct dirent *const *)b)->d_name);
}

static int ls_one(const char *applet, const char *dir)
{
	struct dirent **all;
	struct stat st;
	char path[4096];
	int n;

	if (!lstat(dir, &st) && !S_ISDIR(st.st_mode) && !S_ISLNK(st.st_mode)) {
		puts(dir);
		return 0;
	}
	n = scandir(dir, &all, NULL, NULL);
	if (n < 0)
		return fail(applet, dir);
	qsort(all, n, sizeof(*all), by_name);
	for (int i = 0; i < n; i++) {
		const char *name = all[i]->d_name;

		snprintf(path, sizeof(path), "%s/%s", dir, name);
		if (*name != '.' && !lstat(path, &st))
			printf("%06o %10lld %s\n", st.st_mode,
			       (long long)st.st_size, name);
		free(all[i]);
	}
	free(all);
	return 0;
}

static int do_ls(int argc, char **argv)
{
	int ret = 0;

	if (argc < 2)
		return ls_one(argv[0], ".");
	for (int i = 1; i < argc; i++)
		ret |= ls_one(argv[0], argv[i]);
	return ret;
}

static int do_meminfo(int argc, char **argv)
{
	return cat_one(argv[0], "/proc/meminfo");
}

/* Tell the host that phase N begins; on a machine other than hyperv nobody listens. */
static int do_phase(int argc, char **argv)
{
	char *end = NULL;
	unsigned long n = argc == 2 ? strtoul(argv[1], &end, 0) : 0;

	if (!end || end == argv[1] || *end || n > 255) {
		fprintf(stderr, "usage: %s N   (0 to 255)\n", argv[0]);
		return 2;
	}
	if (ioperm(AZK_PORT_PHASE, 1, 1))
		return fail(argv[0], "port of phases");
	outb((unsigned char)n, AZK_PORT_PHASE);
	return 0;
}

/* PID 1 decides how the machine ends; tell it, then wait for that. */
static int tell_init(const char *applet, int sig)
{
	if (kill(1, sig))
		return fail(applet, "init");
	for (;;)
		pause();
}

/*
 * A helper that the kernel started (its parent is kthreadd) speaks for who asked the
 * kernel: the host, or hardware in need.
 */
static int do_poweroff(int argc, char **argv)
{
	return tell_init(argv[0], getppid() == KTHREADD ? AZK_SIG_HOST : AZK_SIG_POWEROFF);
}

static int do_reboot(int argc, char **argv)
{
	return tell_init(argv[0], AZK_SIG_REBOOT);
}

/* What runs when no command is given. */
static int do_report(int argc, char **argv)
{
	const char *clock = getenv("AZK_CLOCK_NS"), *mem = getenv("AZK_MEMFREE_KB");
	struct utsname u;

	if (uname(&u))
		return fail(argv[0], "uname");
	printf("kernel %s %s\n", u.release, u.version);
	if (clock)
		printf("clock at init %.6f s\n", strtod(clock, NULL) / 1e9);
	if (mem)
		printf("memory free at init %s KiB\n", mem);
	printf("cpus %ld\n", sysconf(_SC_NPROCESSORS_ONLN));
	return 0;
}

static int do_sleep(int argc, char **argv)
{
	double s = argc > 1 ? strtod(argv[1], NULL) : 0;

	usleep((useconds_t)(s * 1e6));
	return 0;
}

/* A command that never ends and keeps its CPU busy. */
static int do_spin(int argc, char **argv)
{
	for (;;)
		__asm__ volatile("pause");
	return 0;
}

static int do_sysrq(int argc, char **argv)
{
	int fd;

	if (argc != 2 || !argv[1][0] || argv[1][1]) {
		fprintf(stderr, "usage: %s KEY   (one letter; c panics)\n", argv[0]);
		return 2;
	}
	fd = open("/proc/sysrq-trigger", O_WRONLY);
	if (fd < 0 || write(fd, argv[1], 1) != 1)
		return fail(argv[0], "/proc/sysrq-trigger");
	close(fd);
	return 0;
}

static int do_true(int argc, char **argv)
{
	return 0;
}

int module_load(const char *path, const char *params)
{
	const char *dot = strrchr(path, '.');
	bool packed = dot && strcmp(dot, ".ko");
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return errno;
	if (syscall(SYS_finit_module, fd, params, packed ? MODULE_COMPRESSED : 0))
		err = errno == EEXIST ? 0 : errno;
	close(fd);
	return err;
}

static const struct applet applets[] = {
	{ "cat", do_cat },
	{ "dmesg", do_dmesg },
	{ "echo", do_echo },
	{ "false", do_false },
	{ "hang", do_hang },
	{ "insmod", do_insmod },
	{ "ksyms", do_ksyms },
	{ "ls", do_ls },
	{ "meminfo", do_meminfo },
	{ "phase", do_phase },
	{ "poweroff", do_poweroff },
	{ "reboot", do_reboot },
	{ "report", do_report },
	{ "sleep", do_sleep },
	{ "spin", do_spin },
	{ "sysrq", do_sysrq },
	{ "true", do_true },
};

/* azk links the names of protocol.h to init: both lists must be one. */
static const char *const published[] = { AZK_APPLETS };
_Static_assert(sizeof(published) / sizeof(*published) ==
	       sizeof(applets) / sizeof(*applets),
	       "AZK_APPLETS and the table differ");

const struct applet *applet_find(const char *name)
{
	for (size_t i = 0; i < sizeof(applets) / sizeof(*applets); i++)
		if (!strcmp(applets[i].name, name))
			return &applets[i];
	return NULL;
}

int applet_list(void)
{
	for (size_t i = 0; i < sizeof(published) / sizeof(*published); i++) {
		if (!applet_find(published[i])) {
			fprintf(stderr, "init: no applet '%s'\n", published[i]);
			return 1;
		}
		puts(published[i]);
	}
	return 0;
}
