// SPDX-License-Identifier: GPL-2.0-only
/* Whole-file reads, atomic writes, hashes (libcrypto). */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "exit.h"
#include "file.h"
#include "msg.h"

static int open_error(const char *path)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return azk_err(AZK_EX_NOFILE, path, NULL, "no such file");
	return azk_err(AZK_EX_SYSTEM, path, NULL, "%s", strerror(errno));
}

int file_read(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return open_error(path);
	do {
		n = read(fd, buf_room(out, 65536), 65536);
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	out->s[out->len] = '\0';
	close(fd);
	if (n < 0)
		return azk_err(AZK_EX_SYSTEM, path, NULL, "read: %s", strerror(errno));
	return AZK_OK;
}

int file_mkdirs(const char *path)
{
	char *p = xstrdup(path), *s;
	int ret = AZK_OK;

	for (s = p + 1; ; s++) {
		char c = *s;

		if (c != '/' && c)
			continue;
		*s = '\0';
		if (mkdir(p, 0777) && errno != EEXIST) {
			ret = azk_err(AZK_EX_SYSTEM, p, NULL, "mkdir: %s",
				      strerror(errno));
			break;
		}
		*s = c;
		if (!c)
			break;
	}
	free(p);
	return ret;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int file_write(const char *path, const void *data, size_t len)
{
	char *tmp = xasprintf("%s.tmp%d", path, (int)getpid());
	char *dir = xstrdup(path), *slash = strrchr(dir, '/');
	int fd, ret = AZK_OK;

	if (slash && slash != dir) {
		*slash = '\0';
		ret = file_mkdirs(dir);
	}
	if (ret)
		goto out;
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0) {
		ret = azk_err(AZK_EX_SYSTEM, path, NULL, "cannot write: %s",
			      strerror(errno));
		goto out;
	}
	/* close() reports late write errors on network filesystems */
	if (write_all(fd, data, len) | close(fd) || rename(tmp, path)) {
		ret = azk_err(AZK_EX_SYSTEM, path, NULL, "cannot write: %s",
			      strerror(errno));
		unlink(tmp);
	}
out:
	free(dir);
	free(tmp);
	return ret;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

int64_t file_size(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : (int64_t)st.st_size;
}

static void to_hex(const unsigned char *md, char *hex)
{
	for (int i = 0; i < 32; i++)
		sprintf(hex + 2 * i, "%02x", md[i]);
}

void sha256_of(const void *data, size_t len, char hex[SHA256_HEX])
{
	unsigned char md[32];

	EVP_Digest(data, len, md, NULL, EVP_sha256(), NULL);
	to_hex(md, hex);
}

int file_sha256(const char *path, char hex[SHA256_HEX],
		void (*progress)(void *arg, uint64_t done), void *arg)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned char md[32];
	EVP_MD_CTX *ctx;
	uint64_t done = 0;
	char *block;
	ssize_t n;

	if (fd < 0)
		return open_error(path);
	block = xcalloc(1, 1 << 20);
	ctx = EVP_MD_CTX_new();
	EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
	while ((n = read(fd, block, 1 << 20)) > 0) {
		EVP_DigestUpdate(ctx, block, (size_t)n);
		done += (uint64_t)n;
		if (progress)
			progress(arg, done);
	}
	EVP_DigestFinal_ex(ctx, md, NULL);
	EVP_MD_CTX_free(ctx);
	free(block);
	close(fd);
	if (n < 0)
		return azk_err(AZK_EX_SYSTEM, path, NULL, "read: %s", strerror(errno));
	to_hex(md, hex);
	return AZK_OK;
}
