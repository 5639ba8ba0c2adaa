/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's command for the day on which data got into wrong hands: whose, which, since when, and
 * who looked, as the law wants it told within 24 and 72 hours. */
#include "answer.h"
#include "commands.h"
#include "phrase.h"

#include <stdio.h>

static json_int_t number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static const char *name_of(const json_t *person)
{
	const char *name = answer_text(person, "display_name");

	return *name ? name : answer_text(person, "id");
}

static void print_people(const json_t *report)
{
	const json_t *people = json_object_get(report, "people");
	const json_t *kept = json_object_get(report, "kept");
	const json_t *room;
	size_t i;

	printf(phrase("Whose: %d people; %d pupils, %d parents, %d teachers, %d administrators\n",
	              "Чьи: %d человек; учеников %d, родителей %d, учителей %d, администраторов %d\n"),
	       (int)number(people, "all"), (int)number(people, "pupils"),
	       (int)number(people, "parents"), (int)number(people, "teachers"),
	       (int)number(people, "administrators"));
	printf("%s", phrase("Which:", "Какие:"));
	json_array_foreach(kept, i, room) printf("%s %s", i ? "," : "", json_string_value(room));
	printf("\n");
}

static void print_looks(const json_t *report)
{
	const json_t *looks = json_object_get(report, "looks");
	const json_t *look;
	size_t i;

	printf(phrase("Who looked: %zu\n", "Кто смотрел: %zu\n"), json_array_size(looks));
	json_array_foreach(looks, i, look)
		printf("  %s  %s  %s  %s → %s (%d)\n", name_of(json_object_get(look, "whose")),
		       name_of(json_object_get(look, "who")), answer_text(look, "purposes"),
		       answer_text(look, "first_at"), answer_text(look, "last_at"),
		       (int)number(look, "times"));
	if (json_is_true(json_object_get(report, "cut_off")))
		printf("%s\n", phrase("There are more: ask for a later day or for one login.",
		                      "Это не все: укажите более поздний день или один логин."));
}

static void print_report(const json_t *report)
{
	const json_t *account = json_object_get(report, "account");

	printf(phrase("Since %s, until %s\n", "С %s по %s\n"), answer_text(report, "since"),
	       answer_text(report, "until"));
	if (json_is_object(account))
		printf(phrase("By the account of %s\n", "Через вход: %s\n"), name_of(account));
	print_people(report);
	print_looks(report);
}

bool command_incident(Console *console, const Options *options, char **words, GError **error)
{
	g_autofree char *day = g_uri_escape_string(words[0], NULL, FALSE);
	g_autofree char *login = words[1] ? g_uri_escape_string(words[1], NULL, FALSE) : NULL;
	g_autofree char *path = g_strconcat("/api/v1/console/incident?since=", day,
	                                    login ? "&login=" : NULL, login, NULL);
	g_autoptr(json_t) report = NULL;

	if (!console_request(console, "GET", path, NULL, &report, error))
		return false;
	if (options->json)
		answer_json(report);
	else
		print_report(report);
	return true;
}
