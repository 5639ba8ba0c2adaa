/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's commands about the school as a whole: how it stands, ways in, the demo, its log. */
#include "answer.h"
#include "commands.h"

#include <stdio.h>
#include <string.h>

#define CONSOLE_ROUTES "/api/v1/console"

static bool show(const Options *options, const json_t *answer)
{
	if (options->json)
		answer_json(answer);
	else
		answer_fields(answer);
	return true;
}

bool command_setup_code(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) setup = NULL;

	if (!console_request(console, "GET", CONSOLE_ROUTES "/setup-code", NULL, &setup, error))
		return false;
	if (options->json)
		answer_json(setup);
	else if (*answer_text(setup, "url"))
		printf("%s\nOpen it in a browser on the school's network; the code is %s and works "
		       "once.\n",
		       answer_text(setup, "url"), answer_text(setup, "code"));
	else
		printf("%s\nThe school's page asks for this code; it works once.\n",
		       answer_text(setup, "code"));
	return true;
}

bool command_sign_in_link(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) body = json_pack("{s:s}", "login", words[0]);
	g_autoptr(json_t) link = NULL;

	if (!body)
		return error_set(error, ERROR_INVALID, "This login is no UTF-8 text.");
	if (!console_request(console, "POST", CONSOLE_ROUTES "/sign-in-links", body, &link, error))
		return false;
	if (options->json)
		answer_json(link);
	else
		printf("%s\nFor %s; it works once, until %s.\n", answer_text(link, "url"),
		       answer_text(link, "display_name"), answer_text(link, "expires_at"));
	return true;
}

static json_t *demo_wishes(const Options *options, GError **error)
{
	g_autoptr(json_t) wishes = json_object();
	guint64 seed;

	if (options->seed) {
		if (!g_ascii_string_to_unsigned(options->seed, 10, 0, G_MAXINT64, &seed, NULL))
			return error_null(error, ERROR_INVALID, "--seed takes a number, not %s.",
					  options->seed);
		json_object_set_new(wishes, "seed", json_integer((json_int_t)seed));
	}
	if (options->camera)
		json_object_set_new(wishes, "camera_url", json_string(options->camera));
	return g_steal_pointer(&wishes);
}

/* One line a role: its name, a login, the person. */
static void print_examples(const json_t *demo)
{
	json_t *example;
	size_t i;

	json_array_foreach(json_object_get(demo, "examples"), i, example)
		printf("%-14s %-16s %s\n", answer_text(example, "role"),
		       answer_text(example, "login"), answer_text(example, "display_name"));
}

bool command_demo(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) wishes = demo_wishes(options, error);
	g_autoptr(json_t) demo = NULL;

	if (!wishes)
		return false;
	if (!console_request(console, "POST", CONSOLE_ROUTES "/demo", wishes, &demo, error))
		return false;
	while (strcmp(answer_text(demo, "state"), "running") == 0) {
		g_autoptr(json_t) next = NULL;

		console_pause();
		if (!console_request(console, "GET", CONSOLE_ROUTES "/demo", NULL, &next, error))
			return false;
		json_decref(demo);
		demo = g_steal_pointer(&next);
	}
	if (options->json)
		answer_json(demo);
	else
		print_examples(demo);
	if (strcmp(answer_text(demo, "state"), "done") == 0)
		return true;
	return error_reason(error, ERROR_INTERNAL, options->json ? COMMAND_SAID : "demo", NULL,
			    "The demo school was not finished. %s", answer_text(demo, "detail"));
}

bool command_log_verify(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) body = json_object();
	g_autoptr(json_t) answer = NULL;

	if (!console_request(console, "POST", CONSOLE_ROUTES "/log-verification", body, &answer,
			     error))
		return false;
	show(options, answer);
	if (json_is_true(json_object_get(answer, "ok")))
		return true;
	return error_reason(error, ERROR_CONFLICT, options->json ? COMMAND_SAID : "log-broken",
			    NULL,
			    "The log is not what was written. Keep a copy of the data before you "
			    "change anything, and restore a backup.");
}

bool command_database_check(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) body = json_object();
	g_autoptr(json_t) answer = NULL;

	if (!console_request(console, "POST", CONSOLE_ROUTES "/database-check", body, &answer,
			     error))
		return false;
	show(options, answer);
	if (!answer_check_database(options->json, answer, "state", error))
		return false;
	if (strcmp(answer_text(answer, "state"), "whole") == 0)
		return true;
	return error_reason(error, ERROR_INTERNAL, options->json ? COMMAND_SAID : "unchecked", NULL,
			    "The database could not be checked: %s", answer_text(answer, "detail"));
}

static bool show_clock(const Options *options, const json_t *clock, GError **error)
{
	show(options, clock);
	if (json_is_true(json_object_get(clock, "believed")))
		return true;
	return error_reason(error, ERROR_CONFLICT, options->json ? COMMAND_SAID : "clock", NULL,
			    "The machine's time is not believed. If it is wrong, set it; if it is "
			    "right, say so: urokctl clock confirm");
}

bool command_clock(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) clock = NULL;

	return console_request(console, "GET", CONSOLE_ROUTES "/clock", NULL, &clock, error) &&
	       show_clock(options, clock, error);
}

bool command_clock_confirm(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) body = json_object();
	g_autoptr(json_t) clock = NULL;

	return console_request(console, "POST", CONSOLE_ROUTES "/clock-confirmation", body, &clock,
			       error) &&
	       show_clock(options, clock, error);
}
