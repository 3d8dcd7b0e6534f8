// SPDX-License-Identifier: GPL-2.0-only
/*
 * init: PID 1 of every guest that azk starts, and a multi-call program.
 *
 * Enters: the files azk put into /azk (protocol.h). Leaves: the verdict lines of
 * protocol.h, what the command prints, and a machine that ends. As PID 1 it
 * 1. says that it started, 2. mounts, 3. loads modules, 4. runs the command,
 * 5. says how that ended and leaves. Not as PID 1 it is one of its applets.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "applets.h"
#include "protocol.h"
#include "report.h"

#define LOG_LINES_MAX	64

static const struct {
	const char *type, *at;
} mounts[] = {
	/* a kernel without one of these still runs the command */
	{ "proc", "/proc" },
	{ "sysfs", "/sys" },
	{ "devtmpfs", "/dev" },
	{ "tmpfs", "/tmp" },
	{ "tmpfs", "/run" },
	{ "tmpfs", "/dev/shm" },
	{ "devpts", "/dev/pts" },
	{ "debugfs", "/sys/kernel/debug" },
	{ "tracefs", "/sys/kernel/tracing" },
	{ "securityfs", "/sys/kernel/security" },
	{ "bpf", "/sys/fs/bpf" },
	{ "cgroup2", "/sys/fs/cgroup" },
};

/* AZK_SIG_* that came, or 0. */
static volatile sig_atomic_t leave_asked;

static void on_leave(int sig)
{
	leave_asked = sig;
}

/* 1. Nothing before this but what the line itself needs. */
static void say_start(void)
{
	unsigned long long clock_ns, free_kb;
	struct timespec now;
	struct sysinfo mem;
	char text[32];

	clock_gettime(CLOCK_MONOTONIC, &now);
	sysinfo(&mem);
	clock_ns = now.tv_sec * 1000000000ull + now.tv_nsec;
	free_kb = (unsigned long long)mem.freeram * mem.mem_unit / 1024;
	report_open();
	report("start tsc=%llu clock_ns=%llu memfree_kb=%llu",
	       azk_start_tsc, clock_ns, free_kb);
	snprintf(text, sizeof(text), "%llu", clock_ns);
	setenv("AZK_CLOCK_NS", text, 1);
	snprintf(text, sizeof(text), "%llu", free_kb);
	setenv("AZK_MEMFREE_KB", text, 1);
}

/* 2. */
static void mount_all(void)
{
	umask(022);
	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		mkdir(mounts[i].at, 0755);
		mount(mounts[i].type, mounts[i].at, mounts[i].type, 0, NULL);
	}
}

/*
 * What the kernel runs when it is asked to end in order (kernel/reboot.c); without
 * them it pulls the plug. An initramfs may bring its own.
 */
static void bring_helpers(void)
{
	static const char *const helper[] = { "/sbin/poweroff", "/sbin/reboot" };

	mkdir("/sbin", 0755);
	for (size_t i = 0; i < sizeof(helper) / sizeof(*helper); i++)
		if (symlink(AZK_INIT_PATH, helper[i]) && errno != EEXIST)
			perror(helper[i]);
}

/*
 * Next record of /dev/kmsg: "level,sequence,us,flags;text\n" and then lines of
 * " KEY=value". Leaves the text in @rec; false at the end of the log.
 */
static bool kmsg_next(int fd, char *rec, size_t size, char **text,
		      unsigned long long *us)
{
	for (;;) {
		ssize_t n = read(fd, rec, size - 1);

		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue;	/* EPIPE: records were overwritten; go on */
		if (n <= 0)
			return false;
		rec[n] = '\0';
		*text = strchr(rec, ';');
		if (!*text || sscanf(rec, "%*u,%*u,%llu", us) != 1)
			continue;
		++*text;
		(*text)[strcspn(*text, "\n")] = '\0';
		return true;
	}
}

