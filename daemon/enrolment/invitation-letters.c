/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Invitations by e-mail: pupils without a telephone are added to their class, and each gets a
 * letter. */
#include "enrolment/enrolment-private.h"

#define LETTERS_MAX 40 /* a class at a time */

typedef struct {
	Enrolment *enrolment;
	const Actor *actor;
	const char *class_id;
	const char *language;
	char *class_title;
	char *inviter;
	char *school;
	char *address;
	char *support;
} Sending;

static void sending_clear(Sending *self)
{
	g_free(self->class_title);
	g_free(self->inviter);
	g_free(self->school);
	g_free(self->address);
	g_free(self->support);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sending, sending_clear)

static bool read_person(const json_t *object, NewPerson *ret, const char **ret_email,
			GError **error)
{
	const Field fields[] = {
		{"family_name", FIELD_TEXT, true, 0, &ret->family_name},
		{"given_name", FIELD_TEXT, true, 0, &ret->given_name},
		{"patronymic", FIELD_TEXT, false, 0, &ret->patronymic},
		{"birth_date", FIELD_TEXT, false, 0, &ret->birth_date},
		{"email", FIELD_TEXT, true, 254, ret_email},
		{0},
	};

	ret->roles = ROLE_PUPIL;
	return json_read(object, fields, error);
}

static bool write_letter(const Sending *self, const char *person, const char *name,
			 const char *email, GError **error)
{
	Enrolment *enrolment = self->enrolment;
	const NewInvitation wanted = {INVITES_PERSON, person, PERSON_LINK_S, true};
	g_auto(Issued) issued = {0};
	g_autofree char *url = NULL;
	g_autofree char *code = NULL;
	g_autofree char *until = NULL;
	g_autoptr(GDateTime) end = NULL;
	g_auto(LetterText) words = {0};
	InvitationWords said;
	Letter letter;

	if (!invitations_make(enrolment, self->actor, &wanted, &issued, error))
		return false;
	url = issued_url(enrolment, &issued);
	code = slip_format(issued.slip);
	end = g_date_time_new_from_unix_utc(issued.expires_ms / 1000);
	until = document_format_day(self->language, end);
	said = (InvitationWords){
		.school = self->school,
		.name = name,
		.class_name = self->class_title,
		.inviter = self->inviter,
		.link = url,
		.code = code,
		.address = self->address,
		.valid_until = until,
		.support = self->support,
	};
	words = letters_invitation(self->language, &said);
	letter = (Letter){email,	words.subject, words.text,
			  "invitation", person,	       NULL,
			  actor_name(self->actor)};
	return mail_post(enrolment->mail, &letter, NULL, error);
}

static bool invite(const Sending *self, const json_t *object, GError **error)
{
	Enrolment *enrolment = self->enrolment;
	Actor authority = enrolment_authority(self->actor);
	NewPerson person = {0};
	const char *email = NULL;
	g_autofree char *name = NULL;
	Id id;

	if (!read_person(object, &person, &email, error) ||
	    !people_add(enrolment->people, &authority, &person, &id, error) ||
	    !classes_add_member(enrolment->classes, &authority, self->class_id, id.text,
				MEMBER_PUPIL, error) ||
	    !people_set_contact(enrolment->people, &authority, id.text, CONTACT_EMAIL, email,
				error))
		return false;
	name = g_strdup_printf("%s %s", person.given_name, person.family_name);
	return write_letter(self, id.text, name, email, error);
}

/* Which of them it was: "people.3.email". */
static bool refuse_row(const GError *refusal, size_t row, GError **error)
{
	const char *field = error_field_of(refusal);
	g_autofree char *place =
		g_strdup_printf("people.%zu%s%s", row, field ? "." : "", field ? field : "");

	if (refusal->domain != ERROR || !field) {
		g_propagate_error(error, g_error_copy(refusal));
		return false;
	}
	return error_reason(error, error_code(refusal), error_reason_of(refusal), place, "%s",
			    refusal->message);
}

bool post_letters(void *room, Request *request, GError **error)
{
	Enrolment *self = room;
	g_auto(Sending) sending = {.enrolment = self, .actor = request_actor(request)};
	json_t *people = NULL;
	const Field fields[] = {
		{"people", FIELD_ARRAY, true, LETTERS_MAX, &people},
		{"language", FIELD_TEXT, true, 2, &sending.language},
		{0},
	};
	json_t *person;
	size_t i;

	if (!json_read(request_body(request), fields, error))
		return false;
	sending.class_id = request_param(request, "class");
	sending.class_title = classes_dup_title(self->classes, sending.class_id);
	sending.inviter = enrolment_dup_name(self, sending.actor->person.text);
	sending.school = school_dup_name(self->school);
	sending.address = enrolment_address(self);
	sending.support = school_dup_support_email(self->school);
	json_array_foreach(people, i, person)
	{
		g_autoptr(GError) refusal = NULL;

		if (!invite(&sending, person, &refusal))
			return refuse_row(refusal, i, error);
	}
	enrolment_tell(self, sending.class_id);
	request_reply_object(request, 201,
			     json_pack("{s:I}", "sent", (json_int_t)json_array_size(people)));
	return true;
}
