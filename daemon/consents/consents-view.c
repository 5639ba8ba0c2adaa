/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Consents as JSON: the administrators' list of kinds, and what was said for one person. */
#include "consents/consents-private.h"

#include <string.h>

static json_t *time_json(Hlc hlc)
{
	char text[TIME_TEXT_SIZE];

	clock_format(HLC_MS(hlc), text);
	return json_string(text);
}

/* --- Kinds --- */

static bool count_given(Consents *self, const ConsentKind *kind, int64_t *ret_count,
                        GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "count_consents");

	query_bind_text(query, ":kind", kind->id.text);
	query_bind_int(query, ":counts_from", kind->counts_from);
	if (!query_one(query, error))
		return false;
	*ret_count = query_int(query, 0);
	return true;
}

json_t *consents_kind_json(Consents *self, const ConsentKind *kind, GError **error)
{
	int64_t given;

	if (!count_given(self, kind, &given, error))
		return NULL;
	return json_pack("{s:s, s:s, s:b, s:b, s:b, s:I, s:s, s:s, s:I}", "id", kind->id.text,
	                 "purpose", kind->purpose, "for_pupils", kind->for_pupils, "required",
	                 kind->required, "enabled", kind->enabled, "version",
	                 (json_int_t)kind->version, "title", kind->title, "text", kind->text,
	                 "given_count", (json_int_t)given);
}

json_t *consents_kinds_json(Consents *self, GError **error)
{
	g_autoptr(GPtrArray) kinds = kinds_load(self, error);
	g_autoptr(json_t) items = json_array();

	for (guint i = 0; kinds && i < kinds->len; i++) {
		json_t *item = consents_kind_json(self, kinds->pdata[i], error);

		if (!item)
			return NULL;
		json_array_append_new(items, item);
	}
	return kinds ? json_pack("{s:O}", "items", items) : NULL;
}

/* --- One person --- */

static json_t *person_json(Consents *self, const char *id)
{
	json_t *person = id ? people_to_json(self->people, id, NULL) : NULL;

	return person ? person : json_null();
}

static json_t *consent_json(Consents *self, Query *query)
{
	bool held = query_is_null(query, 6);

	return json_pack("{s:s, s:I, s:s?, s:s?, s:o, s:o, s:b, s:o, s:o}", "kind",
	                 query_text(query, 0), "version", (json_int_t)query_int(query, 1), "title",
	                 query_text(query, 7), "text", query_text(query, 8), "given_by",
	                 person_json(self, query_text(query, 2)), "given_at",
	                 time_json((Hlc)query_int(query, 4)), "on_paper", (int)query_int(query, 3),
	                 "withdrawn_by", person_json(self, query_text(query, 5)), "withdrawn_at",
	                 held ? json_null() : time_json((Hlc)query_int(query, 6)));
}

static json_t *list_consents(Consents *self, const char *subject, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_consents");
	g_autoptr(json_t) items = json_array();
	bool row = true;

	query_bind_text(query, ":subject", subject);
	while (row) {
		if (!query_next(query, &row, error))
			return NULL;
		if (row)
			json_array_append_new(items, consent_json(self, query));
	}
	return g_steal_pointer(&items);
}

json_t *consents_person_json(Consents *self, const Actor *actor, const char *subject,
                             GError **error)
{
	g_autoptr(json_t) wanted = consents_wanted(self, subject, error);
	g_autoptr(json_t) given = wanted ? list_consents(self, subject, error) : NULL;
	g_autoptr(json_t) person = given ? people_to_json(self->people, subject, error) : NULL;
	bool pupil = people_roles(self->people, subject) & ROLE_PUPIL;
	bool own = strcmp(actor->person.text, subject) == 0;

	if (!person)
		return NULL;
	return json_pack("{s:O, s:O, s:O, s:b, s:b}", "person", person, "wanted", wanted, "given",
	                 given, "waits", people_waits(self->people, subject), "may_answer",
	                 !pupil || !own);
}

/* What was said for this person. Ids and texts of the school: nothing of it has to be erased, and it
 * proves that there was a consent as long as there were data. */
static bool export(void *room, const char *person, json_t *into, int64_t *cursor, GError **error)
{
	json_t *given = list_consents(room, person, error);

	if (given)
		json_object_set_new(into, "consents", given);
	return given != NULL;
}

const PersonData CONSENTS_DATA = {.name = "consents", .export = export};
