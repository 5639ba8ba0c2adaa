/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Parents and their children: from an invitation over a proof to the link.
 *
 * No state leads from a pupil to a parent: whoever asks is judged at each step anew, as another tab
 * may have signed somebody else in. Who has the child's own name or birth date may be the child,
 * and gets there by the class teacher's press alone. An account is made with the link and not
 * before, so that a link that fell into wrong hands gives nothing.
 *
 * A child knows its own birth date: what the child gave out makes nobody a parent who is new here,
 * unless a parent is who hears of it. See docs/decisions/0111. */
#include "base/text.h"
#include "enrolment/enrolment-private.h"

#include <string.h>

void known_clear(Known *self)
{
	g_free(self->family_name);
	g_free(self->given_name);
	g_free(self->patronymic);
	g_free(self->birth_date);
	*self = (Known){0};
}

bool known_load(Enrolment *self, const char *person, Known *ret, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_known");

	query_bind_text(query, ":id", person);
	if (!query_one(query, error))
		return false;
	ret->family_name = g_strdup(query_text(query, 0));
	ret->given_name = g_strdup(query_text(query, 1));
	ret->patronymic = g_strdup(query_text(query, 2));
	ret->birth_date = g_strdup(query_text(query, 3));
	return true;
}

static bool is_same_text(const char *a, const char *b)
{
	g_autofree char *trimmed_a = text_trim(a);
	g_autofree char *trimmed_b = text_trim(b);
	g_autofree char *folded_a = text_fold(trimmed_a);
	g_autofree char *folded_b = text_fold(trimmed_b);

	return strcmp(folded_a, folded_b) == 0;
}

bool known_is_like(const Known *child, const Known *other)
{
	if (child->birth_date && g_strcmp0(child->birth_date, other->birth_date) == 0)
		return true;
	return is_same_text(child->family_name, other->family_name) &&
	       is_same_text(child->given_name, other->given_name) &&
	       (!child->patronymic || !other->patronymic ||
		is_same_text(child->patronymic, other->patronymic));
}

/* --- Beginning --- */

static bool check_grown_up(const Actor *actor, GError **error)
{
	if (!(actor->roles & ROLE_PUPIL))
		return true;
	return error_reason(error, ERROR_CONFLICT, "childs-device", NULL,
			    "A pupil is signed in here, and no pupil is a parent; open the link "
			    "on the parent's own device, or sign the pupil out here");
}

static bool check_room(Enrolment *self, const char *child, GError **error)
{
	return people_has_room_for_parent(self->people, child) ||
	       error_reason(error, ERROR_CONFLICT, "parents-full", NULL,
			    "This child has two parents already; ask the class teacher");
}

static bool check_who(Enrolment *self, const Actor *actor, const Invitation *invitation,
		      const Newcomer *who, GError **error)
{
	NewPerson person;

	if (actor->kind == ACTOR_PERSON) {
		if (who)
			return error_reason(error, ERROR_CONFLICT, "other-session", NULL,
					    "Somebody is signed in here already");
		return !people_is_parent_of(self->people, actor->person.text,
					    invitation->subject.text) ||
		       error_reason(error, ERROR_CONFLICT, "already-linked", NULL,
				    "This child is in your profile already");
	}
	if (!who)
		return error_reason(error, ERROR_INVALID, "missing-field", "account",
				    "Sign in, or make an account");
	person = (NewPerson){who->family_name, who->given_name, who->patronymic, who->login, NULL,
			     ROLE_PARENT};
	return people_check_new(self->people, &person, error) &&
	       enrolment_check_login(self, who->login, &invitation->id, error);
}

bool pairings_check(Enrolment *self, const Actor *actor, const char *code, const Newcomer *who,
		    Invitation *ret, GError **error)
{
	return invitations_find_kind(self, code, INVITES_PARENT, ret, error) &&
	       check_grown_up(actor, error) && check_who(self, actor, ret, who, error) &&
	       check_room(self, ret->subject.text, error);
}

