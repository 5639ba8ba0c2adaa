/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Letters that tell people what happened to them: a child has one more parent, an access was given
 * anew. Each in its reader's language. That one cannot be written is no reason to undo what it tells
 * of: the pages say it too. */
#include "enrolment/enrolment-private.h"

#include <string.h>

/* Of whoever leads the child's class; NULL: nobody does. */
static char *dup_class_teacher(Enrolment *self, const char *child)
{
	g_autoptr(Query) query = store_query(self->store, "find_class_teacher_name");
	Id class_id;
	bool row;

	if (!classes_find_of_pupil(self->classes, child, &class_id, NULL))
		return NULL;
	query_bind_text(query, ":class", class_id.text);
	return query_next(query, &row, NULL) && row ? g_strdup(query_text(query, 0)) : NULL;
}

static char *dup_today(Enrolment *self, const char *language)
{
	g_autoptr(GDateTime) now =
		g_date_time_new_from_unix_utc(events_now_ms(self->events) / 1000);

	return document_format_day(language, now);
}

static bool may_write(Enrolment *self)
{
	return self->mail && mail_is_set_up(self->mail);
}

static void write_linked(Enrolment *self, const char *reader, ParentLinkedWords words,
			 const char *const named[])
{
	g_autofree char *to = people_dup_contact(self->people, reader, CONTACT_EMAIL);
	g_autofree char *language = people_dup_language(self->people, reader);
	g_autofree char *when = dup_today(self, language);
	g_auto(LetterText) text = {0};
	Letter letter;

	if (!to)
		return;
	words.when = when;
	text = letters_parent_linked(language, &words);
	letter = (Letter){to, text.subject, text.text, "parent-linked", reader, named, NULL};
	mail_post(self->mail, &letter, NULL, NULL);
}

void notices_parent_linked(Enrolment *self, const char *child, const char *parent)
{
	g_autoptr(GPtrArray) parents = people_parents(self->people, child, NULL);
	g_autofree char *school = school_dup_name(self->school);
	g_autofree char *child_name = enrolment_dup_name(self, child);
	g_autofree char *parent_name = enrolment_dup_name(self, parent);
	g_autofree char *teacher = dup_class_teacher(self, child);
	g_autofree char *support = school_dup_support_email(self->school);
	const char *const named[] = {child, parent, NULL};
	const ParentLinkedWords words = {
		.school = school,
		.child = child_name,
		.parent = parent_name,
		.teacher = teacher,
		.support = support,
	};

	if (!may_write(self) || !school || !child_name || !parent_name)
		return;
	for (guint i = 0; parents && i < parents->len; i++)
		if (strcmp(parents->pdata[i], parent) != 0)
			write_linked(self, parents->pdata[i], words, named);
}

/* To the one whose access it was: somebody else may hold it. */
static void on_recovered(void *room, const Actor *by, const char *person)
{
	Enrolment *self = room;
	g_autofree char *to = people_dup_contact(self->people, person, CONTACT_EMAIL);
	g_autofree char *school = school_dup_name(self->school);
	g_autofree char *name = enrolment_dup_name(self, person);
	g_autofree char *helper = enrolment_dup_name(self, by->person.text);
	g_autofree char *support = school_dup_support_email(self->school);
	g_autofree char *language = people_dup_language(self->people, person);
	g_autofree char *when = dup_today(self, language);
	const char *const named[] = {*by->person.text ? by->person.text : NULL, NULL};
	const RecoveredWords words = {
		.school = school,
		.name = name,
		.when = when,
		.helper = helper,
		.support = support,
	};
	g_auto(LetterText) text = {0};
	Letter letter;

	if (!may_write(self) || !to || !school || !name)
		return;
	text = letters_recovered(language, &words);
	letter = (Letter){to, text.subject, text.text, "recovered", person, named, NULL};
	mail_post(self->mail, &letter, NULL, NULL);
}

void notices_follow(Enrolment *self)
{
	people_add_recovered(self->people, on_recovered, self);
}
