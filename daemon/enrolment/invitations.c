/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Invitations: made, found by what somebody holds, used up. The store keeps digests alone. */
#include "base/text.h"
#include "enrolment/enrolment-private.h"

#include <string.h>

void issued_clear(Issued *self)
{
	secret_free(self->link);
	self->link = NULL;
}

bool invitation_is_dead(GError **error)
{
	return error_reason(error, ERROR_NOT_FOUND, "invitation-dead", "code",
			    "This invitation does not work; ask whoever gave it for a new one");
}

/* --- Making --- */

static bool remove_old(Enrolment *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_old_invitations");

	query_bind_int(query, ":now", events_now_ms(self->events));
	return query_run(query, error);
}

static bool keep_newest(Enrolment *self, InvitationKind kind, const char *subject, int keep,
			GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_surplus_invitations");

	query_bind_text(query, ":subject", subject);
	query_bind_int(query, ":kind", kind);
	query_bind_int(query, ":keep", keep);
	return query_run(query, error);
}

bool invitations_revoke(Enrolment *self, InvitationKind kind, const char *subject, GError **error)
{
	return keep_newest(self, kind, subject, 0, error);
}

static bool add(Enrolment *self, const Actor *actor, const NewInvitation *wanted,
		const Issued *issued, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "add_invitation");
	Digest link = token_digest(issued->link);
	Digest slip = token_digest(issued->slip);

	query_bind_text(query, ":id", issued->id.text);
	query_bind_int(query, ":kind", wanted->kind);
	query_bind_text(query, ":subject", wanted->subject);
	query_bind_blob(query, ":link", link.bytes, sizeof link.bytes);
	if (wanted->slip)
		query_bind_blob(query, ":slip", slip.bytes, sizeof slip.bytes);
	else
		query_bind_null(query, ":slip");
	query_bind_text(query, ":made_by", actor_name(actor));
	query_bind_int(query, ":now", events_now_ms(self->events));
	query_bind_int(query, ":expires", issued->expires_ms);
	return query_run(query, error);
}

bool invitations_make(Enrolment *self, const Actor *actor, const NewInvitation *wanted, Issued *ret,
		      GError **error)
{
	g_auto(Issued) issued = {.id = id_new()};
	int keep = wanted->kind == INVITES_PARENT ? PARENT_LINKS_MAX - 1 : 0;

	issued.link = token_new();
	issued.expires_ms = events_now_ms(self->events) + wanted->lifetime_s * 1000;
	if (wanted->slip)
		slip_new(issued.slip);
	if (!remove_old(self, error) ||
	    !keep_newest(self, wanted->kind, wanted->subject, keep, error) ||
	    !add(self, actor, wanted, &issued, error))
		return false;
	*ret = issued;
	issued.link = NULL;
	return true;
}

char *issued_url(const Enrolment *self, const Issued *issued)
{
	return g_strconcat(self->origin, "/i#", issued->link, NULL);
}

json_t *issued_json(const Enrolment *self, const Issued *issued)
{
	g_autofree char *url = issued_url(self, issued);
	g_autofree char *slip = issued->slip[0] ? slip_format(issued->slip) : NULL;
	char expires_at[TIME_TEXT_SIZE];

	clock_format(issued->expires_ms, expires_at);
	return json_pack("{s:s, s:s, s:s, s:s?, s:s}", "id", issued->id.text, "code", issued->link,
			 "url", url, "slip_code", slip, "expires_at", expires_at);
}

/* --- Finding --- */

static bool load(Enrolment *self, const char *statement, const char *code, Invitation *ret,
		 GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);
	Digest digest = token_digest(code);
	bool row;

	query_bind_blob(query, ":digest", digest.bytes, sizeof digest.bytes);
	query_bind_int(query, ":now", events_now_ms(self->events));
	if (!query_next(query, &row, error))
		return false;
	if (!row)
		return invitation_is_dead(error);
	ret->id = id_from(query_text(query, 0));
	ret->kind = (InvitationKind)query_int(query, 1);
	ret->subject = id_from(query_text(query, 2));
	ret->expires_ms = query_int(query, 3);
	ret->wrong_dates = query_int(query, 4);
	ret->childs_own = strcmp(query_text(query, 5), ret->subject.text) == 0;
	return true;
}

/* The school's count of wrong ones: it is taken before the outcome is known. */
static bool count_try(Enrolment *self, GError **error)
{
	int64_t wait_ms;

	if (throttle_try(self->wrong_codes, "school", self->boot_ms(), &wait_ms))
		return true;
	error_reason(error, ERROR_BUSY, "codes-closed", "code",
		     "Too many wrong codes in this school; open the link or the QR code instead");
	if (error)
		error_set_retry_after(*error, (unsigned)((wait_ms + 999) / 1000));
	return false;
}

