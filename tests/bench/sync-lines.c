/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the sync costs without a broker: a filled school (fill.c) to an empty cloud, and from there to
 * an empty box, both ends in this process.
 *
 *	sync-lines DIRECTORY    a line each for "up" and "down": events, bytes sent there, bytes sent back,
 *	                        nanoseconds of CPU, nanoseconds on the wall; then a line "texts" with the
 *	                        messages and the bytes of their texts */
#include "rooms.h"

#include "sync/sync.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <time.h>

typedef struct {
	char *tail;
	void *bytes;
	size_t size;
} Flying;

typedef struct {
	GQueue letters;
	uint64_t bytes;
} Line;

static bool on_send(void *data, const char *tail, const void *bytes, size_t size)
{
	Line *line = data;
	Flying *letter = g_new(Flying, 1);

	*letter = (Flying){g_strdup(tail), g_memdup2(bytes, size), size};
	line->bytes += size;
	g_queue_push_tail(&line->letters, letter);
	return true;
}

static int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

typedef struct {
	Rooms *rooms;
	Sync *sync;
} Side;

static Side open_side(const char *directory)
{
	Side side = {.rooms = rooms_open(directory)};
	GError *error = NULL;

	side.sync = sync_new(&(SyncOptions){side.rooms->store, side.rooms->events, false});
	sync_open(side.sync, &error);
	g_assert_no_error(error);
	return side;
}

static void close_side(Side *side)
{
	rooms_free(side->rooms);
	sync_free(side->sync);
}

static bool deliver(Line *line, Peer *to, int64_t now_ms)
{
	bool any = line->letters.length > 0;
	Flying *letter;

	while ((letter = g_queue_pop_head(&line->letters))) {
		peer_take(to, letter->tail, letter->bytes, letter->size, now_ms);
		g_free(letter->tail);
		g_free(letter->bytes);
		g_free(letter);
	}
	return any;
}

/* One of the two is a box, the other the cloud. */
static void catch_up(const char *what, Side *from, Side *to, bool from_is_box)
{
	Line there = {0};
	Line back = {0};
	const PeerOptions sends = {from_is_box ? PEER_BOX : PEER_CLOUD, "other", on_send, &there};
	const PeerOptions takes = {from_is_box ? PEER_CLOUD : PEER_BOX, "other", on_send, &back};
	Peer *sender = peer_new(from->sync, &sends);
	Peer *taker = peer_new(to->sync, &takes);
	int64_t cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);
	int64_t wall = now_ns(CLOCK_MONOTONIC);
	bool any = true;

	peer_connected(sender, 1);
	peer_connected(taker, 1);
	while (any) {
		(void)peer_pump(sender, 1);
		any = deliver(&there, taker, 1);
		store_commit(to->rooms->store, NULL);
		(void)peer_pump(taker, 1);
		any = deliver(&back, sender, 1) || any;
		store_commit(from->rooms->store, NULL);
	}
	g_assert_cmpint(events_last_seq(from->rooms->events), ==, events_last_seq(to->rooms->events));
	g_assert_cmpint(peer_status(sender).waiting, ==, 0);
	printf("%s %" G_GINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT
	       " %" G_GINT64_FORMAT "\n",
	       what, events_last_seq(to->rooms->events), there.bytes, back.bytes,
	       now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu, now_ns(CLOCK_MONOTONIC) - wall);
	fflush(stdout);
	peer_free(sender);
	peer_free(taker);
}

static void weigh_texts(Side *side)
{
	g_autoptr(GPtrArray) events = NULL;
	int64_t after = 0, count = 0, bytes = 0;

	do {
		g_clear_pointer(&events, g_ptr_array_unref);
		events = events_list(side->rooms->events, after, 1000, NULL);
		for (guint i = 0; i < events->len; i++) {
			const Event *event = events->pdata[i];
			const char *text = json_string_value(json_object_get(event->body, "text"));

			after = event->seq;
			if (!g_str_equal(event->kind, "chat.message.posted") || !text)
				continue;
			count++;
			bytes += (int64_t)strlen(text);
		}
	} while (events->len);
	printf("texts %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", count, bytes);
}

int main(int argc, char **argv)
{
	g_autofree char *above = NULL;
	g_autofree char *below = NULL;
	Side school, cloud, building;

	if (argc != 2) {
		fprintf(stderr, "usage: sync-lines DIRECTORY\n");
		return 2;
	}
	above = g_build_filename(argv[1], "cloud", NULL);
	below = g_build_filename(argv[1], "building", NULL);
	g_mkdir(above, 0700);
	g_mkdir(below, 0700);
	school = open_side(argv[1]);
	cloud = open_side(above);
	building = open_side(below);
	catch_up("up", &school, &cloud, true);
	catch_up("down", &cloud, &building, false);
	weigh_texts(&school);
	close_side(&school);
	close_side(&cloud);
	close_side(&building);
	return 0;
}