static bool make_room(Enrolment *self, const Invitation *invitation, const Actor *actor,
		      const Newcomer *who, GError **error)
{
	g_autoptr(Query) old = store_query(self->store, "remove_old_pairings");
	g_autoptr(Query) same = store_query(self->store, "remove_same_pairings");
	g_autoptr(Query) surplus = store_query(self->store, "remove_surplus_pairings");
	g_autofree char *folded = who ? login_fold(who->login) : NULL;

	query_bind_int(old, ":now", events_now_ms(self->events));
	query_bind_text(same, ":invitation", invitation->id.text);
	query_bind_text(same, ":person", who ? NULL : actor->person.text);
	query_bind_text(same, ":login", folded);
	query_bind_text(surplus, ":invitation", invitation->id.text);
	query_bind_int(surplus, ":keep", PAIRINGS_MAX - 1);
	return query_run(old, error) && query_run(same, error) && query_run(surplus, error);
}

static bool add(Enrolment *self, const Pairing *pairing, const Known *other, const Newcomer *who,
		const char *hash, const char *ticket, int64_t expires_ms, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "add_pairing");
	g_autofree char *folded = who ? login_fold(who->login) : NULL;
	Digest digest = token_digest(ticket);

	query_bind_text(query, ":id", pairing->id.text);
	query_bind_blob(query, ":ticket", digest.bytes, sizeof digest.bytes);
	query_bind_text(query, ":invitation", pairing->invitation.text);
	query_bind_text(query, ":child", pairing->child.text);
	query_bind_int(query, ":state", pairing->state);
	query_bind_int(query, ":why", pairing->why);
	query_bind_text(query, ":person", who ? NULL : pairing->person.text);
	query_bind_text(query, ":family_name", other->family_name);
	query_bind_text(query, ":given_name", other->given_name);
	query_bind_text(query, ":patronymic", other->patronymic);
	query_bind_text(query, ":login", who ? who->login : NULL);
	query_bind_text(query, ":login_folded", folded);
	query_bind_text(query, ":hash", hash);
	query_bind_int(query, ":now", events_now_ms(self->events));
	query_bind_int(query, ":expires", expires_ms);
	return query_run(query, error);
}

static bool load_other(Enrolment *self, const Actor *actor, const Newcomer *who, Known *ret,
		       GError **error)
{
	if (!who)
		return known_load(self, actor->person.text, ret, error);
	*ret = (Known){g_strdup(who->family_name), g_strdup(who->given_name),
		       g_strdup(who->patronymic), NULL};
	return true;
}

static bool has_row(Enrolment *self, const char *statement, const char *child)
{
	g_autoptr(Query) query = store_query(self->store, statement);
	bool row;

	query_bind_text(query, ":child", child);
	/* A failure asks for a press too many; the caller's own statements fail then too. */
	return query_next(query, &row, NULL) && row;
}

/* Why the birth date will not be asked for, or will not be enough. */
static Why why_press(Enrolment *self, const Invitation *invitation, const Known *child,
		     const Known *other, bool is_new)
{
	if (!child->birth_date)
		return WHY_NO_DATE;
	if (invitation->wrong_dates >= WRONG_DATES_MAX)
		return WHY_WRONG_DATES;
	if (known_is_like(child, other))
		return WHY_ALIKE;
	if (has_row(self, "is_parent_taken", invitation->subject.text))
		return WHY_TAKEN;
	if (is_new && invitation->childs_own &&
	    !has_row(self, "has_parent_here", invitation->subject.text))
		return WHY_CHILDS_WORD;
	return WHY_NOT;
}

static bool asks_for_date(Why why)
{
	return why == WHY_NOT || why == WHY_CHILDS_WORD || why == WHY_TAKEN;
}

