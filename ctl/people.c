/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's commands about people: who is here, and the way back in for an administrator. */
#include "answer.h"
#include "commands.h"
#include "people.h"
#include "phrase.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PEOPLE "/api/v1/console/people"

static char *roles_text(const json_t *person)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	json_t *role;
	size_t i;

	json_array_foreach(json_object_get(person, "roles"), i, role)
		if (json_is_string(role))
			g_ptr_array_add(names, (void *)json_string_value(role));
	g_ptr_array_add(names, NULL);
	return g_strjoinv(", ", (char **)names->pdata);
}

static void append_query(GString *path, const char *name, const char *value)
{
	g_autofree char *escaped = value ? g_uri_escape_string(value, NULL, FALSE) : NULL;

	if (escaped)
		g_string_append_printf(path, "&%s=%s", name, escaped);
}

static json_t *page(Console *console, const char *search, const char *role, const char *cursor,
		    GError **error)
{
	g_autoptr(GString) path = g_string_new(PEOPLE "?limit=100");
	json_t *people = NULL;

	append_query(path, "search", search);
	append_query(path, "role", role);
	append_query(path, "cursor", cursor);
	console_request(console, "GET", path->str, NULL, &people, error);
	return people;
}

/* All pages of them, owned. */
static json_t *list(Console *console, const char *search, const char *role, GError **error)
{
	g_autoptr(json_t) items = json_array();
	g_autofree char *cursor = NULL;

	do {
		g_autoptr(json_t) people = page(console, search, role, cursor, error);

		if (!people)
			return NULL;
		json_array_extend(items, json_object_get(people, "items"));
		g_free(cursor);
		cursor = g_strdup(json_string_value(json_object_get(people, "next_cursor")));
	} while (cursor);
	return g_steal_pointer(&items);
}

static void print_person(const json_t *person)
{
	g_autofree char *roles = roles_text(person);
	const char *login = answer_text(person, "login");

	phrase_pad(*login ? login : "-", 20);
	phrase_pad(roles, 24);
	puts(answer_text(person, "display_name"));
}

bool command_user_list(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) items = list(console, words[0], options->role, error);
	g_autoptr(json_t) answer = NULL;
	json_t *person;
	size_t i;

	if (!items)
		return false;
	if (options->json) {
		answer = json_pack("{s:O}", "items", items);
		answer_json(answer);
		return true;
	}
	json_array_foreach(items, i, person)
		print_person(person);
	return true;
}

json_t *people_find(Console *console, const char *login, GError **error)
{
	g_autoptr(json_t) items = list(console, login, NULL, error);
	json_t *person;
	size_t i;

	if (!items)
		return NULL;
	json_array_foreach(items, i, person)
		if (g_ascii_strcasecmp(answer_text(person, "login"), login) == 0)
			return json_incref(person);
	return error_null(error, ERROR_NOT_FOUND,
			  phrase("Nobody here has the login %s.", "Логина %s здесь нет ни у кого."), login);
}

bool command_user_show(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) person = people_find(console, words[0], error);

	if (!person)
		return false;
	if (options->json)
		answer_json(person);
	else
		answer_fields(person);
	return true;
}

/* --- A school cannot be locked out --- */

static bool is_administrator(const json_t *person)
{
	g_autofree char *roles = roles_text(person);

	return strstr(roles, "administrator") != NULL;
}

/* Asked on the terminal alone: a script says --yes. */
static bool confirm(const Options *options, const json_t *person, GError **error)
{
	if (options->yes)
		return true;
	if (isatty(STDIN_FILENO)) {
		fprintf(stderr, phrase("%s (%s) will be an administrator of the school. Go on? [y/N] ",
				       "%s (%s) станет администратором школы. Продолжить? [д/Н] "),
			answer_text(person, "display_name"), answer_text(person, "login"));
		if (answer_read_yes())
			return true;
	}
	return error_set(error, ERROR_CONFLICT,
			 phrase("%s is no administrator, and was not made one. To do it: --yes",
				"%s не администратор и не назначен им. Чтобы назначить: --yes"),
			 answer_text(person, "display_name"));
}

/* The one that was named, or the only one that there is. */
static json_t *choose(Console *console, const char *login, GError **error)
{
	g_autoptr(json_t) administrators = NULL;
	json_t *person;
	size_t i;

	if (login)
		return people_find(console, login, error);
	administrators = list(console, NULL, "administrator", error);
	if (!administrators)
		return NULL;
	if (json_array_size(administrators) == 1)
		return json_incref(json_array_get(administrators, 0));
	json_array_foreach(administrators, i, person)
		fprintf(stderr, "%-20s %s\n", answer_text(person, "login"),
			answer_text(person, "display_name"));
	return error_null(error, ERROR_CONFLICT, "%s",
			  phrase("Say which: urokctl admin recover LOGIN",
				 "Укажите кого: urokctl admin recover ЛОГИН"));
}

bool command_admin_recover(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) person = choose(console, words[0], error);
	g_autoptr(json_t) body = NULL;
	g_autoptr(json_t) link = NULL;
	bool grant;

	if (!person)
		return false;
	grant = !is_administrator(person);
	if (grant && !confirm(options, person, error))
		return false;
	body = json_pack("{s:s, s:b}", "login", answer_text(person, "login"), "grant", (int)grant);
	if (!console_request(console, "POST", "/api/v1/console/recoveries", body, &link, error))
		return false;
	if (options->json)
		answer_json(link);
	else
		printf(phrase("%s\nFor %s; it works once, until %s. The old password, all sessions and "
			      "links are gone; a new password is set on the profile's page.\n",
			      "%s\nДля %s; действует один раз, до %s. Прежний пароль, все сеансы и ссылки "
			      "отменены; новый пароль задают на странице профиля.\n"),
		       answer_text(link, "url"), answer_text(link, "display_name"),
		       answer_text(link, "expires_at"));
	return true;
}
