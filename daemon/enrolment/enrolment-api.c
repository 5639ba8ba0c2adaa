/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way in: invitations as they are made, opened and pressed. */
#include "base/text.h"
#include "enrolment/enrolment-private.h"

#include <string.h>

static const Field NOTHING[] = {{0}};

/* --- Making --- */

static bool reply_issued(Enrolment *self, Request *request, const NewInvitation *wanted,
			 GError **error)
{
	g_auto(Issued) issued = {0};

	if (!invitations_make(self, request_actor(request), wanted, &issued, error))
		return false;
	request_reply_object(request, 201, issued_json(self, &issued));
	return true;
}

static bool check_not_here_yet(Enrolment *self, const char *person, GError **error)
{
	return !people_has_password(self->people, person) ||
	       error_reason(error, ERROR_CONFLICT, "came-in-already", NULL,
			    "This person came in already; give a new way in instead");
}

static bool post_person_invitation(void *room, Request *request, GError **error)
{
	Enrolment *self = room;
	const NewInvitation wanted = {INVITES_PERSON, request_param(request, "person"),
				      PERSON_LINK_S, true};

	return json_read(request_body(request), NOTHING, error) &&
	       check_not_here_yet(self, wanted.subject, error) &&
	       reply_issued(self, request, &wanted, error);
}

static bool post_class_invitation(void *room, Request *request, GError **error)
{
	const NewInvitation wanted = {INVITES_TO_CLASS, request_param(request, "class"),
				      CLASS_LINK_S, true};

	return json_read(request_body(request), NOTHING, error) &&
	       reply_issued(room, request, &wanted, error);
}

static bool delete_class_invitation(void *room, Request *request, GError **error)
{
	if (!invitations_revoke(room, INVITES_TO_CLASS, request_param(request, "class"), error))
		return false;
	request_reply_empty(request);
	return true;
}

static void add_short_code(Enrolment *self, const char *child, json_t *object)
{
	char locator[LOCATOR_LENGTH + 1];
	char digits[DIGITS_LENGTH + 1];

	short_codes_make(self->short_codes, child, self->boot_ms(), locator, digits);
	json_object_set_new(object, "short_code",
			    json_pack("{s:s, s:s, s:i}", "locator", locator, "digits", digits,
				      "lives_s", SHORT_CODE_S));
}

static bool check_room(Enrolment *self, const char *child, GError **error)
{
	return people_has_room_for_parent(self->people, child) ||
	       error_reason(error, ERROR_CONFLICT, "parents-full", NULL,
			    "There are two parents already; ask the class teacher");
}

static bool post_parent_invitation(void *room, Request *request, GError **error)
{
	Enrolment *self = room;
	const char *child = request_actor(request)->person.text;
	const NewInvitation wanted = {INVITES_PARENT, child, PARENT_LINK_S, false};
	g_auto(Issued) issued = {0};
	json_t *object;

	if (!json_read(request_body(request), NOTHING, error) || !check_room(self, child, error) ||
	    !invitations_make(self, request_actor(request), &wanted, &issued, error))
		return false;
	object = issued_json(self, &issued);
	add_short_code(self, child, object);
	request_reply_object(request, 201, object);
	return true;
}

static bool delete_parent_invitations(void *room, Request *request, GError **error)
{
	if (!invitations_revoke(room, INVITES_PARENT, request_actor(request)->person.text, error))
		return false;
	request_reply_empty(request);
	return true;
}

/* --- Opening --- */

static bool look_at_invitation(void *room, Request *request, GError **error)
{
	Enrolment *self = room;
	const Actor *actor = request_actor(request);
	const char *code = NULL;
	const Field fields[] = {{"code", FIELD_TEXT, true, 2 * TOKEN_LENGTH, &code}, {0}};
	Invitation invitation = {0};
	g_autofree char *instead = NULL;
	json_t *look;

	if (!json_read(request_body(request), fields, error) ||
	    !invitations_find(self, code, &invitation, &instead, error))
		return false;
	look = invitation_look_json(self, actor, &invitation, error);
	if (!look)
		return false;
	json_object_set_new(look, "code", json_string(instead ? instead : code));
	request_reply_object(request, 200, look);
	return true;
}

