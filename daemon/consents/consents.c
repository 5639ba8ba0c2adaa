/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rules of consents: who may say yes for whom, and what ends with a no. */
#include "consents/consents-private.h"

#include <string.h>

const Migration CONSENTS_MIGRATION = {.resource = "/urok/consents/consents-schema.sql"};

/* --- Questions --- */

static bool is_pupil(Consents *self, const char *person)
{
	return people_roles(self->people, person) & ROLE_PUPIL;
}

bool consents_has(Consents *self, const char *purpose, const char *subject)
{
	bool pupil = is_pupil(self, subject);
	g_autoptr(Query) query = store_query(self->store, "has_consent");
	bool row;

	query_bind_text(query, ":subject", subject);
	query_bind_text(query, ":purpose", purpose);
	query_bind_int(query, ":for_pupils", pupil);
	return query_next(query, &row, NULL) && row;
}

static bool has(void *room, const char *purpose, const char *subject)
{
	return consents_has(room, purpose, subject);
}

/* When it cannot be told, nobody is let through. */
static bool waits(void *room, const char *person)
{
	Consents *self = room;
	bool pupil = is_pupil(self, person);
	g_autoptr(Query) query = store_query(self->store, "lacks_consent");
	bool row;

	query_bind_text(query, ":subject", person);
	query_bind_int(query, ":for_pupils", pupil);
	return !query_next(query, &row, NULL) || row;
}

/* ret_version 0: there is none that holds and counts. */
static bool find_held(Consents *self, const ConsentKind *kind, const char *subject,
                      int64_t *ret_version, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_consent");
	bool row;

	query_bind_text(query, ":subject", subject);
	query_bind_text(query, ":kind", kind->id.text);
	if (!query_next(query, &row, error))
		return false;
	*ret_version = row && query_int(query, 0) >= kind->counts_from ? query_int(query, 0) : 0;
	return true;
}

/* To any text, also one that does not count any more. */
static bool is_given(Consents *self, const ConsentKind *kind, const char *subject, bool *ret_given,
                     GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_consent");

	query_bind_text(query, ":subject", subject);
	query_bind_text(query, ":kind", kind->id.text);
	return query_next(query, ret_given, error);
}

static json_t *wanted_json(const ConsentKind *kind)
{
	return json_pack("{s:s, s:s, s:s, s:I, s:s, s:b}", "kind", kind->id.text, "title",
	                 kind->title, "text", kind->text, "version", (json_int_t)kind->version,
	                 "purpose", kind->purpose, "required", kind->required);
}

static bool add_wanted(Consents *self, const GPtrArray *kinds, const char *subject, bool required,
                       json_t *list, GError **error)
{
	bool pupil = is_pupil(self, subject);

	for (guint i = 0; i < kinds->len; i++) {
		const ConsentKind *kind = kinds->pdata[i];
		int64_t held = 0;

		if (!kind->enabled || kind->required != required || kind->for_pupils != pupil)
			continue;
		if (!find_held(self, kind, subject, &held, error))
			return false;
		if (!held)
			json_array_append_new(list, wanted_json(kind));
	}
	return true;
}

json_t *consents_wanted(Consents *self, const char *subject, GError **error)
{
	g_autoptr(GPtrArray) kinds = kinds_load(self, error);
	g_autoptr(json_t) list = json_array();

	if (!kinds || !add_wanted(self, kinds, subject, true, list, error) ||
	    !add_wanted(self, kinds, subject, false, list, error))
		return NULL;
	return g_steal_pointer(&list);
}

/* --- Rules --- */

static bool check_may_speak(Consents *self, const Actor *actor, const ConsentKind *kind,
                            const char *subject, GError **error)
{
	unsigned roles = people_roles(self->people, subject);

	if (!roles || kind->for_pupils != !!(roles & ROLE_PUPIL))
		return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
	if (actor_is_administrator(actor))
		return true;
	if (actor->kind == ACTOR_PERSON &&
	    (kind->for_pupils ? people_is_parent_of(self->people, actor->person.text, subject)
	                      : strcmp(actor->person.text, subject) == 0))
		return true;
	return error_set(error, ERROR_FORBIDDEN,
	                 kind->for_pupils ? "For a pupil a parent says it"
	                                  : "Everybody says it for themselves");
}

