// SPDX-License-Identifier: GPL-2.0-only
/*
 *	kconf resolve CONFIG WANTS RESULT JSON
 *	kconf explain CONFIG SYMBOL JSON
 *
 * resolve reads CONFIG as "make olddefconfig" does, writes RESULT as it does,
 * and to JSON the verdict on each line of WANTS (kind, name, value, place;
 * separated by tabs). explain writes one symbol in full. Both leave 0 when
 * their files are written, whatever the verdicts say.
 */
#include <stdlib.h>
#include <string.h>

#include "kconf.h"

static const struct want *find(const struct wants *w, char kind, const struct symbol *sym)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].kind == kind && w->v[i].sym == sym)
			return &w->v[i];
	return NULL;
}

const struct want *wants_find(const struct wants *w, const struct symbol *sym)
{
	return find(w, 's', sym);
}

const struct want *wants_theirs(const struct wants *w, const struct symbol *sym)
{
	return find(w, 't', sym);
}

static char *field(char **line)
{
	char *s = strsep(line, "\t");

	if (!s) {
		fprintf(stderr, "kconf: list of wanted options: line is cut short\n");
		exit(2);
	}
	s = strdup(s);
	if (!s)
		abort();
	return s;
}

static void wants_read(struct wants *w, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (!f) {
		perror(path);
		exit(2);
	}
	while ((n = getline(&line, &cap, f)) > 0) {
		char *s = line, *kind;
		struct want *x;

		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		w->v = realloc(w->v, (w->n + 1) * sizeof(*w->v));
		if (!w->v)
			abort();
		x = &w->v[w->n++];
		kind = field(&s);
		x->kind = kind[0];
		free(kind);
		x->name = field(&s);
		x->at = field(&s);
		x->value = field(&s);
		x->sym = sym_find(x->name);
		if (x->sym && x->sym->type == S_UNKNOWN)
			x->sym = NULL;
	}
	free(line);
	fclose(f);
}

static void wants_free(struct wants *w)
{
	for (size_t i = 0; i < w->n; i++) {
		free(w->v[i].name);
		free(w->v[i].value);
		free(w->v[i].at);
	}
	free(w->v);
}

static int dump(json_t *o, const char *path)
{
	if (json_dump_file(o, path, JSON_INDENT(1))) {
		fprintf(stderr, "kconf: cannot write %s\n", path);
		return 2;
	}
	json_decref(o);
	return 0;
}

static int read_config(const char *path)
{
	conf_set_message_callback(NULL);
	conf_parse("Kconfig");
	if (conf_read(path)) {
		fprintf(stderr, "kconf: cannot read %s\n", path);
		return 2;
	}
	return 0;
}

static int resolve(char **arg)
{
	struct wants w = { 0 };
	struct symbol *s;
	int ret;

	if (read_config(arg[0]))
		return 2;
	if (conf_write(arg[2])) {
		fprintf(stderr, "kconf: cannot write %s\n", arg[2]);
		return 2;
	}
	for_all_symbols(s)
		sym_calc_value(s);
	wants_read(&w, arg[1]);
	ret = dump(judge(&w), arg[3]);
	wants_free(&w);
	return ret;
}

static int explain(char **arg)
{
	struct symbol *s;
	json_t *o;

	if (read_config(arg[0]))
		return 2;
	for_all_symbols(s)
		sym_calc_value(s);
	o = show(arg[1]);
	if (!o) {
		o = json_object();
		json_object_set_new(o, "near", near_names(arg[1]));
	}
	return dump(o, arg[2]);
}

int main(int argc, char **argv)
{
	if (argc == 6 && !strcmp(argv[1], "resolve"))
		return resolve(argv + 2);
	if (argc == 5 && !strcmp(argv[1], "explain"))
		return explain(argv + 2);
	fprintf(stderr,
		"usage: kconf resolve CONFIG WANTS RESULT JSON | explain CONFIG SYMBOL JSON\n");
	return 2;
}
