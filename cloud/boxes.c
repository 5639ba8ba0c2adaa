/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Driving the peers of one house. A message is taken when no turn is out: taking it then would block
 * the loop, and with it all other schools, until PostgreSQL has answered. Meanwhile what came is
 * read, and as much of it shares the next turn as others can wait for. */
#include "boxes.h"
#include "base/clock.h"
#include "base/log.h"

#include <string.h>

#define WAITING_MAX 64 /* messages of a box, which has 8 batches on their way at most */
#define WAITING_BYTES (4 * SYNC_PLAIN_MAX) /* of all of them */
#define AHEAD_MAX   8  /* of them are read ahead */
#define TAKING_US   24000 /* others wait so long, and for one more message */

typedef struct {
	Boxes *boxes;
	char *origin;
	Peer *peer;  /* NULL: the house is closed */
	guint soon;  /* an idle source */
	guint later; /* a timer */
	unsigned waiting; /* letters */
	bool is_live; /* said */
} Box;

typedef struct {
	char *origin;
	char *tail;
	GBytes *bytes;
	PeerMail *mail; /* as it was read ahead; NULL: it was not */
} Letter;

struct Boxes {
	Lines *lines;
	const char *slug;
	char **origins;
	GHashTable *boxes; /* origin → Box */
	GQueue letters;
	size_t bytes; /* of them */
	Sync *sync;   /* NULL: the house is closed */
	Store *store;
	guint work;   /* an idle source */
	bool waits;   /* for the end of a turn */
};

static void work_soon(Boxes *self);

static void letter_free(void *data)
{
	Letter *self = data;

	g_free(self->origin);
	g_free(self->tail);
	g_bytes_unref(self->bytes);
	peer_mail_free(self->mail);
	g_free(self);
}

/* --- One box --- */

static gboolean on_soon(void *data);

static void pump_soon(void *data)
{
	Box *self = data;

	if (!self->soon)
		self->soon = g_idle_add(on_soon, self);
}

static gboolean on_later(void *data)
{
	Box *self = data;

	self->later = 0;
	pump_soon(self);
	return G_SOURCE_REMOVE;
}

static void say_state(Box *self)
{
	PeerStatus status = peer_status(self->peer);
	bool is_live = status.state == PEER_LIVE;

	if (is_live && !self->is_live)
		log_write(LOG_INFO, "The box of the school %s speaks", self->boxes->slug);
	self->is_live = is_live;
}

static gboolean on_soon(void *data)
{
	Box *self = data;
	int64_t now = clock_boot_ms();
	int64_t next = peer_pump(self->peer, now);

	self->soon = 0;
	g_clear_handle_id(&self->later, g_source_remove);
	if (next != G_MAXINT64)
		self->later = g_timeout_add((guint)CLAMP(next - now, 1, 60000), on_later, self);
	return G_SOURCE_REMOVE;
}

static bool on_send(void *data, const char *tail, const void *bytes, size_t size)
{
	const Box *self = data;

	return lines_send(self->boxes->lines, self->origin, tail, bytes, size);
}

static void box_open(Box *self)
{
	const PeerOptions options = {PEER_CLOUD, self->origin, on_send, self};

	self->peer = peer_new(self->boxes->sync, &options);
	peer_on_news(self->peer, pump_soon, self);
	if (lines_are_up(self->boxes->lines))
		peer_connected(self->peer, clock_boot_ms());
}

static void box_close(Box *self)
{
	g_clear_pointer(&self->peer, peer_free);
	g_clear_handle_id(&self->soon, g_source_remove);
	g_clear_handle_id(&self->later, g_source_remove);
	self->is_live = false;
}

static void box_free(void *data)
{
	Box *self = data;

	box_close(self);
	g_free(self->origin);
	g_free(self);
}

/* --- Which there are --- */

Boxes *boxes_new(Lines *lines, const char *slug)
{
	Boxes *self = g_new0(Boxes, 1);

	self->lines = lines;
	self->slug = slug;
	self->origins = g_new0(char *, 1);
	self->boxes = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, box_free);
	g_queue_init(&self->letters);
	return self;
}

void boxes_free(Boxes *self)
{
	if (!self)
		return;
	boxes_close(self);
	g_queue_clear_full(&self->letters, letter_free);
	g_hash_table_unref(self->boxes);
	g_strfreev(self->origins);
	g_free(self);
}

static gboolean is_unlisted(void *key, void *value, void *origins)
{
	return !g_strv_contains(origins, key);
}

static void add_box(Boxes *self, const char *origin)
{
	Box *box = g_new0(Box, 1);

	box->boxes = self;
	box->origin = g_strdup(origin);
	g_hash_table_insert(self->boxes, box->origin, box);
	if (self->sync)
		box_open(box);
}

static bool decide(const Boxes *self, GError **error)
{
	Id origin;

	if (!self->sync || !self->origins[0] ||
	    g_str_equal(sync_authority(self->sync)->text, self->origins[0]))
		return true;
	origin = id_from(self->origins[0]);
	return sync_set_authority(self->sync, &origin, error);
}

