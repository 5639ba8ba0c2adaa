/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as an event of another box: what is read must survive being said again, and what is
 * admitted must be applied or refused, never more. Digests are left out: nobody could guess them.
 * The school that it meets has a class, a pupil in it and a message, under the ids below. */
#include "rooms.h"

#include "events/events-private.h"

#include <string.h>

#define YEAR    "00000000-0000-7000-8000-000000000001"
#define PUPIL   "00000000-0000-7000-8000-000000000002"
#define CLASS   "00000000-0000-7000-8000-000000000003"
#define MESSAGE "00000000-0000-7000-8000-000000000004"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void append(Rooms *rooms, const char *kind, const char *scope, const char *subject,
                   json_t *body)
{
	const Actor pupil = {.kind = ACTOR_PERSON, .person = {PUPIL}};
	g_autoptr(Event) event = event_new(&pupil, kind, scope, subject, body);
	GError *error = NULL;

	rooms_begin(rooms);
	events_append(rooms->events, event, &error);
	g_assert_no_error(error);
	rooms_end(rooms, true);
}

static Rooms *furnish(void)
{
	Rooms *rooms = rooms_open(NULL);
	Id chat = chats_id_of(CHAT_CLASS_PUPILS, CLASS);
	g_autofree char *scope = g_strconcat("chat:", chat.text, NULL);

	append(rooms, "year.added", "school", YEAR,
	       json_pack("{ss ss ss}", "title", "2026/27", "from_date", "2026-09-01", "to_date",
	                 "2027-05-31"));
	append(rooms, "person.added", "person:" PUPIL, PUPIL,
	       json_pack("{ss ss sn sn sn si}", "family_name", "Миронова", "given_name", "Соня",
	                 "patronymic", "login", "birth_date", "roles", ROLE_PUPIL));
	append(rooms, "class.added", "school", CLASS,
	       json_pack("{ss si ss ss}", "year", YEAR, "grade", 5, "letter", "А", "title", "5А"));
	append(rooms, "class.member.added", "class:" CLASS, CLASS,
	       json_pack("{ss si}", "person", PUPIL, "as", MEMBER_PUPIL));
	append(rooms, "chat.message.posted", scope, MESSAGE, json_pack("{ss}", "text", "да"));
	return rooms;
}

static Event *read_event(const char *text, size_t size)
{
	g_autoptr(json_t) object = json_parse(text, size, NULL);

	return object ? event_from_json(object, NULL) : NULL;
}

static void say_again(const Event *event)
{
	g_autofree char *line = event_to_json(event);
	g_autoptr(Event) again = read_event(line, strlen(line));
	g_autofree char *same = NULL;

	g_assert_nonnull(again);
	same = event_to_json(again);
	g_assert_cmpstr(line, ==, same);
}

static void receive(Rooms *rooms, const Event *event)
{
	const Kind *kind = events_find_kind(rooms->events, event->kind);

	rooms_begin(rooms);
	if (kind && (!kind->kind->admit || kind->kind->admit(kind->room, event, NULL)))
		(void)events_apply(rooms->events, event, NULL);
	rooms_end(rooms, false);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	static Rooms *rooms; /* one school for all inputs; each is undone */
	g_autoptr(Event) event = read_event((const char *)data, size);

	if (!rooms)
		rooms = furnish();
	if (event) {
		say_again(event);
		receive(rooms, event);
	}
	return 0;
}
