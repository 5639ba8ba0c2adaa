/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The cloud's end of one box's conversation, in a process of its own, over a real broker:
 *
 *	far-end PORT FOLDER BOX    ca.pem, cloud.pem and cloud.key lie in the folder
 *
 * It says "up N" when its log has grown to N events, and takes lines:
 *
 *	dump              its projections by public ids, then "end"
 *	write CHAT PERSON WORDS
 *	end */
#include "rooms.h"

#include "chats/chats-private.h"
#include "sync/sync.h"

#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	Rooms *rooms;
	Sync *sync;
	SyncLink *link;
	GMainLoop *loop;
	GDataInputStream *lines;
	int64_t said;
} Far;

static void say_growth(Far *self)
{
	int64_t now = events_last_seq(self->rooms->events);

	if (now == self->said)
		return;
	self->said = now;
	printf("up %" G_GINT64_FORMAT "\n", now);
	fflush(stdout);
}

static void on_changed(void *data)
{
	say_growth(data);
}

static void write_message(Far *self, const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", 3);
	Id person = id_from(words[1]);
	const Actor actor = {ACTOR_PERSON, person, {""}, people_roles(self->rooms->people, person.text)};
	GError *error = NULL;
	bool done;
	Id id;

	rooms_begin(self->rooms);
	done = chats_post(self->rooms->chats, &actor, words[0], words[2], NULL, NULL, &id, &error);
	g_assert_no_error(error);
	rooms_end(self->rooms, done);
}

static void say_dump(const Far *self)
{
	g_autofree char *dump = rooms_dump(self->rooms, "projection");

	printf("%send\n", dump);
	fflush(stdout);
}

static void next_line(Far *self);

static void on_line(GObject *source, GAsyncResult *result, void *data)
{
	Far *self = data;
	g_autofree char *line = g_data_input_stream_read_line_finish(self->lines, result, NULL, NULL);

	if (!line || strcmp(line, "end") == 0) {
		g_main_loop_quit(self->loop);
		return;
	}
	if (strcmp(line, "dump") == 0)
		say_dump(self);
	else if (g_str_has_prefix(line, "write "))
		write_message(self, line + strlen("write "));
	next_line(self);
}

static void next_line(Far *self)
{
	g_data_input_stream_read_line_async(self->lines, G_PRIORITY_DEFAULT, NULL, on_line, self);
}

static void connect_to(Far *self, int port, const char *folder, const char *box)
{
	g_autofree char *ca = g_build_filename(folder, "ca.pem", NULL);
	g_autofree char *certificate = g_build_filename(folder, "cloud.pem", NULL);
	g_autofree char *key = g_build_filename(folder, "cloud.key", NULL);
	const BrokerOptions broker = {.host = "localhost", .port = port, .client_id = "far-end",
	                              .ca_file = ca, .cert_file = certificate, .key_file = key};
	const SyncLinkOptions options = {.end = PEER_CLOUD, .name = box, .box = box,
	                                 .broker = &broker, .on_changed = on_changed, .data = self};

	self->link = sync_link_new(self->sync, &options);
}

int main(int argc, char **argv)
{
	Far self = {.rooms = NULL};
	SyncOptions options;
	GError *error = NULL;
	g_autoptr(GInputStream) input = g_unix_input_stream_new(0, FALSE);

	if (argc != 4)
		return 2;
	self.rooms = rooms_open(NULL);
	options = (SyncOptions){self.rooms->store, self.rooms->events, false};
	self.sync = sync_new(&options);
	sync_open(self.sync, &error);
	g_assert_no_error(error);
	connect_to(&self, atoi(argv[1]), argv[2], argv[3]);
	self.lines = g_data_input_stream_new(input);
	self.loop = g_main_loop_new(NULL, FALSE);
	next_line(&self);
	g_main_loop_run(self.loop);
	sync_link_free(self.link);
	rooms_free(self.rooms);
	sync_free(self.sync);
	g_object_unref(self.lines);
	g_main_loop_unref(self.loop);
	return 0;
}
