/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Newcomers by a class's link: nobody in the school until the class teacher's press. */
#include "base/text.h"
#include "enrolment/enrolment-private.h"

static bool check_shape(Enrolment *self, const Newcomer *who, const char *password, GError **error)
{
	const NewPerson person = {who->family_name, who->given_name, who->patronymic,
				  who->login,	    who->birth_date, ROLE_PUPIL};

	return people_check_new(self->people, &person, error) &&
	       people_check_password(self->people, password, who->login, error);
}

static bool check_room(Enrolment *self, const char *class_id, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "count_applications");

	query_bind_text(query, ":class", class_id);
	if (!query_one(query, error))
		return false;
	return query_int(query, 0) < APPLICATIONS_MAX ||
	       error_set(error, ERROR_BUSY, "Many wait for this class; ask its class teacher");
}

bool applications_check(Enrolment *self, const char *code, const Newcomer *who,
			const char *password, GError **error)
{
	Invitation invitation;

	return invitations_find_kind(self, code, INVITES_TO_CLASS, &invitation, error) &&
	       check_shape(self, who, password, error) &&
	       enrolment_check_login(self, who->login, NULL, error) &&
	       check_room(self, invitation.subject.text, error);
}

bool applications_add(Enrolment *self, const char *code, const Newcomer *who, const char *hash,
		      char **ret_ticket, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "add_application");
	g_autoptr(Query) old = store_query(self->store, "remove_old_applications");
	g_autofree char *folded = login_fold(who->login);
	g_autofree char *ticket = token_new();
	Digest digest = token_digest(ticket);
	int64_t now_ms = events_now_ms(self->events);
	Invitation invitation;
	Id id = id_new();

	query_bind_int(old, ":now", now_ms);
	if (!query_run(old, error) ||
	    !invitations_find_kind(self, code, INVITES_TO_CLASS, &invitation, error))
		return false;
	query_bind_text(query, ":id", id.text);
	query_bind_blob(query, ":ticket", digest.bytes, sizeof digest.bytes);
	query_bind_text(query, ":class", invitation.subject.text);
	query_bind_text(query, ":family_name", who->family_name);
	query_bind_text(query, ":given_name", who->given_name);
	query_bind_text(query, ":patronymic", who->patronymic);
	query_bind_text(query, ":birth_date", who->birth_date);
	query_bind_text(query, ":login", who->login);
	query_bind_text(query, ":login_folded", folded);
	query_bind_text(query, ":hash", hash);
	query_bind_int(query, ":now", now_ms);
	query_bind_int(query, ":expires", now_ms + PERSON_LINK_S * 1000LL);
	if (!query_run(query, error))
		return false;
	enrolment_tell(self, invitation.subject.text);
	*ret_ticket = g_steal_pointer(&ticket);
	return true;
}

bool applications_find(Enrolment *self, const char *ticket, Waiting *ret, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_application_state");
	Digest digest = token_digest(ticket);
	bool row;

	query_bind_blob(query, ":ticket", digest.bytes, sizeof digest.bytes);
	query_bind_int(query, ":now", events_now_ms(self->events));
	if (!query_next(query, &row, error))
		return false;
	if (!row)
		return invitation_is_dead(error);
	*ret = (Waiting)query_int(query, 0);
	return true;
}

json_t *applications_list(Enrolment *self, const char *class_id, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_applications");
	g_autoptr(json_t) items = json_array();
	bool row = true;

	query_bind_text(query, ":class", class_id);
	query_bind_int(query, ":now", events_now_ms(self->events));
	while (row) {
		char asked_at[TIME_TEXT_SIZE];

		if (!query_next(query, &row, error))
			return NULL;
		if (!row)
			break;
		clock_format(query_int(query, 5), asked_at);
		json_array_append_new(items, json_pack("{s:s, s:s, s:s, s:s?, s:s, s:s}", "id",
						       query_text(query, 0), "family_name",
						       query_text(query, 1), "given_name",
						       query_text(query, 2), "patronymic",
						       query_text(query, 3), "birth_date",
						       query_text(query, 4), "asked_at", asked_at));
	}
	return g_steal_pointer(&items);
}

/* --- The press --- */

static bool set_state(Enrolment *self, const char *id, Waiting state, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "end_application");

	query_bind_text(query, ":id", id);
	query_bind_int(query, ":state", state);
	return query_run(query, error);
}

static bool seat(Enrolment *self, const Actor *actor, const char *class_id, Query *application,
		 GError **error)
{
	const NewPerson person = {query_text(application, 0), query_text(application, 1),
				  query_text(application, 2), query_text(application, 4),
				  query_text(application, 3), ROLE_PUPIL};
	Actor authority = enrolment_authority(actor);
	Id id;

	return people_add(self->people, &authority, &person, &id, error) &&
	       people_set_password_hash(self->people, id.text, query_text(application, 5), error) &&
	       classes_add_member(self->classes, &authority, class_id, id.text, MEMBER_PUPIL,
				  error);
}

bool applications_decide(Enrolment *self, const Actor *actor, const char *class_id, const char *id,
			 bool accept, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_application");

	query_bind_text(query, ":id", id);
	query_bind_text(query, ":class", class_id);
	query_bind_int(query, ":now", events_now_ms(self->events));
	if (!query_one(query, error) || (accept && !seat(self, actor, class_id, query, error)))
		return false;
	query_end(g_steal_pointer(&query));
	enrolment_tell(self, class_id);
	return set_state(self, id, accept ? ACCEPTED : REFUSED, error);
}