/* The kernel stamps its last line before init: "Run PATH as init process". */
static void say_printk_clock(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	unsigned long long us, found = 0;
	char rec[8192], *text;

	if (fd < 0)
		return;
	while (kmsg_next(fd, rec, sizeof(rec), &text, &us))
		if (!strncmp(text, "Run ", 4) && strstr(text, " as init process"))
			found = us;
	close(fd);
	if (found)
		report("printk us=%llu", found);
}

/* Sum of "count:" of every pageset; the first things init does change it little. */
static void say_pcp(void)
{
	FILE *f = fopen("/proc/zoneinfo", "re");
	unsigned long long pages = 0, n;
	char line[256];

	if (!f)
		return;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, " count: %llu", &n) == 1)
			pages += n;
	fclose(f);
	report("pcp kb=%llu", pages * (sysconf(_SC_PAGESIZE) / 1024));
}

/*
 * `quiet` hides warnings from the console, so the lines that explain a taint
 * are sent with the verdict: from the line that names the fault to the end of
 * its trace.
 */
static void say_faults(void)
{
	static const char *const begins[] = { "WARNING:", "BUG:", "Oops:", "Bad page" };
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	unsigned long long us;
	char rec[8192], *text;
	bool inside = false;
	int left = LOG_LINES_MAX;

	if (fd < 0)
		return;
	while (left && kmsg_next(fd, rec, sizeof(rec), &text, &us)) {
		for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
			inside |= !strncmp(text, begins[i], strlen(begins[i]));
		if (!inside)
			continue;
		report("log [%5llu.%06llu] %s", us / 1000000, us % 1000000, text);
		left--;
		if (strstr(text, "---[ end trace"))
			inside = false;
	}
	close(fd);
}

static unsigned long taint(void)
{
	FILE *f = fopen("/proc/sys/kernel/tainted", "r");
	unsigned long flags = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%lu", &flags) != 1)
		flags = 0;
	fclose(f);
	return flags;
}

/* 3. */
static void load_modules(void)
{
	FILE *f = fopen(AZK_MODULES_FILE, "r");
	char line[4096];
	int err;

	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		char *params;

		line[strcspn(line, "\n")] = '\0';
		params = line + strcspn(line, " ");
		if (*params)
			*params++ = '\0';
		err = module_load(line, params);
		if (err) {
			fprintf(stderr, "init: %s: %s\n", line, strerror(err));
			report("module %s errno=%d", line, err);
		}
	}
	fclose(f);
}

/* The words of AZK_CMD_FILE as an argv; NULL when there are none. */
static char **read_command(void)
{
	static char words[128 * 1024];
	int fd = open(AZK_CMD_FILE, O_RDONLY | O_CLOEXEC);
	size_t len = 0, n = 0;
	char **argv;
	ssize_t got;

	if (fd < 0)
		return NULL;
	while (len < sizeof(words) - 1 &&
	       (got = read(fd, words + len, sizeof(words) - 1 - len)) > 0)
		len += got;
	close(fd);
	for (size_t i = 0; i < len; i++)
		n += !words[i];
	argv = calloc(n + 1, sizeof(*argv));
	if (!argv || !n)
		return NULL;
	for (size_t i = 0, w = 0; w < n; w++) {
		argv[w] = words + i;
		i += strlen(words + i) + 1;
	}
	return argv;
}

/*
 * /dev/console cannot be a controlling terminal; the device behind it can, and
 * then Ctrl-C reaches the command. Without a person, output is left as it is
 * written: the terminal layer must not add carriage returns.
 */
static void set_terminal(void)
{
	char path[64] = "/dev/", active[56] = "", *name = active;
	FILE *f = fopen("/sys/class/tty/console/active", "r");
	struct termios t;
	int fd;

	if (f && fgets(active, sizeof(active), f)) {
		active[strcspn(active, "\n")] = '\0';
		if (strrchr(active, ' '))	/* the last one listed is /dev/console */
			name = strrchr(active, ' ') + 1;
	}
	if (f)
		fclose(f);
	strcat(path, *name ? name : "console");
	setsid();
	fd = open(path, O_RDWR);
	if (fd < 0)
		return;
	ioctl(fd, TIOCSCTTY, 1);
	if (access(AZK_TTY_FILE, F_OK) && !tcgetattr(fd, &t)) {
		t.c_oflag &= ~OPOST;
		t.c_lflag &= ~(ECHO | ISIG);
		tcsetattr(fd, TCSANOW, &t);
	}
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
}

