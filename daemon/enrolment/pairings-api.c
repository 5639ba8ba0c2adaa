/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The steps of a parent's pairing as requests: begun by a code, gone on with by a ticket. */
#include "enrolment/enrolment-private.h"

typedef struct {
	const char *code;
	json_t *account; /* NULL: who is signed in */
	Newcomer who;
	const char *password;
} Beginning;

static bool read_account(json_t *account, Beginning *ret, GError **error)
{
	const Field fields[] = {
		{"family_name", FIELD_TEXT, true, 0, &ret->who.family_name},
		{"given_name", FIELD_TEXT, true, 0, &ret->who.given_name},
		{"patronymic", FIELD_TEXT, false, 0, &ret->who.patronymic},
		{"login", FIELD_TEXT, true, 0, &ret->who.login},
		{"password", FIELD_TEXT, true, 0, &ret->password},
		{0},
	};

	return json_read(account, fields, error);
}

static bool read_beginning(Request *request, Beginning *ret, GError **error)
{
	const Field fields[] = {
		{"code", FIELD_TEXT, true, 2 * TOKEN_LENGTH, &ret->code},
		{"account", FIELD_OBJECT, false, 0, &ret->account},
		{0},
	};

	return json_read(request_body(request), fields, error) &&
	       (!ret->account || read_account(ret->account, ret, error));
}

static bool begin(Enrolment *self, Request *request, const char *hash, GError **error)
{
	Beginning beginning = {0};
	Pairing pairing = {0};
	char *ticket = NULL;
	json_t *object;

	if (!read_beginning(request, &beginning, error) ||
	    !pairings_begin(self, request_actor(request), beginning.code,
			    beginning.account ? &beginning.who : NULL, hash, &ticket, &pairing,
			    error))
		return false;
	object = pairing_json(self, &pairing, error);
	if (object) {
		json_object_set_new(object, "ticket", json_string(ticket));
		request_reply_object(request, 201, object);
	}
	secret_free(ticket);
	return object != NULL;
}

static bool finish_beginning(void *room, Request *request, GError **error)
{
	Held *held = room;

	return begin(held->enrolment, request, held->hash, error);
}

bool post_pairing(void *room, Request *request, GError **error)
{
	Enrolment *self = room;
	Beginning beginning = {0};
	Invitation invitation;

	if (!read_beginning(request, &beginning, error))
		return false;
	if (!beginning.account)
		return begin(self, request, NULL, error);
	return pairings_check(self, request_actor(request), beginning.code, &beginning.who,
			      &invitation, error) &&
	       people_check_password(self->people, beginning.password, beginning.who.login,
				     error) &&
	       enrolment_hash(self, request, beginning.password, finish_beginning, error);
}

static bool reply(Enrolment *self, Request *request, const Pairing *pairing, GError **error)
{
	json_t *object = pairing_json(self, pairing, error);

	if (!object)
		return false;
	request_reply_object(request, 200, object);
	return true;
}

static bool find(Enrolment *self, Request *request, Pairing *ret, GError **error)
{
	const char *ticket = NULL;
	const Field fields[] = {{"ticket", FIELD_TEXT, true, 2 * TOKEN_LENGTH, &ticket}, {0}};

	return json_read(request_body(request), fields, error) &&
	       pairings_find(self, request_actor(request), ticket, ret, error);
}

bool look_at_pairing(void *room, Request *request, GError **error)
{
	Pairing pairing = {0};

	return find(room, request, &pairing, error) && reply(room, request, &pairing, error);
}

bool post_proof(void *room, Request *request, GError **error)
{
	const char *ticket = NULL;
	const char *birth_date = NULL;
	const Field fields[] = {
		{"ticket", FIELD_TEXT, true, 2 * TOKEN_LENGTH, &ticket},
		{"birth_date", FIELD_TEXT, true, 10, &birth_date},
		{0},
	};
	Pairing pairing = {0};

	return json_read(request_body(request), fields, error) &&
	       pairings_find(room, request_actor(request), ticket, &pairing, error) &&
	       pairings_prove(room, &pairing, birth_date, error) &&
	       reply(room, request, &pairing, error);
}

/* What is left out stays as it is. */
static bool read_corrections(const json_t *child, PersonNames *ret, GError **error)
{
	const Field fields[] = {
		{"family_name", FIELD_TEXT, false, 0, &ret->family_name},
		{"given_name", FIELD_TEXT, false, 0, &ret->given_name},
		{"patronymic", FIELD_TEXT, false, 0, &ret->patronymic},
		{"birth_date", FIELD_TEXT, false, 0, &ret->birth_date},
		{0},
	};

	if (json_is_null(json_object_get(child, "patronymic")))
		ret->patronymic = "";
	return json_read(child, fields, error);
}

bool post_confirmation(void *room, Request *request, GError **error)
{
	Enrolment *self = room;
	const char *ticket = NULL;
	json_t *child = NULL;
	json_t *consents = NULL;
	bool own_device = false;
	const Field fields[] = {
		{"ticket", FIELD_TEXT, true, 2 * TOKEN_LENGTH, &ticket},
		{"child", FIELD_OBJECT, false, 0, &child},
		{"consents", FIELD_ARRAY, false, 50, &consents},
		{"own_device", FIELD_BOOL, false, 0, &own_device},
		{0},
	};
	PersonNames names = {0};
	Confirmation confirmation = {0};
	Pairing pairing = {0};
	Id person;

	if (!json_read(request_body(request), fields, error) ||
	    !pairings_find(self, request_actor(request), ticket, &pairing, error) ||
	    (child && !read_corrections(child, &names, error)))
		return false;
	confirmation.corrections = json_object_size(child) ? &names : NULL;
	confirmation.consents = consents;
	if (!pairings_confirm(self, request_actor(request), &pairing, &confirmation, &person,
			      error))
		return false;
	if (id_is_empty(&pairing.person))
		return people_reply_signed_in(self->people, request, person.text, own_device,
					      error);
	request_reply_empty(request);
	return true;
}

bool post_refusal(void *room, Request *request, GError **error)
{
	Pairing pairing = {0};

	if (!find(room, request, &pairing, error) || !pairings_cancel(room, &pairing, error))
		return false;
	request_reply_empty(request);
	return true;
}