/* A right short code becomes an invitation like any other: the child's, whoever typed it. */
static bool trade(Enrolment *self, const EnteredCode *entered, Invitation *ret, char **ret_instead,
		  GError **error)
{
	Actor maker = {.kind = ACTOR_PERSON};
	NewInvitation wanted = {.kind = INVITES_PARENT, .lifetime_s = PARENT_LINK_S};
	g_auto(Issued) issued = {0};
	Id child;

	if (!short_codes_use(self->short_codes, entered, self->boot_ms(), &child))
		return invitation_is_dead(error);
	wanted.subject = child.text;
	maker.person = child;
	if (!invitations_make(self, &maker, &wanted, &issued, error))
		return false;
	*ret = (Invitation){issued.id, INVITES_PARENT, child, issued.expires_ms, 0, true};
	*ret_instead = g_steal_pointer(&issued.link);
	return true;
}

static bool find_entered(Enrolment *self, const EnteredCode *entered, Invitation *ret,
			 char **ret_instead, GError **error)
{
	bool right;

	if (!count_try(self, error))
		return false;
	right = entered->kind == ENTERED_SLIP
			? load(self, "find_invitation_by_slip", entered->slip, ret, error)
			: trade(self, entered, ret, ret_instead, error);
	if (right)
		throttle_take_back(self->wrong_codes, "school");
	return right;
}

bool invitations_find(Enrolment *self, const char *code, Invitation *ret, char **ret_instead,
		      GError **error)
{
	EnteredCode entered = entered_code_parse(code);

	*ret_instead = NULL;
	if (entered.kind == ENTERED_LINK)
		return load(self, "find_invitation_by_link", entered.link, ret, error);
	if (entered.kind == ENTERED_NOTHING)
		return invitation_is_dead(error);
	return find_entered(self, &entered, ret, ret_instead, error);
}

bool invitations_find_kind(Enrolment *self, const char *code, InvitationKind kind, Invitation *ret,
			   GError **error)
{
	EnteredCode entered = entered_code_parse(code);
	g_autofree char *instead = NULL;

	if (entered.kind != ENTERED_LINK && entered.kind != ENTERED_SLIP)
		return invitation_is_dead(error);
	if (!invitations_find(self, code, ret, &instead, error))
		return false;
	return ret->kind == kind || invitation_is_dead(error);
}

bool invitations_consume(Enrolment *self, const Id *invitation, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_invitation");

	query_bind_text(query, ":id", invitation->text);
	if (!query_run(query, error))
		return false;
	return store_changes(self->store) == 1 || invitation_is_dead(error);
}

/* --- What its holder sees --- */

/* In whose browser it was opened. */
static const char *here(Enrolment *self, const Actor *actor, const Invitation *invitation)
{
	if (actor->kind != ACTOR_PERSON)
		return "nobody";
	if (strcmp(actor->person.text, invitation->subject.text) == 0)
		return "subject";
	if (actor->roles & ROLE_PUPIL)
		return "pupil";
	if (invitation->kind == INVITES_PARENT &&
	    people_is_parent_of(self->people, actor->person.text, invitation->subject.text))
		return "parent";
	return "other";
}

static bool add_person(Enrolment *self, json_t *look, const Invitation *invitation, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_invited");
	g_autofree char *class = NULL;
	Id class_id;

	query_bind_text(query, ":id", invitation->subject.text);
	if (!query_one(query, NULL))
		return invitation_is_dead(error);
	json_object_set_new(look, "name", json_string(query_text(query, 0)));
	if (invitation->kind == INVITES_PERSON)
		json_object_set_new(look, "login", json_text_or_null(query_text(query, 1)));
	else
		json_object_set_new(look, "has_room",
				    json_boolean(people_has_room_for_parent(
					    self->people, invitation->subject.text)));
	if (!classes_find_of_pupil(self->classes, invitation->subject.text, &class_id, error))
		return false;
	if (!id_is_empty(&class_id))
		class = classes_dup_title(self->classes, class_id.text);
	json_object_set_new(look, "class", json_text_or_null(class));
	return true;
}

json_t *invitation_look_json(Enrolment *self, const Actor *actor, const Invitation *invitation,
			     GError **error)
{
	static const char *const KINDS[] = {NULL, "person", "class", "parent"};
	g_autofree char *school = school_dup_name(self->school);
	g_autofree char *title = NULL;
	char expires_at[TIME_TEXT_SIZE];
	g_autoptr(json_t) look = NULL;

	clock_format(invitation->expires_ms, expires_at);
	look = json_pack("{s:s, s:s?, s:s, s:s}", "kind", KINDS[invitation->kind], "school", school,
			 "expires_at", expires_at, "here", here(self, actor, invitation));
	if (invitation->kind != INVITES_TO_CLASS)
		return add_person(self, look, invitation, error) ? g_steal_pointer(&look) : NULL;
	title = classes_dup_title(self->classes, invitation->subject.text);
	json_object_set_new(look, "class", json_text_or_null(title));
	return g_steal_pointer(&look);
}