/*
 * The end of a session hangs its terminal up, and what the driver has not sent
 * by then is gone. So the session's leader is not the command but its parent, which
 * ends as the command did once the last byte is out. Returns in the command.
 */
static void stay_until_said(void)
{
	pid_t pid = fork();
	int status = 126 << 8;

	if (!pid)
		return;
	signal(SIGINT, SIG_IGN);	/* the person's keys are for the command */
	signal(SIGQUIT, SIG_IGN);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	tcdrain(STDOUT_FILENO);
	if (WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		kill(getpid(), WTERMSIG(status));
	}
	_exit(WEXITSTATUS(status));
}

static void run_command(char **argv)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	set_terminal();
	stay_until_said();
	execvp(argv[0], argv);
	fprintf(stderr, "init: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* 4. Reaps every orphan; returns how the command itself ended. */
static int wait_for(pid_t command)
{
	sigset_t none;
	int status;
	pid_t pid;

	/* the signals are blocked but here, so none is lost in between */
	sigemptyset(&none);
	while (!leave_asked) {
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == command)
				return status;
		if (pid < 0)
			return 0;
		sigsuspend(&none);
	}
	return 0;
}

static void on_child(int sig)
{
}

/* Until wait_for() looks at them. */
static void hold_signals(void)
{
	static const int leave[] = { AZK_SIG_POWEROFF, AZK_SIG_REBOOT, AZK_SIG_HOST };
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGCHLD);
	signal(SIGCHLD, on_child);
	for (size_t i = 0; i < sizeof(leave) / sizeof(*leave); i++) {
		sigaddset(&held, leave[i]);
		signal(leave[i], on_leave);
	}
	sigprocmask(SIG_BLOCK, &held, NULL);
}

/* 5. */
static void __attribute__((noreturn)) leave_with(int status)
{
	unsigned long flags = taint();

	if (flags & AZK_TAINT_FAULT)
		say_faults();
	if (leave_asked == AZK_SIG_REBOOT) {
		report("reboot taint=%lu", flags);
		report_reset();
	}
	if (leave_asked == AZK_SIG_HOST)
		report("poweroff taint=%lu", flags);
	else if (WIFSIGNALED(status))
		report("signal %d taint=%lu", WTERMSIG(status), flags);
	else
		report("exit %d taint=%lu", WEXITSTATUS(status), flags);
	report_leave();
}

static int be_init(void)
{
	static char *fallback[] = { AZK_INIT_PATH, "report", NULL };
	char **argv;
	int status;
	pid_t pid;

	say_start();
	mount_all();
	bring_helpers();
	say_printk_clock();
	say_pcp();
	setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin:" AZK_APPLET_DIR, 1);
	setenv("HOME", "/", 1);
	if (!getenv("TERM"))
		setenv("TERM", "linux", 1);
	hold_signals();	/* a module may be what brings a request */
	load_modules();
	argv = read_command();
	pid = fork();
	if (!pid)
		run_command(argv ? argv : fallback);
	status = pid < 0 ? 126 << 8 : wait_for(pid);

	leave_with(status);
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	const struct applet *a = applet_find(name);

	if (getpid() == 1)
		return be_init();
	if (!a && argc > 1) {
		argc--;
		argv++;
		if (!strcmp(argv[0], "--list"))
			return applet_list();
		a = applet_find(argv[0]);
	}
	if (a)
		return a->run(argc, argv);
	fprintf(stderr, "usage: init APPLET [ARGS] or init --list; as PID 1 it runs a guest\n");
	return 2;
}
