/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What somebody is called and when they were born: put right at once by who may, and else waiting
 * for one press of who may. */
#include "base/text.h"
#include "people/people-private.h"

#include <string.h>

/* --- What waits --- */

void correction_clear(Correction *self)
{
	g_free(self->event);
	g_free(self->by);
	for (int i = 0; i < N_NAME_PARTS; i++)
		g_free(self->parts[i]);
	*self = (Correction){0};
}

bool corrections_find(People *self, const char *person, Correction *ret, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_correction");
	bool row;

	query_bind_text(query, ":person", person);
	if (!query_next(query, &row, error))
		return false;
	if (!row)
		return true;
	ret->event = g_strdup(query_text(query, 0));
	ret->by = g_strdup(query_text(query, 1));
	ret->proposed_ms = query_int(query, 2);
	for (int i = 0; i < N_NAME_PARTS; i++)
		ret->parts[i] = g_strdup(query_text(query, 3 + i));
	return true;
}

/* --- What is true now, and what it would become --- */

typedef struct {
	char *parts[N_NAME_PARTS]; /* "": none */
	char *about;
	unsigned roles;
} State;

static void state_clear(State *self)
{
	for (int i = 0; i < N_NAME_PARTS; i++)
		g_free(self->parts[i]);
	g_free(self->about);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(State, state_clear)

static bool load_state(People *self, const char *person, State *ret, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_names");

	query_bind_text(query, ":id", person);
	if (!query_one(query, error))
		return false;
	for (int i = 0; i < N_NAME_PARTS; i++)
		ret->parts[i] = g_strdup(query_text(query, i) ? query_text(query, i) : "");
	ret->roles = (unsigned)query_int(query, 4);
	ret->about = g_strdup(query_text(query, 5));
	return true;
}

/* What is wished, trimmed and checked; NULL where nothing is. */
static bool check_wished(const PersonNames *names, char *ret_parts[N_NAME_PARTS], GError **error)
{
	const char *const wished[] = {names->family_name, names->given_name, names->patronymic,
				      names->birth_date};

	for (int i = 0; i < N_NAME_PARTS; i++) {
		if (!wished[i])
			continue;
		if (i == PART_BIRTH) {
			if (*wished[i] && !people_check_birth_date(wished[i], error))
				return false;
			ret_parts[i] = g_strdup(wished[i]);
			continue;
		}
		if (!names_check(NAME_PARTS[i], wished[i], i == PART_PATRONYMIC, &ret_parts[i],
				 error))
			return false;
		if (!ret_parts[i])
			ret_parts[i] = g_strdup("");
	}
	return true;
}

/* Appends what differs from what is; parts NULL: as they are. */
static bool apply_at_once(People *self, const Actor *actor, const char *person, const State *now,
			  char *const parts[N_NAME_PARTS], GError **error)
{
	const char *next[N_NAME_PARTS];
	bool named = false;

	for (int i = 0; i < N_NAME_PARTS; i++) {
		next[i] = parts[i] ? parts[i] : now->parts[i];
		named |= i != PART_BIRTH && strcmp(next[i], now->parts[i]) != 0;
	}
	if (named &&
	    !people_append(self, actor, "person.changed", person,
			   json_pack("{s:s, s:s, s:s?, s:s}", NAME_PARTS[PART_FAMILY],
				     next[PART_FAMILY], NAME_PARTS[PART_GIVEN], next[PART_GIVEN],
				     NAME_PARTS[PART_PATRONYMIC],
				     *next[PART_PATRONYMIC] ? next[PART_PATRONYMIC] : NULL, "about",
				     now->about),
			   error))
		return false;
	if (strcmp(next[PART_BIRTH], now->parts[PART_BIRTH]) == 0)
		return true;
	return people_append(self, actor, "person.birth.changed", person,
			     json_pack("{s:s?}", NAME_PARTS[PART_BIRTH],
				       *next[PART_BIRTH] ? next[PART_BIRTH] : NULL),
			     error);
}

/* --- Proposing --- */

static bool tell_approvers(People *self, const char *person, GError **error)
{
	g_autoptr(GPtrArray) teachers = NULL;
	g_autofree char *data = g_strdup_printf("{\"person_id\":\"%s\"}", person);

	events_signal(self->events, "admins", "corrections", person, data);
	if (!self->belonging.class_teachers)
		return true;
	teachers = self->belonging.class_teachers(self->belonging_room, person, error);
	for (guint i = 0; teachers && i < teachers->len; i++) {
		g_autofree char *scope = g_strconcat("person:", teachers->pdata[i], NULL);

		events_signal(self->events, scope, "corrections", person, data);
	}
	return teachers != NULL;
}

static bool close_waiting(People *self, const Actor *actor, const char *kind, const char *person,
			  const char *correction, GError **error)
{
	return people_append(self, actor, kind, person,
			     json_pack("{s:s}", "correction", correction), error) &&
	       tell_approvers(self, person, error);
}

/* The wish joins what waits already; what would change nothing is no wish. */
static bool propose(People *self, const Actor *actor, const char *person, const State *now,
		    char *const parts[N_NAME_PARTS], GError **error)
{
	g_auto(Correction) waiting = {0};
	g_autoptr(json_t) body = json_object();
	bool same = true;

	if (!corrections_find(self, person, &waiting, error))
		return false;
	for (int i = 0; i < N_NAME_PARTS; i++) {
		const char *part = parts[i] ? parts[i] : waiting.parts[i];

		if (part && strcmp(part, now->parts[i]) != 0)
			json_object_set_new(body, NAME_PARTS[i], json_string(part));
		same &= !parts[i] || g_strcmp0(parts[i], waiting.parts[i]
								? waiting.parts[i]
								: now->parts[i]) == 0;
	}
	if (same)
		return true;
	if (json_object_size(body) == 0)
		return !waiting.event || close_waiting(self, actor, "person.correction.rejected",
						       person, waiting.event, error);
	return people_append(self, actor, "person.correction.proposed", person, json_incref(body),
			     error) &&
	       tell_approvers(self, person, error);
}

static bool may_at_once(People *self, const Actor *actor, const char *person, unsigned roles)
{
	return actor_is_administrator(actor) || people_leads(self, actor, person) ||
	       (people_is_self(actor, person) && !(roles & ROLE_PUPIL));
}

static bool may_propose(People *self, const Actor *actor, const char *person)
{
	return actor->kind == ACTOR_PERSON &&
	       (people_is_self(actor, person) ||
		people_is_parent_of(self, actor->person.text, person));
}

bool people_correct(People *self, const Actor *actor, const char *person, const PersonNames *names,
		    GError **error)
{
	g_auto(Correction) wished = {0};
	g_auto(State) now = {0};

	if (!load_state(self, person, &now, error))
		return false;
	if (may_at_once(self, actor, person, now.roles))
		return check_wished(names, wished.parts, error) &&
		       apply_at_once(self, actor, person, &now, wished.parts, error);
	if (!may_propose(self, actor, person))
		return error_set(error, ERROR_FORBIDDEN, "This name is not yours to correct");
	return check_wished(names, wished.parts, error) &&
	       propose(self, actor, person, &now, wished.parts, error);
}

/* --- Deciding --- */

static bool find_person(People *self, const char *correction, Id *ret, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_correction_person");

	query_bind_text(query, ":event", correction);
	if (!query_one(query, error))
		return false;
	*ret = id_from(query_text(query, 0));
	return true;
}

bool corrections_may_decide(People *self, const Actor *actor, const char *correction,
			    GError **error)
{
	Id person;

	if (!find_person(self, correction, &person, error))
		return false;
	return people_leads(self, actor, person.text) || actor_is_administrator(actor) ||
	       error_set(error, ERROR_NOT_FOUND, "There is no such thing");
}

/* Whose page shows the child under the old name. */
static void tell_parents(People *self, const char *person)
{
	g_autoptr(GPtrArray) parents = people_parents(self, person, NULL);

	for (guint i = 0; parents && i < parents->len; i++)
		people_tell_changed(self, parents->pdata[i]);
}

bool corrections_decide(People *self, const Actor *actor, const char *correction, bool approve,
			GError **error)
{
	g_auto(Correction) waiting = {0};
	g_auto(State) now = {0};
	Id person;

	if (!find_person(self, correction, &person, error))
		return false;
	if (!people_leads(self, actor, person.text) && !actor_check_administrator(actor, error))
		return false;
	if (!load_state(self, person.text, &now, error) ||
	    !corrections_find(self, person.text, &waiting, error))
		return false;
	if ((approve && !apply_at_once(self, actor, person.text, &now, waiting.parts, error)) ||
	    !close_waiting(self, actor,
			   approve ? "person.correction.approved" : "person.correction.rejected",
			   person.text, correction, error))
		return false;
	tell_parents(self, person.text);
	return true;
}

/* --- The list of who decides --- */

static json_t *text_or_null(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

static json_t *fields_json(const State *now, const Correction *waiting)
{
	json_t *fields = json_array();

	for (int i = 0; i < N_NAME_PARTS; i++) {
		const char *part = waiting->parts[i];

		if (part)
			json_array_append_new(
				fields, json_pack("{s:s, s:o, s:o, s:o}", "name", NAME_PARTS[i],
						  "from", text_or_null(now->parts[i]), "to",
						  text_or_null(part), "doubts",
						  i == PART_BIRTH ? json_null()
								  : names_doubts(now->parts[i], part)));
	}
	return fields;
}

/* Whoever proposed it may be gone by now. */
static json_t *proposer_json(People *self, const char *by)
{
	json_t *person = id_is_valid(by) ? people_to_json(self, by, NULL) : NULL;

	return person ? person : json_null();
}

json_t *corrections_person_json(People *self, const char *person, GError **error)
{
	g_auto(Correction) waiting = {0};
	g_auto(State) now = {0};
	char at[TIME_TEXT_SIZE];
	json_t *whose;

	if (!corrections_find(self, person, &waiting, error) ||
	    !load_state(self, person, &now, error))
		return NULL;
	if (!waiting.event)
		return json_null();
	whose = people_to_json(self, person, error);
	if (!whose)
		return NULL;
	clock_format(waiting.proposed_ms, at);
	return json_pack("{s:s, s:o, s:o, s:s, s:o}", "id", waiting.event, "person", whose, "by",
			 proposer_json(self, waiting.by), "proposed_at", at, "fields",
			 fields_json(&now, &waiting));
}

json_t *corrections_names_json(People *self, const char *person, GError **error)
{
	g_auto(State) now = {0};
	g_autoptr(json_t) names = NULL;
	json_t *waiting;

	if (!load_state(self, person, &now, error))
		return NULL;
	waiting = corrections_person_json(self, person, error);
	if (!waiting)
		return NULL;
	names = json_object();
	for (int i = 0; i < N_NAME_PARTS; i++)
		json_object_set_new(names, NAME_PARTS[i], text_or_null(now.parts[i]));
	json_object_set_new(names, "correction", waiting);
	return g_steal_pointer(&names);
}

/* Whose wishes an actor may decide, oldest first for administrators. */
static GPtrArray *list_people(People *self, const Actor *actor, GError **error)
{
	g_autoptr(Query) query = NULL;

	if (!actor_is_administrator(actor)) {
		if (self->belonging.led_pupils)
			return self->belonging.led_pupils(self->belonging_room, actor->person.text,
							  error);
		return g_ptr_array_new_with_free_func(g_free);
	}
	query = store_query(self->store, "list_corrections");
	query_bind_int(query, ":after", 0);
	query_bind_int(query, ":limit", CORRECTIONS_SHOWN_MAX);
	return query_list_texts(query, error);
}

json_t *corrections_list_json(People *self, const Actor *actor, GError **error)
{
	g_autoptr(GPtrArray) people = list_people(self, actor, error);
	g_autoptr(json_t) items = json_array();

	for (guint i = 0; people && i < people->len; i++) {
		g_autoptr(json_t) item = corrections_person_json(self, people->pdata[i], error);
		json_t *class;

		if (!item)
			return NULL;
		if (json_is_null(item))
			continue;
		class = people_class_of(self, people->pdata[i], error);
		if (!class)
			return NULL;
		json_object_set_new(item, "class", class);
		json_array_append(items, item);
	}
	return people ? json_pack("{s:O}", "items", items) : NULL;
}
