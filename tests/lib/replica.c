/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A box of its own in a process of its own, which speaks by lines:
 *
 *	replica export DIRECTORY   the log of the data there, an event a line
 *	replica dump DIRECTORY     its projections by public ids
 *	replica rebuild DIRECTORY  the same after making them anew from the log, which has to verify
 *	replica picture DIRECTORY  takes lines "LARGE SMALL" of files' addresses, adds a teacher with such a
 *	                           picture for each, and says who it is
 *	replica receive            takes events from its input, then says its projections
 *	replica answer             takes events, writes to what it found as another origin, says its
 *	                           own events
 *
 * An event that comes too early is tried again when others have come, as a sync would. */
#include "rooms.h"

#include "chats/chats-private.h"

#include <stdio.h>
#include <string.h>

static int export_log(const char *directory)
{
	g_autoptr(Rooms) rooms = rooms_open(directory);
	g_autoptr(GPtrArray) events = rooms_events(rooms);

	for (guint i = 0; i < events->len; i++) {
		g_autofree char *line = event_to_json(events->pdata[i]);

		puts(line);
	}
	return 0;
}

static void say_dump(Rooms *rooms)
{
	g_autofree char *dump = rooms_dump(rooms, "projection");

	fputs(dump, stdout);
}

static int dump(const char *directory)
{
	g_autoptr(Rooms) rooms = rooms_open(directory);

	say_dump(rooms);
	return 0;
}

static int rebuild(const char *directory)
{
	g_autoptr(Rooms) rooms = rooms_open(directory);

	rooms_rebuild(rooms);
	say_dump(rooms);
	return 0;
}

static void add_with_picture(Rooms *rooms, const char *large, const char *small)
{
	const NewPerson person = {.family_name = "Тайнова", .given_name = "Соня", .patronymic = "Олеговна",
	                          .roles = ROLE_TEACHER};
	g_autofree char *scope = NULL;
	g_autoptr(Event) event = NULL;
	GError *error = NULL;
	Id id;

	people_add(rooms->people, &ACTOR_OF_SYSTEM, &person, &id, &error);
	g_assert_no_error(error);
	scope = g_strconcat("person:", id.text, NULL);
	event = event_new(&ACTOR_OF_SYSTEM, "person.picture.changed", scope, id.text,
	                  json_pack("{ss ss}", "large", large, "small", small));
	events_append(rooms->events, event, &error);
	g_assert_no_error(error);
	puts(id.text);
}

static int add_pictures(const char *directory)
{
	g_autoptr(Rooms) rooms = rooms_open(directory);
	g_autofree char *line = NULL;
	size_t size = 0;

	rooms_begin(rooms);
	while (getline(&line, &size, stdin) > 0) {
		g_auto(GStrv) words = g_strsplit(g_strchomp(line), " ", 2);

		g_assert_cmpuint(g_strv_length(words), ==, 2);
		add_with_picture(rooms, words[0], words[1]);
	}
	rooms_end(rooms, true);
	return 0;
}

static Event *event_of_line(const char *line)
{
	GError *error = NULL;
	g_autoptr(json_t) object = json_parse(line, strlen(line), &error);
	Event *event = object ? event_from_json(object, &error) : NULL;

	g_assert_no_error(error);
	return event;
}

/* Whatever can be taken now; true if anything was. */
static bool take_waiting(Rooms *rooms, GQueue *waiting)
{
	bool taken = false;

	for (GList *link = waiting->head; link;) {
		GList *next = link->next;

		if (rooms_receive(rooms, link->data)) {
			event_free(link->data);
			g_queue_delete_link(waiting, link);
			taken = true;
		}
		link = next;
	}
	return taken;
}

static void receive_all(Rooms *rooms)
{
	GQueue waiting = G_QUEUE_INIT;
	g_autofree char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		g_autoptr(Event) event = event_of_line(line);

		if (!rooms_receive(rooms, event))
			g_queue_push_tail(&waiting, g_steal_pointer(&event));
	}
	while (waiting.length > 0)
		if (!take_waiting(rooms, &waiting))
			g_error("%u events wait for what never came", waiting.length);
}

static int receive(void)
{
	g_autoptr(Rooms) rooms = rooms_open(NULL);

	receive_all(rooms);
	say_dump(rooms);
	return 0;
}

/* Replies to every third message, edits every third, deletes every third, as its author. Whose
 * author has left, or what is deleted, is let be. */
static void answer_one(Rooms *rooms, const Event *posted, guint number)
{
	const char *chat = posted->scope + strlen("chat:");
	Id author = id_from(posted->actor);
	const Actor actor = {ACTOR_PERSON, author, {""}, people_roles(rooms->people, author.text)};
	bool done;
	Id id;

	rooms_begin(rooms);
	if (number % 3 == 0)
		done = chats_post(rooms->chats, &actor, chat, "ответ издалека", posted->subject,
		                  NULL, &id, NULL);
	else if (number % 3 == 1)
		done = chats_edit(rooms->chats, &actor, chat, posted->subject, "правка издалека",
		                  NULL);
	else
		done = chats_delete(rooms->chats, &actor, chat, posted->subject, NULL);
	rooms_end(rooms, done);
}

static int answer(void)
{
	g_autoptr(Rooms) rooms = rooms_open(NULL);
	g_autoptr(GPtrArray) events = NULL;
	g_autoptr(GPtrArray) all = NULL;

	receive_all(rooms);
	events = rooms_events(rooms);
	for (guint i = 0; i < events->len; i++) {
		const Event *event = events->pdata[i];

		if (strcmp(event->kind, "chat.message.posted") == 0)
			answer_one(rooms, event, i);
	}
	all = rooms_events(rooms);
	for (guint i = events->len; i < all->len; i++) {
		g_autofree char *line = event_to_json(all->pdata[i]);

		puts(line);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "export") == 0)
		return export_log(argv[2]);
	if (argc == 3 && strcmp(argv[1], "dump") == 0)
		return dump(argv[2]);
	if (argc == 3 && strcmp(argv[1], "rebuild") == 0)
		return rebuild(argv[2]);
	if (argc == 3 && strcmp(argv[1], "picture") == 0)
		return add_pictures(argv[2]);
	if (argc == 2 && strcmp(argv[1], "receive") == 0)
		return receive();
	if (argc == 2 && strcmp(argv[1], "answer") == 0)
		return answer();
	fprintf(stderr, "usage: replica export|dump|rebuild|picture DIRECTORY | receive | answer\n");
	return 2;
}
