/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A person as JSON: all of the account for administrators, and the card that others see. */
#include "people/people-private.h"

#include <string.h>

static const char *const VISIBILITIES[] = {"nobody", "classes", "everyone"};

const char *visibility_name(Visibility shown)
{
	return shown <= VISIBLE_SEEN ? VISIBILITIES[shown] : VISIBILITIES[0];
}

bool visibility_read(const char *field, const char *name, Visibility *ret, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(VISIBILITIES); i++) {
		if (strcmp(name, VISIBILITIES[i]) == 0) {
			*ret = (Visibility)i;
			return true;
		}
	}
	return error_reason(error, ERROR_INVALID, "invalid", field,
			    "It is shown to nobody, classes or everyone");
}

static json_t *time_or_null(Query *query, int column)
{
	char text[TIME_TEXT_SIZE];

	if (query_is_null(query, column))
		return json_null();
	clock_format(query_int(query, column), text);
	return json_string(text);
}

static bool add(json_t *object, const char *name, json_t *part)
{
	return part && json_object_set_new(object, name, part) == 0;
}

/* --- Contacts --- */

bool people_add_contacts(People *self, json_t *object, const char *person, bool with_shown,
			 GError **error)
{
	static const char *const NAMES[] = {"email", "phone"};

	for (int i = 0; i < 2; i++) {
		g_autoptr(Query) query = store_query(self->store, "find_contact");
		g_autofree char *shown = g_strconcat(NAMES[i], "_shown_to", NULL);
		bool row;

		query_bind_text(query, ":person", person);
		query_bind_int(query, ":kind", i + 1);
		if (!query_next(query, &row, error))
			return false;
		json_object_set_new(object, NAMES[i],
				    json_text_or_null(row ? query_text(query, 0) : NULL));
		if (with_shown)
			json_object_set_new(object, shown,
					    json_string(visibility_name(
						    row ? (Visibility)query_int(query, 1)
							: VISIBLE_NOBODY)));
	}
	return true;
}

/* --- The account --- */

static json_t *load_account(People *self, const char *person, GError **error)
{
	static const struct {
		const char *name;
		int column;
	} TEXTS[] = {{"family_name", 1}, {"given_name", 2}, {"patronymic", 3},
		     {"birth_date", 4},	 {"login", 5},	    {"about", 6}};
	g_autoptr(Query) query = store_query(self->store, "find_account");
	json_t *account;

	query_bind_text(query, ":id", person);
	if (!query_one(query, error))
		return NULL;
	account = json_loads(query_text(query, 0), 0, NULL);
	g_assert(account);
	for (size_t i = 0; i < G_N_ELEMENTS(TEXTS); i++)
		json_object_set_new(account, TEXTS[i].name,
				    json_text_or_null(query_text(query, TEXTS[i].column)));
	json_object_set_new(account, "has_password", json_boolean(query_int(query, 7)));
	json_object_set_new(account, "last_seen_at", time_or_null(query, 8));
	json_object_set_new(account, "blocked_since", time_or_null(query, 9));
	return account;
}

static json_t *role_ends_json(People *self, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_role_ends");
	g_autoptr(json_t) items = json_array();
	bool row = true;

	query_bind_text(query, ":person", person);
	while (row) {
		if (!query_next(query, &row, error))
			return NULL;
		if (row)
			json_array_append_new(items, json_pack("{s:s, s:s}", "role",
							       role_name((Role)query_int(query, 0)),
							       "ends_on", query_text(query, 1)));
	}
	return g_steal_pointer(&items);
}

json_t *people_account_json(People *self, const char *person, GError **error)
{
	g_autoptr(json_t) account = load_account(self, person, error);

	if (!account || !people_add_contacts(self, account, person, true, error) ||
	    !add(account, "role_ends", role_ends_json(self, person, error)) ||
	    !people_add_family(self, account, person, error) ||
	    !add(account, "classes", people_classes_of(self, person, error)) ||
	    !add(account, "sessions", people_sessions_of(self, person, NULL, error)) ||
	    !add(account, "correction", corrections_person_json(self, person, error)))
		return NULL;
	return g_steal_pointer(&account);
}

/* --- The card --- */

static bool is_shown(People *self, const Actor *actor, const char *person, Visibility shown)
{
	if (actor_is_administrator(actor) || people_is_self(actor, person) ||
	    shown == VISIBLE_SEEN)
		return true;
	return shown == VISIBLE_CLASSES && self->belonging.share_class &&
	       self->belonging.share_class(self->belonging_room, actor->person.text, person);
}

/* Takes away what this actor is not shown. */
static bool hide_contacts(People *self, const Actor *actor, const char *person, json_t *card,
			  GError **error)
{
	static const char *const NAMES[] = {"email", "phone"};

	for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++) {
		g_autofree char *key = g_strconcat(NAMES[i], "_shown_to", NULL);
		Visibility shown = VISIBLE_NOBODY;

		if (!visibility_read(key, json_string_value(json_object_get(card, key)), &shown,
				     error))
			return false;
		if (!is_shown(self, actor, person, shown))
			json_object_set_new(card, NAMES[i], json_null());
		json_object_del(card, key);
	}
	return true;
}

/* Day and month: how old somebody becomes is not told. */
static json_t *birthday_json(const char *birth_date)
{
	return birth_date && strlen(birth_date) == 10 ? json_string(birth_date + 5) : json_null();
}

static json_t *load_card(People *self, const Actor *actor, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_card");
	json_t *card;
	bool shown;

	query_bind_text(query, ":id", person);
	if (!query_one(query, error))
		return NULL;
	shown = is_shown(self, actor, person, (Visibility)query_int(query, 3));
	card = json_loads(query_text(query, 0), 0, NULL);
	g_assert(card);
	json_object_set_new(card, "about", json_string(query_text(query, 1)));
	json_object_set_new(card, "birthday",
			    shown ? birthday_json(query_text(query, 2)) : json_null());
	return card;
}

json_t *people_card_json(People *self, const Actor *actor, const char *person, GError **error)
{
	g_autoptr(json_t) card = load_card(self, actor, person, error);

	if (!card || !people_add_contacts(self, card, person, true, error) ||
	    !hide_contacts(self, actor, person, card, error) ||
	    !add(card, "classes", people_classes_of(self, person, error)))
		return NULL;
	return g_steal_pointer(&card);
}