bool pairings_begin(Enrolment *self, const Actor *actor, const char *code, const Newcomer *who,
		    const char *hash, char **ret_ticket, Pairing *ret, GError **error)
{
	g_autofree char *ticket = token_new();
	g_auto(Known) child = {0};
	g_auto(Known) other = {0};
	Invitation invitation;

	if (!pairings_check(self, actor, code, who, &invitation, error) ||
	    !known_load(self, invitation.subject.text, &child, error) ||
	    !load_other(self, actor, who, &other, error) ||
	    !make_room(self, &invitation, actor, who, error))
		return false;
	*ret = (Pairing){.id = id_new(),
			 .invitation = invitation.id,
			 .child = invitation.subject,
			 .state = WAITS_FOR_PROOF,
			 .wrong_dates = invitation.wrong_dates};
	if (!who)
		ret->person = actor->person;
	ret->why = why_press(self, &invitation, &child, &other, who != NULL);
	if (!asks_for_date(ret->why))
		ret->state = WAITS_FOR_TEACHER;
	if (!add(self, ret, &other, who, hash, ticket, invitation.expires_ms, error))
		return false;
	if (ret->state == WAITS_FOR_TEACHER)
		enrolment_tell_family(self, ret->child.text);
	*ret_ticket = g_steal_pointer(&ticket);
	return true;
}

/* --- Finding --- */

static bool check_session(const Actor *actor, const Pairing *pairing, GError **error)
{
	if (!check_grown_up(actor, error))
		return false;
	if (strcmp(actor->kind == ACTOR_PERSON ? actor->person.text : "", pairing->person.text) ==
	    0)
		return true;
	return error_reason(error, ERROR_CONFLICT, "other-session", NULL,
			    "Somebody else is signed in here than when this was begun");
}

bool pairings_find(Enrolment *self, const Actor *actor, const char *ticket, Pairing *ret,
		   GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_pairing");
	Digest digest = token_digest(ticket);
	bool row;

	query_bind_blob(query, ":ticket", digest.bytes, sizeof digest.bytes);
	query_bind_int(query, ":now", events_now_ms(self->events));
	if (!query_next(query, &row, error))
		return false;
	if (!row)
		return invitation_is_dead(error);
	ret->id = id_from(query_text(query, 0));
	ret->invitation = id_from(query_text(query, 1));
	ret->child = id_from(query_text(query, 2));
	ret->person = id_from(query_text(query, 3));
	ret->state = (Waiting)query_int(query, 4);
	ret->wrong_dates = query_int(query, 5);
	ret->why = (Why)query_int(query, 6);
	return check_session(actor, ret, error);
}

/* --- Steps --- */

static bool set_state(Enrolment *self, const Pairing *pairing, Waiting state, GError **error)
{
	bool goes_on = state == PROVED || state == WAITS_FOR_TEACHER;
	g_autoptr(Query) query =
		store_query(self->store, goes_on ? "set_pairing_state" : "end_pairing");

	query_bind_text(query, ":id", pairing->id.text);
	query_bind_int(query, ":state", state);
	return query_run(query, error);
}

static bool refuse_step(GError **error)
{
	return error_reason(error, ERROR_CONFLICT, "conflict", NULL,
			    "This step is not the next one; look at where it stands");
}

/* Counted for the invitation: whoever holds it does not get three more by beginning anew. */
static bool count_wrong(Enrolment *self, Pairing *pairing, GError **error)
{
	g_autoptr(Query) count = store_query(self->store, "count_wrong_date");
	g_autoptr(Query) close = store_query(self->store, "hand_pairings_to_teacher");

	query_bind_text(count, ":id", pairing->invitation.text);
	if (!query_run(count, error))
		return false;
	pairing->wrong_dates++;
	if (pairing->wrong_dates < WRONG_DATES_MAX)
		return true;
	query_bind_text(close, ":invitation", pairing->invitation.text);
	query_bind_int(close, ":why", WHY_WRONG_DATES);
	pairing->state = WAITS_FOR_TEACHER;
	enrolment_tell_family(self, pairing->child.text);
	return query_run(close, error);
}

