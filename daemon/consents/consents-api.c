/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way in: the kinds for administrators, one person's consents for whom they concern. */
#include "consents/consents-private.h"

#include "base/text.h"

#define KIND_BODY_MAX (64 * 1024)

static bool reply(Request *request, unsigned status, json_t *object)
{
	if (!object)
		return false;
	request_reply_object(request, status, object);
	return true;
}

/* --- Kinds --- */

static bool get_kinds(void *room, Request *request, GError **error)
{
	return reply(request, 200, consents_kinds_json(room, error));
}

static bool read_change(Request *request, KindChange *ret, GError **error)
{
	const Field fields[] = {
		{"purpose", FIELD_TEXT, true, 0, &ret->purpose},
		{"title", FIELD_TEXT, true, 0, &ret->title},
		{"text", FIELD_TEXT, true, 0, &ret->text},
		{"for_pupils", FIELD_BOOL, true, 0, &ret->for_pupils},
		{"required", FIELD_BOOL, true, 0, &ret->required},
		{"enabled", FIELD_BOOL, true, 0, &ret->enabled},
		{"ask_again", FIELD_BOOL, false, 0, &ret->ask_again},
		{0},
	};

	return json_read(request_body(request), fields, error);
}

static bool set_kind(Consents *self, Request *request, const char *id, GError **error)
{
	g_autoptr(ConsentKind) kind = NULL;
	KindChange change = {0};
	Id made;

	if (!read_change(request, &change, error) ||
	    !kinds_set(self, request_actor(request), id, &change, &made, error))
		return false;
	kind = kinds_find(self, made.text, error);
	return kind && reply(request, id ? 200 : 201, consents_kind_json(self, kind, error));
}

static bool post_kind(void *room, Request *request, GError **error)
{
	return set_kind(room, request, NULL, error);
}

static bool put_kind(void *room, Request *request, GError **error)
{
	const char *id;

	return request_param_id(request, "kind", &id, error) && set_kind(room, request, id, error);
}

/* --- One person: the gate has judged who may look; the rules judge who may speak --- */

static bool get_consents(void *room, Request *request, GError **error)
{
	return reply(request, 200, consents_person_json(room, request_actor(request),
	                                                request_param(request, "person"), error));
}

static bool put_consent(void *room, Request *request, GError **error)
{
	const char *person = request_param(request, "person");
	const char *kind;
	gint64 version = -1;
	const Field fields[] = {{"version", FIELD_INT, true, 0, &version}, {0}};

	if (!request_param_id(request, "kind", &kind, error) ||
	    !json_read(request_body(request), fields, error))
		return false;
	if (version < 0)
		return error_reason(error, ERROR_INVALID, "invalid", "version",
		                    "A version is 0 or more");
	return consents_give_version(room, request_actor(request), kind, person, version, error) &&
	       get_consents(room, request, error);
}

static bool delete_consent(void *room, Request *request, GError **error)
{
	const char *person = request_param(request, "person");
	const char *kind;

	return request_param_id(request, "kind", &kind, error) &&
	       consents_withdraw(room, request_actor(request), kind, person, error) &&
	       get_consents(room, request, error);
}

#define CONSENTS "/api/v1/people/:person/consents"

const Route CONSENTS_ROUTES[] = {
	{GET, "/api/v1/consent-kinds", "administrator", 0, get_kinds},
	{POST, "/api/v1/consent-kinds", "administrator", KIND_BODY_MAX, post_kind},
	{PUT, "/api/v1/consent-kinds/:kind", "administrator", KIND_BODY_MAX, put_kind},
	{GET, CONSENTS, "person-guardian", 0, get_consents},
	{GET, "/api/v1/people/:person/consents.pdf", "person-guardian", 0, get_consents_paper},
	{PUT, CONSENTS "/:kind", "person-guardian", 256, put_consent, ROUTE_WAITING},
	{DELETE, CONSENTS "/:kind", "person-guardian", 0, delete_consent, ROUTE_WAITING | ROUTE_AFAR},
	{0},
};