static bool look_at_application(void *room, Request *request, GError **error)
{
	const char *ticket = NULL;
	const Field fields[] = {{"ticket", FIELD_TEXT, true, 2 * TOKEN_LENGTH, &ticket}, {0}};
	Waiting state;

	if (!json_read(request_body(request), fields, error) ||
	    !applications_find(room, ticket, &state, error))
		return false;
	request_reply_object(request, 200, json_pack("{s:s}", "state", waiting_name(state)));
	return true;
}

/* --- The class teacher --- */

static bool add_link(Enrolment *self, json_t *object, const char *class_id, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_class_link");
	char made_at[TIME_TEXT_SIZE];
	char expires_at[TIME_TEXT_SIZE];
	json_t *link = json_null();
	bool row;

	query_bind_text(query, ":class", class_id);
	query_bind_int(query, ":now", events_now_ms(self->events));
	if (!query_next(query, &row, error))
		return false;
	if (row) {
		clock_format(query_int(query, 0), made_at);
		clock_format(query_int(query, 1), expires_at);
		link = json_pack("{s:s, s:s}", "made_at", made_at, "expires_at", expires_at);
	}
	json_object_set_new(object, "link", link);
	return true;
}

static bool add_list(json_t *object, const char *name, json_t *list)
{
	if (list)
		json_object_set_new(object, name, list);
	return list != NULL;
}

static bool get_class_enrolment(void *room, Request *request, GError **error)
{
	Enrolment *self = room;
	const char *class_id = request_param(request, "class");
	g_autoptr(json_t) object = json_object();

	if (!add_link(self, object, class_id, error) ||
	    !add_list(object, "applications", applications_list(self, class_id, error)) ||
	    !add_list(object, "pairings", pairings_list(self, class_id, error)) ||
	    !add_list(object, "linked", families_news(self, class_id, error)))
		return false;
	request_reply_object(request, 200, g_steal_pointer(&object));
	return true;
}

static bool read_decision(Request *request, bool *ret_accept, GError **error)
{
	const char *state = NULL;
	const Field fields[] = {{"state", FIELD_TEXT, true, 0, &state}, {0}};

	if (!json_read(request_body(request), fields, error))
		return false;
	*ret_accept = strcmp(state, "accepted") == 0;
	return *ret_accept || strcmp(state, "refused") == 0 ||
	       error_reason(error, ERROR_INVALID, "invalid", "state", "It is accepted or refused");
}

static bool patch_application(void *room, Request *request, GError **error)
{
	const char *id;
	bool accept;

	if (!request_param_id(request, "application", &id, error) ||
	    !read_decision(request, &accept, error) ||
	    !applications_decide(room, request_actor(request), request_param(request, "class"), id,
				 accept, error))
		return false;
	request_reply_empty(request);
	return true;
}

static bool patch_pairing(void *room, Request *request, GError **error)
{
	const char *id;
	bool accept;

	if (!request_param_id(request, "pairing", &id, error) ||
	    !read_decision(request, &accept, error) ||
	    !pairings_decide(room, request_actor(request), request_param(request, "class"), id,
			     accept, error))
		return false;
	request_reply_empty(request);
	return true;
}

static bool put_parents_allowed(void *room, Request *request, GError **error)
{
	const char *child;
	const char *reason = NULL;
	gint64 most = 0;
	const Field fields[] = {
		{"most", FIELD_INT, true, 0, &most},
		{"reason", FIELD_TEXT, true, REASON_MAX, &reason},
		{0},
	};

	if (!request_param_id(request, "person", &child, error) ||
	    !json_read(request_body(request), fields, error) ||
	    !families_allow(room, request_actor(request), child, most, reason, error))
		return false;
	request_reply_empty(request);
	return true;
}

/* By hand: a paper that the school holds says who the parent is. */
static bool put_parent(void *room, Request *request, GError **error)
{
	Enrolment *self = room;
	const char *child;
	const char *parent;
	const char *reason = NULL;
	const Field fields[] = {{"reason", FIELD_TEXT, true, REASON_MAX, &reason}, {0}};
	g_autofree char *trimmed = NULL;
	bool known;

	if (!request_param_id(request, "person", &child, error) ||
	    !request_param_id(request, "parent", &parent, error) ||
	    !json_read(request_body(request), fields, error))
		return false;
	trimmed = text_trim(reason);
	if (text_is_blank(trimmed))
		return error_reason(error, ERROR_INVALID, "empty", "reason",
				    "Say why: it stays in the log");
	known = people_is_parent_of(self->people, parent, child);
	if (!people_link_parent_by_hand(self->people, request_actor(request), child, parent,
					trimmed, error))
		return false;
	if (!known)
		enrolment_tell_linked(self, child, parent);
	request_reply_empty(request);
	return true;
}