bool pairings_prove(Enrolment *self, Pairing *pairing, const char *birth_date, GError **error)
{
	g_auto(Known) child = {0};

	if (pairing->state != WAITS_FOR_PROOF)
		return refuse_step(error);
	if (!text_is_date(birth_date))
		return error_reason(error, ERROR_INVALID, "invalid", "birth_date",
				    "A birth date looks like 2014-05-31");
	if (!known_load(self, pairing->child.text, &child, error))
		return false;
	if (g_strcmp0(child.birth_date, birth_date) != 0)
		return count_wrong(self, pairing, error);
	pairing->state = pairing->why == WHY_NOT ? PROVED : WAITS_FOR_TEACHER;
	if (pairing->state == WAITS_FOR_TEACHER)
		enrolment_tell_family(self, pairing->child.text);
	return set_state(self, pairing, pairing->state, error);
}

/* The account of somebody new, with the hash that was made when the pairing began. */
static bool add_parent(Enrolment *self, const Pairing *pairing, Id *ret_person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_pairing_account");
	NewPerson person = {.roles = ROLE_PARENT};

	query_bind_text(query, ":id", pairing->id.text);
	if (!query_one(query, error))
		return false;
	person.family_name = query_text(query, 0);
	person.given_name = query_text(query, 1);
	person.patronymic = query_text(query, 2);
	person.login = query_text(query, 3);
	return people_add(self->people, &ACTOR_OF_SYSTEM, &person, ret_person, error) &&
	       people_set_password_hash(self->people, ret_person->text, query_text(query, 4),
					error);
}

static bool is_wanted(const json_t *wanted, const char *kind, gint64 version)
{
	json_t *one;
	size_t i;

	json_array_foreach(wanted, i, one)
	{
		if (g_strcmp0(json_string_value(json_object_get(one, "kind")), kind) == 0 &&
		    json_integer_value(json_object_get(one, "version")) == version)
			return true;
	}
	return false;
}

/* Each to the words that were read: to others nobody has said yes. */
static bool give_consents(Enrolment *self, const Actor *parent, const char *child,
			  const json_t *given, GError **error)
{
	g_autoptr(json_t) wanted = consents_wanted(self->consents, child, error);
	json_t *consent;
	size_t i;

	if (!wanted)
		return false;
	json_array_foreach(given, i, consent)
	{
		const char *kind = NULL;
		gint64 version = -1;
		const Field fields[] = {{"kind", FIELD_ID, true, 0, &kind},
					{"version", FIELD_INT, true, 0, &version},
					{0}};

		if (!json_read(consent, fields, error))
			return false;
		if (!is_wanted(wanted, kind, version))
			return error_reason(error, ERROR_CONFLICT, "consent-text-changed",
					    "consents",
					    "The text of a consent was changed meanwhile");
		if (!consents_give(self->consents, parent, kind, child, error))
			return false;
	}
	return true;
}

bool pairings_confirm(Enrolment *self, const Actor *actor, const Pairing *pairing,
		      const Confirmation *confirmation, Id *ret_person, GError **error)
{
	Actor parent;
	Actor authority;

	if (pairing->state != PROVED)
		return refuse_step(error);
	if (!check_room(self, pairing->child.text, error) ||
	    !invitations_consume(self, &pairing->invitation, error))
		return false;
	*ret_person = pairing->person;
	if (id_is_empty(ret_person) && !add_parent(self, pairing, ret_person, error))
		return false;
	parent = (Actor){.kind = ACTOR_PERSON, .person = *ret_person, .session = actor->session};
	authority = enrolment_authority(&parent);
	if (!people_link_parent(self->people, &authority, pairing->child.text, ret_person->text,
				error) ||
	    !set_state(self, pairing, ACCEPTED, error))
		return false;
	parent.roles = people_roles(self->people, ret_person->text);
	if ((confirmation->corrections &&
	     !people_correct(self->people, &parent, pairing->child.text, confirmation->corrections,
			     error)) ||
	    !give_consents(self, &parent, pairing->child.text, confirmation->consents, error))
		return false;
	enrolment_tell_linked(self, pairing->child.text, ret_person->text);
	return true;
}

