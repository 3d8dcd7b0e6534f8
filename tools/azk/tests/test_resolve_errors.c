// SPDX-License-Identifier: GPL-2.0-only
/* From verdicts to errors: who is the cause, who is told under it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/resolve.h"

struct set {
	struct options o, contract;
	struct errs e;
};

/* One option per line of @text; @verdicts refer to them by index. */
static void judge(struct set *s, const char *text, const char *contract,
		  const char *verdicts)
{
	json_error_t why;
	json_t *v = json_loads(verdicts, 0, &why);

	if (!v)
		fail_msg("%s", why.text);
	memset(s, 0, sizeof(*s));
	fragment_parse("f", text, &s->o, &s->e);
	fragment_parse("p", contract, &s->contract, &s->e);
	assert_int_equal(s->e.n, 0);
	verdict_errors(v, &s->o, &s->contract, &s->e);
	errs_sort(&s->e);
	json_decref(v);
}

static void done(struct set *s)
{
	options_free(&s->o);
	options_free(&s->contract);
	errs_free(&s->e);
}

#define FAIL(i, roots) \
	"{\"index\":" #i ",\"error\":\"unmet\",\"text\":\"t" #i "\",\"why\":[\"w" #i "\"],\"roots\":" roots "}"
#define ALL(x) "{\"options\":[" x "]}"

static void chain(void **state)
{
	struct set s;

	/* B hangs on A, C on B; D holds */
	judge(&s, "# reason: r\nCONFIG_C=y\nCONFIG_B=m\nCONFIG_A=m\nCONFIG_D=y\n", "",
	      ALL(FAIL(0, "[[\"B\"]]") "," FAIL(1, "[[\"X\",\"A\"]]") ","
		  FAIL(2, "[]") ",{\"index\":3,\"value\":\"y\"}"));
	assert_int_equal(s.e.n, 1);
	assert_int_equal(s.e.v[0].line, 4);
	assert_string_equal(s.e.v[0].text, "CONFIG_A=m: t2");
	assert_int_equal(s.e.v[0].more.n, 3);
	assert_string_equal(s.e.v[0].more.v[0], "w2");
	assert_string_equal(s.e.v[0].more.v[1],
			    "lost with it, asked for at f:2: CONFIG_C=y");
	done(&s);
}

static void second_obstacle(void **state)
{
	struct set s;

	/* B needs A, which failed, and N, which nobody asked for */
	judge(&s, "# reason: r\nCONFIG_A=m\nCONFIG_B=m\n", "",
	      ALL(FAIL(0, "[]") "," FAIL(1, "[[\"A\"],[\"N\"]]")));
	assert_int_equal(s.e.n, 2);
	assert_string_equal(s.e.v[1].text, "CONFIG_B=m: t1");
	done(&s);
}

static void circle(void **state)
{
	struct set s;

	judge(&s, "# reason: r\nCONFIG_A=y\nCONFIG_B=y\n", "",
	      ALL(FAIL(0, "[[\"B\"]]") "," FAIL(1, "[[\"A\"]]")));
	assert_int_equal(s.e.n, 1);
	assert_string_equal(s.e.v[0].text, "CONFIG_A=y: t0");
	assert_int_equal(s.e.v[0].more.n, 2);
	done(&s);
}

static void contract(void **state)
{
	struct set s;

	/* its own line failed: told there; the other contract stands alone */
	judge(&s, "# reason: r\nCONFIG_A=y\n", "# reason: r\nCONFIG_A=y\nCONFIG_B=y\n",
	      ALL(FAIL(0, "[]") "," FAIL(1, "[]") "," FAIL(2, "[]")));
	assert_int_equal(s.e.n, 2);
	assert_string_equal(s.e.v[0].file, "f");
	assert_string_equal(s.e.v[0].more.v[1],
			    "lost with it, asked for at p:2: CONFIG_A=y");
	assert_string_equal(s.e.v[1].file, "p");
	assert_int_equal(s.e.v[1].line, 3);
	done(&s);
}

static void lost(void **state)
{
	struct set s;

	judge(&s, "# reason: r\nCONFIG_A=m\n", "",
	      "{\"options\":[{\"index\":0,\"error\":\"type\",\"text\":\"t\",\"why\":[],"
	      "\"roots\":[],\"lost\":[\"Z\",\"B\"]},{\"index\":99,\"error\":\"x\"}]}");
	assert_int_equal(s.e.n, 1);
	assert_string_equal(s.e.v[0].more.v[0], "what needs A on this tree: B, Z");
	done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain),
		cmocka_unit_test(second_obstacle),
		cmocka_unit_test(circle),
		cmocka_unit_test(contract),
		cmocka_unit_test(lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