/* Whoever was unlinked knows the birth date, and may hold one more link to the same child. */
static bool close_ways_to(Enrolment *self, const char *child, GError **error)
{
	short_codes_forget(self->short_codes, child);
	return invitations_revoke(self, INVITES_PARENT, child, error);
}

/* A court's order, or somebody pressed wrongly: what hangs on the link is gone with the commit. */
static bool delete_parent(void *room, Request *request, GError **error)
{
	Enrolment *self = room;
	Actor authority = enrolment_authority(request_actor(request));
	const char *child = request_param(request, "person");
	const char *parent;

	if (!request_param_id(request, "parent", &parent, error) ||
	    !people_unlink_parent(self->people, &authority, child, parent, error) ||
	    !close_ways_to(self, child, error))
		return false;
	enrolment_tell_family(self, child);
	request_reply_empty(request);
	return true;
}

#define OPENS (ROUTE_SECRET | ROUTE_READS)
/* Also for who waits for a consent: it is the way to one. */
#define BEGINS (ROUTE_SECRET | ROUTE_WAITING)

const Route ENROLMENT_ROUTES[] = {
	{POST, "/api/v1/invitations/look", "anyone", 512, look_at_invitation, BEGINS},
	{POST, "/api/v1/invitations/acceptances", "anyone", 4096, post_acceptance, ROUTE_SECRET},
	{POST, "/api/v1/applications", "anyone", 4096, post_application, ROUTE_SECRET},
	{POST, "/api/v1/applications/look", "anyone", 512, look_at_application, OPENS},
	{POST, "/api/v1/pairings", "anyone", 4096, post_pairing, BEGINS},
	{POST, "/api/v1/pairings/look", "anyone", 512, look_at_pairing, OPENS},
	{POST, "/api/v1/pairings/proofs", "anyone", 512, post_proof, BEGINS},
	{POST, "/api/v1/pairings/confirmations", "anyone", 4096, post_confirmation, BEGINS},
	{POST, "/api/v1/pairings/refusals", "anyone", 512, post_refusal, BEGINS},
	{POST, "/api/v1/me/parent-invitations", "pupil", 64, post_parent_invitation, BEGINS},
	{DELETE, "/api/v1/me/parent-invitations", "pupil", 0, delete_parent_invitations,
	 ROUTE_WAITING},
	{POST, "/api/v1/people/:person/invitations", "person-inviter", 64, post_person_invitation,
	 ROUTE_SECRET},
	{PUT, "/api/v1/people/:person/parents-allowed", "administrator", 2048, put_parents_allowed},
	{PUT, "/api/v1/people/:person/parents/:parent", "administrator", 2048, put_parent},
	{DELETE, "/api/v1/people/:person/parents/:parent", "child-guardian", 0, delete_parent},
	{GET, "/api/v1/enrolment", "administrator", 0, get_enrolment},
	{GET, "/api/v1/classes/:class/enrolment", "class-inviter", 0, get_class_enrolment},
	{POST, "/api/v1/classes/:class/invitations", "class-inviter", 64, post_class_invitation,
	 ROUTE_SECRET},
	{DELETE, "/api/v1/classes/:class/invitations", "class-inviter", 0, delete_class_invitation},
	{POST, "/api/v1/classes/:class/slips", "class-inviter", 128, post_slips, ROUTE_SECRET},
	{POST, "/api/v1/classes/:class/letters", "class-inviter", 32 * 1024, post_letters},
	{PATCH, "/api/v1/classes/:class/applications/:application", "class-inviter", 64,
	 patch_application, ROUTE_AFAR},
	{PATCH, "/api/v1/classes/:class/pairings/:pairing", "class-inviter", 64, patch_pairing, ROUTE_AFAR},
	{0},
};
