/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One end of the sync in a process of its own, over a real broker:
 *
 *	sync-end box|cloud FILE    FILE, of GLib's keys: [end] data, box, host, port, mqtt,
 *	                           ca, certificate, key; of a cloud also: another box
 *
 * It says "origin ID", "state live" and "state off WORDS" as they come, and "at SEQ" for each 500
 * events more in its log. A line of its input is a command:
 *
 *	people N         adds people, each in a turn of its own; "person ID" says the last one
 *	say PERSON N     writes as many messages into the staff's chat; "said SEQ" when all are here
 *	write CHAT PERSON WORDS
 *	has SEQ          "has SEQ" once the log is that long
 *	until SEQ        "there SEQ" once it is and nothing waits for the other end
 *	dump FILE        the projections by public ids; the log has to verify; "dumped"
 */
#include "rooms.h"

#include "chats/chats-private.h"
#include "sync/sync.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
	Rooms *rooms;
	Sync *sync;
	SyncLink *link;
	SyncLink *also; /* of a cloud with two boxes */
	GString *input;
	int64_t until; /* 0: nobody asked */
	int64_t has;
	int64_t told; /* of its events, in 500s */
	char *state;
	bool over;
} Side;

static char *key_of(GKeyFile *keys, const char *name)
{
	return g_key_file_get_string(keys, "end", name, NULL);
}

static SyncLink *link_of(Side *self, PeerEnd end, GKeyFile *keys, const char *box)
{
	g_autofree char *host = key_of(keys, "host");
	g_autofree char *ca = key_of(keys, "ca");
	g_autofree char *certificate = key_of(keys, "certificate");
	g_autofree char *key = key_of(keys, "key");
	g_autofree char *client = g_strconcat(end == PEER_BOX ? "" : "cloud-of-", box, NULL);
	const BrokerOptions broker = {.host = host,
	                              .port = g_key_file_get_integer(keys, "end", "port", NULL),
	                              .mqtt = g_key_file_get_integer(keys, "end", "mqtt", NULL),
	                              .client_id = client,
	                              .ca_file = ca, .cert_file = certificate, .key_file = key};
	const SyncLinkOptions options = {end, end == PEER_BOX ? "cloud" : box, box, &broker};

	return sync_link_new(self->sync, &options);
}

static void link_up(Side *self, PeerEnd end, GKeyFile *keys)
{
	g_autofree char *given = key_of(keys, "box");
	g_autofree char *also = key_of(keys, "also");

	self->link = link_of(self, end, keys, given ? given : events_origin(self->rooms->events)->text);
	if (also)
		self->also = link_of(self, end, keys, also);
}

static void open_side(Side *self, PeerEnd end, GKeyFile *keys)
{
	g_autofree char *data = key_of(keys, "data");
	GError *error = NULL;

	self->rooms = rooms_open(data);
	self->sync = sync_new(&(SyncOptions){self->rooms->store, self->rooms->events, false});
	sync_open(self->sync, &error);
	g_assert_no_error(error);
	printf("origin %s\n", events_origin(self->rooms->events)->text);
	link_up(self, end, keys);
}

/* --- Commands --- */

static void add_people(Side *self, int count)
{
	Id id = {""};

	for (int i = 0; i < count; i++) {
		g_autofree char *name = g_strdup_printf("Тайнова-%d", i);
		const NewPerson person = {.family_name = name, .given_name = "Соня",
		                          .patronymic = "Олеговна", .roles = ROLE_TEACHER};
		GError *error = NULL;

		rooms_begin(self->rooms);
		people_add(self->rooms->people, &ACTOR_OF_SYSTEM, &person, &id, &error);
		g_assert_no_error(error);
		rooms_end(self->rooms, true);
	}
	printf("person %s\n", id.text);
}

static void post(Side *self, const char *chat, const char *person, const char *text)
{
	const Actor actor = {ACTOR_PERSON, id_from(person), {""},
	                     people_roles(self->rooms->people, person)};
	GError *error = NULL;
	Id id;

	rooms_begin(self->rooms);
	chats_post(self->rooms->chats, &actor, chat, text, NULL, NULL, &id, &error);
	g_assert_no_error(error);
	rooms_end(self->rooms, true);
}

static void say(Side *self, const char *person, int count)
{
	Id chat = chats_id_of(CHAT_STAFF, NULL);

	for (int i = 0; i < count; i++) {
		g_autofree char *text = g_strdup_printf("Письмо %d из %d", i + 1, count);

		post(self, chat.text, person, text);
	}
	printf("said %" G_GINT64_FORMAT "\n", events_last_seq(self->rooms->events));
}

