/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What of a failing day is needed. */
#include "shrink.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

unsigned number_of(const char *name, unsigned otherwise)
{
	const char *text = g_getenv(name);

	return text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

GArray *chances_of(guint32 seed, int steps)
{
	GArray *chances = g_array_new(FALSE, FALSE, sizeof(guint32));
	GRand *dice = g_rand_new_with_seed(seed);

	for (int i = 0; i < steps; i++) {
		guint32 chance = g_rand_int(dice);

		g_array_append_val(chances, chance);
	}
	g_rand_free(dice);
	return chances;
}

static GArray *without(const GArray *chances, guint from, guint count)
{
	GArray *rest = g_array_new(FALSE, FALSE, sizeof(guint32));

	g_array_append_vals(rest, chances->data, from);
	g_array_append_vals(rest, &g_array_index(chances, guint32, from + count),
	                    chances->len - from - count);
	return rest;
}

/* One way through it. True: something could be left out. */
static bool leave_out(GArray **chances, guint size, int *tries, Holds holds, void *data)
{
	bool any = false;

	for (guint from = 0; from + size <= (*chances)->len && *tries > 0; (*tries)--) {
		GArray *less = without(*chances, from, size);

		if (holds(less, data)) {
			g_array_unref(less);
			from += size;
			continue;
		}
		g_array_unref(*chances);
		*chances = less;
		any = true;
	}
	return any;
}

GArray *shrink(const GArray *chances, int tries, Holds holds, void *data)
{
	GArray *left = without(chances, 0, 0);
	guint size = MAX(1, left->len / 2);

	while ((leave_out(&left, size, &tries, holds, data) || size > 1) && tries > 0)
		size = MAX(1, MIN(size, left->len) / 2);
	return left;
}

bool play_apart(void (*play)(void *data), void *data, Voice voice, pid_t *ret_child)
{
	const struct rlimit no_core = {0};
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	g_assert_cmpint(child, >=, 0);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		if (voice == QUIET) {
			int nowhere = open("/dev/null", O_WRONLY);

			dup2(nowhere, STDOUT_FILENO);
			dup2(nowhere, STDERR_FILENO);
		}
		play(data);
		exit(0);
	}
	g_assert_cmpint(waitpid(child, &status, 0), ==, child);
	*ret_child = child;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