void boxes_set(Boxes *self, const char *origins)
{
	g_autofree char *present = g_strjoinv(" ", self->origins);
	g_autoptr(GError) error = NULL;

	if (g_str_equal(present, origins ? origins : ""))
		return;
	g_strfreev(self->origins);
	self->origins = g_strsplit(origins ? origins : "", " ", -1);
	g_hash_table_foreach_remove(self->boxes, is_unlisted, self->origins);
	for (guint i = 0; self->origins[i]; i++)
		if (!g_hash_table_contains(self->boxes, self->origins[i]))
			add_box(self, self->origins[i]);
	if (!decide(self, &error) || (self->sync && !sync_join_from(self->sync, self->origins, &error)))
		log_failure(LOG_WARNING, error, "The school %s does not know its box yet", self->slug);
}

char **boxes_origins(const Boxes *self)
{
	return self->origins;
}

/* --- What they say --- */

static void on_turn_over(void *data, const GError *failure)
{
	Boxes *self = data;

	self->waits = false;
	work_soon(self);
}

/* Else on_turn_over() is called when it is. */
static bool is_turn_over(Boxes *self)
{
	self->waits = true;
	store_after_commit(self->store, on_turn_over, self, NULL);
	return !self->waits;
}

static void take_letter(Boxes *self, const Letter *letter)
{
	Box *box = g_hash_table_lookup(self->boxes, letter->origin);
	size_t size;
	const void *bytes = g_bytes_get_data(letter->bytes, &size);

	if (!box)
		return;
	if (letter->mail)
		peer_take_mail(box->peer, letter->mail, clock_boot_ms());
	else
		peer_take(box->peer, letter->tail, bytes, size, clock_boot_ms());
	say_state(box);
	pump_soon(box);
}

static Letter *next_letter(Boxes *self)
{
	Letter *letter = g_queue_pop_head(&self->letters);
	Box *box = letter ? g_hash_table_lookup(self->boxes, letter->origin) : NULL;

	if (letter)
		self->bytes -= g_bytes_get_size(letter->bytes);
	if (box && box->waiting > 0) /* 0: it was unlinked and linked anew since */
		box->waiting--;
	return letter;
}

static gboolean on_work(void *data)
{
	Boxes *self = data;
	gint64 until_us = g_get_monotonic_time() + TAKING_US;
	Letter *letter;

	self->work = 0;
	if (!is_turn_over(self))
		return G_SOURCE_REMOVE;
	while (!store_is_settling(self->store) && (letter = next_letter(self))) {
		take_letter(self, letter);
		letter_free(letter);
		if (g_get_monotonic_time() >= until_us)
			break;
	}
	work_soon(self);
	return G_SOURCE_REMOVE;
}

static void work_soon(Boxes *self)
{
	if (self->sync && !self->work && !self->waits && self->letters.length > 0)
		self->work = g_idle_add(on_work, self);
}

void boxes_take(Boxes *self, const char *origin, const char *tail, const void *bytes, size_t size)
{
	Box *box = g_hash_table_lookup(self->boxes, origin);
	Letter *letter;

	if (!box || box->waiting >= WAITING_MAX || self->bytes + size > WAITING_BYTES)
		return;
	box->waiting++;
	self->bytes += size;
	letter = g_new(Letter, 1);
	*letter = (Letter){g_strdup(origin), g_strdup(tail), g_bytes_new(bytes, size), NULL};
	if (self->letters.length < AHEAD_MAX)
		letter->mail = peer_mail_open(tail, bytes, size);
	g_queue_push_tail(&self->letters, letter);
	work_soon(self);
}

/* --- The house --- */

static int is_of(const void *letter, const void *origin)
{
	return strcmp(((const Letter *)letter)->origin, origin);
}

bool boxes_open(Boxes *self, Sync *sync, Store *store, GError **error)
{
	self->sync = sync;
	self->store = store;
	for (guint i = 0; self->origins[i]; i++) {
		box_open(g_hash_table_lookup(self->boxes, self->origins[i]));
		if (!g_queue_find_custom(&self->letters, self->origins[i], is_of))
			lines_wake(self->lines, self->origins[i]);
	}
	work_soon(self);
	return decide(self, error) && sync_join_from(sync, self->origins, error);
}

void boxes_close(Boxes *self)
{
	GHashTableIter each;
	void *box;

	g_hash_table_iter_init(&each, self->boxes);
	while (g_hash_table_iter_next(&each, NULL, &box))
		box_close(box);
	g_clear_handle_id(&self->work, g_source_remove);
	self->waits = false;
	self->sync = NULL;
	self->store = NULL;
}

void boxes_turn(Boxes *self, bool up)
{
	GHashTableIter each;
	void *box;

	g_hash_table_iter_init(&each, self->boxes);
	while (self->sync && g_hash_table_iter_next(&each, NULL, &box)) {
		Peer *peer = ((Box *)box)->peer;

		if (up) {
			peer_connected(peer, clock_boot_ms());
			lines_wake(self->lines, ((Box *)box)->origin);
		} else {
			peer_disconnected(peer);
		}
	}
}

bool boxes_have_work(const Boxes *self)
{
	GHashTableIter each;
	void *box;

	g_hash_table_iter_init(&each, self->boxes);
	while (self->sync && g_hash_table_iter_next(&each, NULL, &box)) {
		PeerStatus status = peer_status(((Box *)box)->peer);

		if (status.state >= PEER_LIVE && status.waiting > 0)
			return true;
	}
	return self->letters.length > 0;
}
