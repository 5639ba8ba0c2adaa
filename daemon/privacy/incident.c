/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the school has to tell when data got into wrong hands, within 24 and 72 hours: whose data,
 * which, since when, and who looked. For the console. */
#include "privacy/privacy-private.h"

#include "base/text.h"

#include <string.h>

#define SLOT_MS   (10 * 60 * 1000)
#define ROWS_MAX  5000

static json_t *time_json(int64_t wall_ms)
{
	char text[TIME_TEXT_SIZE];

	clock_format(wall_ms, text);
	return json_string(text);
}

static json_t *person_json(Privacy *self, const char *id)
{
	json_t *person = id_is_valid(id) ? people_to_json(self->people, id, NULL) : NULL;

	return person ? person : json_pack("{s:s}", "id", id);
}

/* A day, from its midnight in UTC. */
static bool read_since(Request *request, int64_t *ret_ms, GError **error)
{
	const char *since = request_query(request, "since");
	g_autoptr(GDateTime) day = NULL;
	g_autofree char *text = since ? g_strconcat(since, "T00:00:00Z", NULL) : NULL;

	if (text && text_is_date(since))
		day = g_date_time_new_from_iso8601(text, NULL);
	if (!day)
		return error_reason(error, ERROR_INVALID, "invalid", "since",
		                    "since is a day like 2026-11-20");
	*ret_ms = g_date_time_to_unix(day) * 1000;
	return true;
}

static bool read_account(Privacy *self, Request *request, char **ret_person, GError **error)
{
	const char *login = request_query(request, "login");

	if (!login)
		return true;
	*ret_person = people_dup_id_of_login(self->people, login, error);
	return *ret_person != NULL;
}

static bool add_looks(Privacy *self, const char *account, int64_t since_ms, json_t *into,
                      GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_looks_since");
	json_t *looks = json_array();
	bool row = true;

	json_object_set_new(into, "looks", looks);
	query_bind_int(query, ":since_slot", since_ms / SLOT_MS);
	query_bind_text(query, ":actor", account);
	query_bind_int(query, ":limit", ROWS_MAX + 1);
	while (row) {
		if (!query_next(query, &row, error))
			return false;
		if (!row || json_array_size(looks) == ROWS_MAX)
			break;
		json_array_append_new(
			looks, json_pack("{s:o, s:o, s:s, s:I, s:o, s:o}", "whose",
		                         person_json(self, query_text(query, 0)), "who",
		                         person_json(self, query_text(query, 1)), "purposes",
		                         query_text(query, 2), "times",
		                         (json_int_t)query_int(query, 3), "first_at",
		                         time_json(query_int(query, 4) * SLOT_MS), "last_at",
		                         time_json(query_int(query, 5) * SLOT_MS)));
	}
	json_object_set_new(into, "cut_off", json_boolean(row));
	return true;
}

static bool add_people(Privacy *self, json_t *into, GError **error)
{
	static const char *const NAMES[] = {"all", "administrators", "teachers", "pupils", "parents"};
	g_autoptr(Query) query = store_query(self->store, "count_people_by_role");
	json_t *people = json_object();

	json_object_set_new(into, "people", people);
	if (!query_one(query, error))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++)
		json_object_set_new(people, NAMES[i], json_integer(query_int(query, (int)i)));
	return true;
}

bool get_incident(void *room, Request *request, GError **error)
{
	static const char *const NAMES[] = {"since", "login", NULL};
	Privacy *self = room;
	g_autofree char *account = NULL;
	g_autoptr(json_t) answer = json_object();
	int64_t since_ms = 0;

	if (!request_check_query(request, NAMES, error) || !read_since(request, &since_ms, error) ||
	    !read_account(self, request, &account, error))
		return false;
	json_object_set_new(answer, "since", time_json(since_ms));
	json_object_set_new(answer, "until", time_json(events_now_ms(self->events)));
	json_object_set_new(answer, "account", account ? person_json(self, account) : json_null());
	json_object_set_new(answer, "kept", store_person_rooms(self->store));
	if (!add_people(self, answer, error) || !add_looks(self, account, since_ms, answer, error))
		return false;
	request_reply_object(request, 200, g_steal_pointer(&answer));
	return true;
}
