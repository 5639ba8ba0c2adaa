/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What people change about themselves. A pupil's name waits for the school. */
#include "base/text.h"
#include "people/people-private.h"

#include <string.h>

static bool check_setting(const char *field, const char *value, const char *const allowed[],
			  GError **error)
{
	if (!value || g_strv_contains(allowed, value))
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", field, "%s is not one of the choices",
			    field);
}

/* Minutes after midnight of "21:30". */
static bool read_clock(const char *text, int64_t *ret, GError **error)
{
	if (text && strlen(text) == 5 && text[2] == ':' && g_ascii_isdigit(text[0]) &&
	    g_ascii_isdigit(text[1]) && g_ascii_isdigit(text[3]) && g_ascii_isdigit(text[4])) {
		int hours = (text[0] - '0') * 10 + text[1] - '0';
		int minutes = (text[3] - '0') * 10 + text[4] - '0';

		*ret = hours * 60 + minutes;
		if (hours < 24 && minutes < 60)
			return true;
	}
	return error_reason(error, ERROR_INVALID, "invalid", "quiet_hours",
			    "Quiet hours look like 21:30");
}

static bool set_quiet_hours(People *self, const char *person, const QuietHours *quiet,
			    GError **error)
{
	g_autoptr(Query) query = NULL;
	int64_t from = 0;
	int64_t to = 0;

	if (!quiet->given)
		return true;
	if (quiet->from && (!read_clock(quiet->from, &from, error) ||
			    !read_clock(quiet->to, &to, error)))
		return false;
	if (quiet->from && from == to)
		return error_reason(error, ERROR_INVALID, "invalid", "quiet_hours",
				    "Quiet hours begin and end at different times");
	query = store_query(self->store, "set_quiet_hours");
	query_bind_text(query, ":person", person);
	if (quiet->from) {
		query_bind_int(query, ":from", from);
		query_bind_int(query, ":to", to);
	} else {
		query_bind_null(query, ":from");
		query_bind_null(query, ":to");
	}
	query_bind_int(query, ":now", events_now_ms(self->events));
	return query_run(query, error);
}

static bool set_birthday_shown(People *self, const char *person, const char *shown_to,
			       GError **error)
{
	g_autoptr(Query) query = NULL;
	Visibility shown;

	if (!shown_to)
		return true;
	if (!visibility_read("birthday_shown_to", shown_to, &shown, error))
		return false;
	query = store_query(self->store, "set_birthday_shown");
	query_bind_text(query, ":person", person);
	query_bind_int(query, ":shown", shown);
	query_bind_int(query, ":now", events_now_ms(self->events));
	return query_run(query, error);
}

static bool note_recovery_read(People *self, const char *person, bool read, GError **error)
{
	g_autoptr(Query) query = NULL;

	if (!read)
		return true;
	query = store_query(self->store, "set_recovery_read");
	query_bind_text(query, ":person", person);
	query_bind_int(query, ":now", events_now_ms(self->events));
	return query_run(query, error);
}

static bool set_looks(People *self, const char *person, const MeChanges *changes, GError **error)
{
	static const char *const LANGUAGES[] = {"ru", "en", NULL};
	static const char *const THEMES[] = {"light", "dark", "auto", NULL};
	g_autoptr(Query) query = NULL;

	if (!changes->language && !changes->theme)
		return true;
	if (!check_setting("language", changes->language, LANGUAGES, error) ||
	    !check_setting("theme", changes->theme, THEMES, error))
		return false;
	query = store_query(self->store, "set_person_setting");
	query_bind_text(query, ":person", person);
	query_bind_text(query, ":language", changes->language);
	query_bind_text(query, ":theme", changes->theme);
	query_bind_int(query, ":now", events_now_ms(self->events));
	return query_run(query, error);
}

static bool set_settings(People *self, const char *person, const MeChanges *changes,
			 GError **error)
{
	return set_looks(self, person, changes, error) &&
	       set_quiet_hours(self, person, &changes->quiet, error) &&
	       set_birthday_shown(self, person, changes->birthday_shown_to, error) &&
	       note_recovery_read(self, person, changes->recovery_read, error);
}

static bool set_one_contact(People *self, const Actor *actor, ContactKind kind, const char *field,
			    const char *value, const char *shown_to, GError **error)
{
	const char *person = actor->person.text;
	Visibility shown = VISIBLE_NOBODY;

	if (shown_to && !visibility_read(field, shown_to, &shown, error))
		return false;
	return (!value || people_set_contact(self, actor, person, kind, value, error)) &&
	       (!shown_to || people_show_contact(self, actor, person, kind, shown, error));
}

static bool set_contacts(People *self, const Actor *actor, const MeChanges *changes, GError **error)
{
	return set_one_contact(self, actor, CONTACT_EMAIL, "email_shown_to", changes->email,
			       changes->email_shown_to, error) &&
	       set_one_contact(self, actor, CONTACT_PHONE, "phone_shown_to", changes->phone,
			       changes->phone_shown_to, error);
}

static bool check_about(const char *about, char **ret, GError **error)
{
	g_autofree char *trimmed = text_trim(about);

	if (text_length(trimmed) > ABOUT_CHARACTERS_MAX)
		return error_reason(error, ERROR_INVALID, "too-long", "about",
				    "about has at most %d characters", ABOUT_CHARACTERS_MAX);
	*ret = g_steal_pointer(&trimmed);
	return true;
}

static bool has_names(const MeChanges *changes)
{
	return changes->family_name || changes->given_name || changes->patronymic;
}

/* The full new state: what the event carries. NULL: a name does not do. */
static json_t *dup_changed(People *self, const char *person, const MeChanges *changes,
			   bool *ret_same, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_person");
	g_auto(Names) names = {0};
	g_autofree char *about = NULL;
	const char *patronymic;

	query_bind_text(query, ":id", person);
	if (!query_one(query, error))
		return NULL;
	patronymic = changes->patronymic ? changes->patronymic : query_text(query, 3);
	if (!names_check_all(changes->family_name ? changes->family_name : query_text(query, 1),
			 changes->given_name ? changes->given_name : query_text(query, 2),
			 patronymic, &names, error) ||
	    !check_about(changes->about ? changes->about : query_text(query, 6), &about, error))
		return NULL;
	*ret_same = g_str_equal(names.family, query_text(query, 1)) &&
		    g_str_equal(names.given, query_text(query, 2)) &&
		    g_strcmp0(names.patronymic, query_text(query, 3)) == 0 &&
		    g_str_equal(about, query_text(query, 6));
	return json_pack("{s:s, s:s, s:s?, s:s}", "family_name", names.family, "given_name",
			 names.given, "patronymic", names.patronymic, "about", about);
}

bool people_change_me(People *self, const Actor *actor, const MeChanges *changes, GError **error)
{
	const char *person = actor->person.text;
	MeChanges own = *changes;
	bool same = false;
	json_t *body;

	if (!set_settings(self, person, changes, error) ||
	    !set_contacts(self, actor, changes, error))
		return false;
	if (has_names(changes) && (actor->roles & ROLE_PUPIL)) {
		const PersonNames names = {changes->family_name, changes->given_name,
					   changes->patronymic, NULL};

		if (!people_correct(self, actor, person, &names, error))
			return false;
		own.family_name = own.given_name = own.patronymic = NULL;
	}
	body = dup_changed(self, person, &own, &same, error);
	if (!body)
		return false;
	if (same) {
		json_decref(body);
		return true;
	}
	return people_append(self, actor, "person.changed", person, body, error);
}