static void dump(Side *self, const char *file)
{
	g_autofree char *rows = rooms_dump(self->rooms, "projection");
	GError *error = NULL;

	rooms_verify(self->rooms);
	g_file_set_contents(file, rows, -1, &error);
	g_assert_no_error(error);
	puts("dumped");
}

static void obey(Side *self, const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", 4); /* of `write` the last are many */
	guint count = g_strv_length(words);

	if (count == 2 && g_str_equal(words[0], "people"))
		add_people(self, atoi(words[1]));
	else if (count == 3 && g_str_equal(words[0], "say"))
		say(self, words[1], atoi(words[2]));
	else if (count == 4 && g_str_equal(words[0], "write"))
		post(self, words[1], words[2], words[3]);
	else if (count == 2 && g_str_equal(words[0], "has"))
		self->has = g_ascii_strtoll(words[1], NULL, 10);
	else if (count == 2 && g_str_equal(words[0], "until"))
		self->until = g_ascii_strtoll(words[1], NULL, 10);
	else if (count == 2 && g_str_equal(words[0], "dump"))
		dump(self, words[1]);
	else
		printf("unknown %s\n", line);
}

static gboolean on_input(int fd, GIOCondition condition, void *data)
{
	Side *self = data;
	char bytes[4096];
	ssize_t size = read(fd, bytes, sizeof bytes);
	char *end;

	if (size <= 0) {
		self->over = true;
		return G_SOURCE_REMOVE;
	}
	g_string_append_len(self->input, bytes, size);
	while ((end = strchr(self->input->str, '\n'))) {
		g_autofree char *line = g_strndup(self->input->str,
		                                  (gsize)(end - self->input->str));

		g_string_erase(self->input, 0, end + 1 - self->input->str);
		obey(self, line);
	}
	return G_SOURCE_CONTINUE;
}

static gboolean on_signal(void *data)
{
	((Side *)data)->over = true;
	return G_SOURCE_CONTINUE;
}

/* --- What it says by itself --- */

static void tell_state(Side *self, const PeerStatus *status)
{
	g_autofree char *now =
	        status->state == PEER_LIVE      ? g_strdup("live")
	        : status->state == PEER_OFF     ? g_strdup_printf("off %s", status->trouble ? status->trouble : "")
	        : status->state == PEER_HEALING ? g_strdup("healing")
	        : status->state == PEER_STOPPED ? g_strdup_printf("stopped %s", status->trouble)
	                                        : g_strdup("greeting");

	if (g_strcmp0(now, self->state) == 0)
		return;
	g_free(self->state);
	self->state = g_steal_pointer(&now);
	printf("state %s\n", self->state);
}

static void tell(Side *self)
{
	PeerStatus status = sync_link_status(self->link);

	tell_state(self, &status);
	if (events_last_seq(self->rooms->events) / 500 != self->told) {
		self->told = events_last_seq(self->rooms->events) / 500;
		printf("at %" G_GINT64_FORMAT "\n", self->told * 500);
	}
	if (self->has && events_last_seq(self->rooms->events) >= self->has) {
		self->has = 0;
		printf("has %" G_GINT64_FORMAT "\n", events_last_seq(self->rooms->events));
	}
	if (self->until && status.state == PEER_LIVE && status.waiting == 0 &&
	    events_last_seq(self->rooms->events) >= self->until) {
		self->until = 0;
		printf("there %" G_GINT64_FORMAT " bytes %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n",
		       events_last_seq(self->rooms->events), status.bytes_sent, status.bytes_taken);
	}
}

int main(int argc, char **argv)
{
	g_autoptr(GKeyFile) keys = g_key_file_new();
	Side self = {.input = g_string_new(NULL)};
	GError *error = NULL;

	if (argc != 3 || (strcmp(argv[1], "box") != 0 && strcmp(argv[1], "cloud") != 0)) {
		fprintf(stderr, "usage: sync-end box|cloud FILE\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	g_key_file_load_from_file(keys, argv[2], G_KEY_FILE_NONE, &error);
	g_assert_no_error(error);
	g_unix_signal_add(SIGTERM, on_signal, &self);
	open_side(&self, strcmp(argv[1], "box") == 0 ? PEER_BOX : PEER_CLOUD, keys);
	g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP, on_input, &self);
	while (!self.over) {
		tell(&self);
		g_main_context_iteration(NULL, TRUE);
	}
	sync_link_free(self.link);
	sync_link_free(self.also);
	rooms_free(self.rooms);
	sync_free(self.sync);
	g_string_free(self.input, TRUE);
	g_free(self.state);
	return 0;
}