static bool append(Consents *self, const Actor *actor, const char *kind, const char *subject,
                   json_t *body, GError **error)
{
	g_autofree char *scope = g_strconcat("person:", subject, NULL);
	g_autoptr(Event) event = event_new(actor, kind, scope, subject, body);

	return events_append(self->events, event, error);
}

/* Nobody has seen the program's own text yet: from now on it is the school's first. */
static bool adopt(Consents *self, ConsentKind *kind, GError **error)
{
	if (kind->version)
		return true;
	kind->version = kind->counts_from = 1;
	return kinds_append(self, &ACTOR_OF_SYSTEM, kind, error);
}

/* Who is neither the person nor the parent knows it from paper. */
static bool is_on_paper(Consents *self, const Actor *actor, const char *subject)
{
	return actor->kind != ACTOR_PERSON ||
	       (strcmp(actor->person.text, subject) != 0 &&
	        !people_is_parent_of(self->people, actor->person.text, subject));
}

/* version -1: whatever it is now. */
static bool give(Consents *self, const Actor *actor, const char *id, const char *subject,
                 int64_t version, GError **error)
{
	g_autoptr(ConsentKind) kind = kinds_find(self, id, error);
	int64_t held;

	if (!kind || !check_may_speak(self, actor, kind, subject, error))
		return false;
	if (!kind->enabled)
		return error_set(error, ERROR_CONFLICT, "The school does not ask for this consent");
	if (version >= 0 && version != kind->version)
		return error_reason(error, ERROR_CONFLICT, "consent-text-changed", NULL,
		                    "The text was changed meanwhile; please read it again");
	if (!find_held(self, kind, subject, &held, error))
		return false;
	if (held && held == kind->version)
		return true;
	return adopt(self, kind, error) &&
	       append(self, actor, "consent.given", subject,
	              json_pack("{s:s, s:I, s:b}", "kind", id, "version",
	                        (json_int_t)kind->version, "on_paper",
	                        is_on_paper(self, actor, subject)),
	              error);
}

bool consents_give(Consents *self, const Actor *actor, const char *kind, const char *subject,
                   GError **error)
{
	return give(self, actor, kind, subject, -1, error);
}

bool consents_give_version(Consents *self, const Actor *actor, const char *kind,
                           const char *subject, int64_t version, GError **error)
{
	GError *refusal = NULL;

	if (give(self, actor, kind, subject, version, &refusal))
		return true;
	if (g_strcmp0(error_reason_of(refusal), "at-the-school") != 0) {
		g_propagate_error(error, refusal);
		return false;
	}
	/* Nobody but the person vouches for a yes, so nobody stands between (decision 0155). */
	g_clear_error(&refusal);
	return error_reason(error, ERROR_CONFLICT, "consent-at-school", NULL,
	                    "A consent is given at the school's own server or on paper; it can be "
	                    "taken back from here");
}

static bool end_feature(Consents *self, const Actor *actor, const ConsentKind *kind,
                        const char *subject, GError **error)
{
	if (strcmp(kind->purpose, PURPOSE_PHOTO) != 0 || !is_pupil(self, subject) ||
	    consents_has(self, PURPOSE_PHOTO, subject))
		return true;
	return people_drop_picture(self->people, actor, subject, error);
}

bool consents_withdraw(Consents *self, const Actor *actor, const char *id, const char *subject,
                       GError **error)
{
	g_autoptr(ConsentKind) kind = kinds_find(self, id, error);
	bool given;

	if (!kind || !check_may_speak(self, actor, kind, subject, error) ||
	    !is_given(self, kind, subject, &given, error))
		return false;
	return !given ||
	       (append(self, actor, "consent.withdrawn", subject, json_pack("{s:s}", "kind", id),
	              error) &&
	        end_feature(self, actor, kind, subject, error));
}

/* --- The room --- */

Consents *consents_new(const ConsentsOptions *options)
{
	static const Agreement AGREEMENT = {has, waits};
	Consents *self = g_new0(Consents, 1);

	self->store = options->store;
	self->events = options->events;
	self->people = options->people;
	self->school = options->school;
	self->documents = options->documents;
	events_add_kinds(self->events, CONSENTS_EVENTS, self);
	consents_follow(self);
	store_add_person_data(self->store, &CONSENTS_DATA, self);
	people_set_agreement(self->people, options->http, &AGREEMENT, self);
	return self;
}

void consents_free(Consents *self)
{
	g_free(self);
}