bool pairings_cancel(Enrolment *self, const Pairing *pairing, GError **error)
{
	if (pairing->state == ACCEPTED || pairing->state == REFUSED)
		return refuse_step(error);
	if (!invitations_consume(self, &pairing->invitation, error))
		return false;
	enrolment_tell_family(self, pairing->child.text);
	return set_state(self, pairing, REFUSED, error);
}

/* --- The class teacher's press --- */

bool pairings_decide(Enrolment *self, const Actor *actor, const char *class_id, const char *id,
		     bool accept, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_waiting_pairing");
	Pairing pairing = {.id = id_from(id), .state = WAITS_FOR_TEACHER};

	query_bind_text(query, ":id", id);
	query_bind_text(query, ":class", class_id);
	query_bind_int(query, ":now", events_now_ms(self->events));
	if (!query_one(query, error))
		return false;
	pairing.invitation = id_from(query_text(query, 0));
	pairing.child = id_from(query_text(query, 1));
	pairing.person = id_from(query_text(query, 2));
	query_end(g_steal_pointer(&query));
	if (!accept)
		return pairings_cancel(self, &pairing, error);
	if (actor->kind == ACTOR_PERSON && id_equal(&actor->person, &pairing.person))
		return error_reason(error, ERROR_FORBIDDEN, "second-person", NULL,
				    "Somebody else has to press for you");
	enrolment_tell(self, class_id);
	return set_state(self, &pairing, PROVED, error);
}

json_t *pairings_list(Enrolment *self, const char *class_id, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_waiting_pairings");
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
		clock_format(query_int(query, 6), asked_at);
		json_array_append_new(
			items, json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s, s:s}", "id",
					 query_text(query, 0), "child_name", query_text(query, 2),
					 "family_name", query_text(query, 3), "given_name",
					 query_text(query, 4), "patronymic", query_text(query, 5),
					 "asked_at", asked_at, "why",
					 why_name((Why)query_int(query, 7))));
	}
	return g_steal_pointer(&items);
}

/* --- As its holder sees it --- */

static bool add_child(Enrolment *self, json_t *object, const Pairing *pairing, GError **error)
{
	g_auto(Known) child = {0};
	Id class_id;
	g_autofree char *title = NULL;
	json_t *consents;

	if (!known_load(self, pairing->child.text, &child, error) ||
	    !classes_find_of_pupil(self->classes, pairing->child.text, &class_id, error))
		return false;
	title = id_is_empty(&class_id) ? NULL : classes_dup_title(self->classes, class_id.text);
	consents = consents_wanted(self->consents, pairing->child.text, error);
	if (!consents)
		return false;
	json_object_set_new(object, "consents", consents);
	json_object_set_new(object, "child",
			    json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s?}", "id",
				      pairing->child.text, "family_name", child.family_name,
				      "given_name", child.given_name, "patronymic",
				      child.patronymic, "birth_date", child.birth_date, "class",
				      title));
	return true;
}

json_t *pairing_json(Enrolment *self, const Pairing *pairing, GError **error)
{
	int64_t left = WRONG_DATES_MAX - pairing->wrong_dates;
	g_autoptr(json_t) object =
		json_pack("{s:s, s:I, s:n, s:[]}", "state", waiting_name(pairing->state),
			  "tries_left", (json_int_t)MAX(left, 0), "child", "consents");

	if (pairing->state == PROVED && !add_child(self, object, pairing, error))
		return NULL;
	return g_steal_pointer(&object);
}
