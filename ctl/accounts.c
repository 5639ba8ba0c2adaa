/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's commands that change accounts: the same rules as in the app, by the console's right. */
#include "answer.h"
#include "commands.h"
#include "people.h"
#include "phrase.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#define PEOPLE "/api/v1/console/people"

/* "teacher,staff" as the list that urokd wants; urokd knows which roles there are. */
static json_t *roles_from(const char *words)
{
	g_auto(GStrv) names = g_strsplit(words, ",", -1);
	json_t *roles = json_array();

	for (guint i = 0; names[i]; i++)
		if (*g_strstrip(names[i]))
			json_array_append_new(roles, json_string(names[i]));
	return roles;
}

static void put(json_t *object, const char *name, const char *value)
{
	if (value)
		json_object_set_new(object, name, json_string(value));
}

static void tell_account(const Options *options, const json_t *account)
{
	if (options->json)
		answer_json(account);
	else
		answer_fields(account);
}

/* What follows the person in the address: "account", "roles". The answer is the account as changed. */
static bool change(Console *console, const Options *options, const char *login, const char *method,
		   const char *what, json_t *body, GError **error)
{
	g_autoptr(json_t) person = people_find(console, login, error);
	g_autoptr(json_t) account = NULL;
	g_autofree char *path = NULL;

	if (!person)
		return false;
	path = g_strdup_printf(PEOPLE "/%s/%s", answer_text(person, "id"), what);
	if (!console_request(console, method, path, body, &account, error))
		return false;
	tell_account(options, account);
	return true;
}

bool command_user_add(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) person = json_object();
	g_autoptr(json_t) body = NULL;
	g_autoptr(json_t) added = NULL;

	json_object_set_new(person, "roles", roles_from(words[0]));
	put(person, "family_name", words[1]);
	put(person, "given_name", words[2]);
	put(person, "patronymic", words[3]);
	put(person, "login", options->login);
	put(person, "birth_date", options->birth);
	put(person, "email", options->email);
	put(person, "phone", options->phone);
	body = json_pack("{s:[O]}", "items", person);
	if (!console_request(console, "POST", PEOPLE, body, &added, error))
		return false;
	tell_account(options, json_array_get(json_object_get(added, "items"), 0));
	if (!options->json && options->login)
		printf(phrase("To let them in: urokctl sign-in-link %s\n",
			      "Чтобы впустить: urokctl sign-in-link %s\n"),
		       options->login);
	return true;
}

bool command_user_set_login(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) body = json_pack("{s:s}", "login", words[1]);

	return change(console, options, words[0], "PATCH", "account", body, error);
}

bool command_user_roles(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) body = json_pack("{s:o}", "roles", roles_from(words[1]));

	return change(console, options, words[0], "PUT", "roles", body, error);
}

static bool set_blocked(Console *console, const Options *options, const char *login, bool blocked,
			GError **error)
{
	g_autoptr(json_t) person = people_find(console, login, error);
	g_autoptr(json_t) nothing = blocked ? json_object() : NULL;
	g_autoptr(json_t) answer = NULL;
	g_autofree char *path = NULL;

	if (!person)
		return false;
	path = g_strdup_printf(PEOPLE "/%s/block", answer_text(person, "id"));
	if (!console_request(console, blocked ? "PUT" : "DELETE", path, nothing, NULL, error))
		return false;
	if (options->json) {
		answer = json_pack("{s:s, s:b}", "login", login, "blocked", (int)blocked);
		answer_json(answer);
		return true;
	}
	printf(blocked ? phrase("%s is blocked: all sessions have ended, and nothing lets them in.\n",
				"%s: доступ закрыт. Все сеансы завершены, войти нельзя.\n")
		       : phrase("%s may sign in again.\n", "%s: доступ открыт, можно войти снова.\n"),
	       answer_text(person, "display_name"));
	return true;
}

bool command_user_block(Console *console, const Options *options, char **words, GError **error)
{
	return set_blocked(console, options, words[0], true, error);
}

bool command_user_unblock(Console *console, const Options *options, char **words, GError **error)
{
	return set_blocked(console, options, words[0], false, error);
}
