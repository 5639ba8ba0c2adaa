/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The live streams: the log's tail and passing signals, to those who may see them today.
 *
 * Each stream holds its set of scopes and stands in the list of each; an event wakes only the
 * streams of its scope and no question of rights is asked per delivery. Where rights change, the
 * room says so and the set is asked for again after the commit. A position is the epoch and the
 * local sequence number, sealed, so that nobody reads the school's activity from its gaps. */
#include "events/live-private.h"

#include <string.h>

#define BEAT_S          20
#define REPLAY_SCAN_MAX 2000 /* events behind: further back a page asks for its state again */
#define REPLAY_SEND_MAX (STREAM_BLOCKS_MAX / 2)
#define OF_SESSION_MAX  8 /* a page has one; with some that a bad network has not missed yet */

typedef struct {
	uint8_t epoch[DIGEST_SIZE];
	int64_t seq;
} Position;

/* --- Blocks --- */

GBytes *live_block(const char *id, const char *name, const char *data)
{
	g_autofree char *text =
	        id ? g_strdup_printf("id: %s\nevent: %s\ndata: %s\n\n", id, name, data)
	           : g_strdup_printf("event: %s\ndata: %s\n\n", name, data);

	return stream_block(text);
}

static char *position_seal(const Live *self, int64_t seq)
{
	Position position = {.seq = seq};
	Digest epoch = digest_of(self->events->epoch.text, ID_LENGTH);

	memcpy(position.epoch, epoch.bytes, DIGEST_SIZE);
	return seal(self->key, &position, sizeof position);
}

/* -1: not ours, of another epoch, or ahead of us. */
static int64_t position_open(const Live *self, const char *sealed)
{
	size_t size;
	g_autofree uint8_t *bytes = unseal(self->key, sealed, &size);
	Digest epoch = digest_of(self->events->epoch.text, ID_LENGTH);
	Position position;

	if (!bytes || size != sizeof position)
		return -1;
	memcpy(&position, bytes, sizeof position);
	if (memcmp(position.epoch, epoch.bytes, DIGEST_SIZE) != 0 ||
	    position.seq > self->delivered_seq)
		return -1;
	return position.seq;
}

/* --- Listeners --- */

static void on_closed(void *data)
{
	Listener *listener = data;
	Live *self = listener->live;

	live_leave_scopes(self, listener);
	g_hash_table_remove(self->listeners, listener);
	g_hash_table_unref(listener->scopes);
	g_free(listener);
	if (self->beat && !g_hash_table_size(self->listeners)) {
		g_source_remove(self->beat);
		self->beat = 0;
	}
}

static const StreamEvents STREAM_EVENTS = {.on_closed = on_closed};

static gboolean on_beat(void *data)
{
	Live *self = data;
	g_autofree char *id = position_seal(self, self->delivered_seq);
	g_autoptr(GBytes) block = live_block(id, "beat", "{}");
	GHashTableIter iter;
	void *listener;

	g_hash_table_iter_init(&iter, self->listeners);
	while (g_hash_table_iter_next(&iter, &listener, NULL))
		(void)stream_send(((Listener *)listener)->stream, block);
	return G_SOURCE_CONTINUE;
}

/* --- Events --- */

static GBytes *event_block(Live *self, const Event *event, const Kind *kind, const Actor *reader,
                           const char *id)
{
	const char *name = NULL;
	g_autofree char *data = NULL;

	if (!kind->kind->to_live(kind->room, event, reader, &name, &data))
		return NULL;
	return live_block(id, name, data);
}

static bool is_own(const Listener *listener, const Event *event)
{
	return strcmp(listener->reader.person.text, event->actor) == 0;
}

/* The same for all streams of the event's own actor, so rendered once at most. */
static GBytes *own_block(Live *self, const Event *event, const Kind *kind, const Listener *listener,
                         const char *id, GBytes **own)
{
	if (!kind->kind->personal || !is_own(listener, event))
		return NULL;
	if (!*own)
		*own = event_block(self, event, kind, &listener->reader, id);
	return *own;
}

/* Of thousands each is cold memory: it is fetched while those before it are written to. */
static void look_ahead(const GPtrArray *listeners, guint at)
{
	const guint ahead = 4;

	if (at + 2 * ahead < listeners->len)
		__builtin_prefetch(listeners->pdata[at + 2 * ahead]);
	if (at + ahead < listeners->len)
		__builtin_prefetch(((Listener *)listeners->pdata[at + ahead])->stream);
}

static void deliver(Live *self, const Event *event)
{
	const Kind *kind = events_find_kind(self->events, event->kind);
	const GPtrArray *listeners = g_hash_table_lookup(self->by_scope, event->scope);
	g_autofree char *id = NULL;
	g_autoptr(GBytes) block = NULL;
	g_autoptr(GBytes) own = NULL;

	if (!listeners)
		return;
	id = position_seal(self, event->seq);
	block = event_block(self, event, kind, NULL, id);
	for (guint i = 0; i < listeners->len; i++) {
		const Listener *listener = listeners->pdata[i];
		GBytes *theirs = own_block(self, event, kind, listener, id, &own);

		look_ahead(listeners, i);
		if (theirs || block)
			(void)stream_send(listener->stream, theirs ? theirs : block);
	}
}

typedef struct {
	Live *live;
	Event *event; /* NULL: nobody gets it */
	int64_t seq;
} Appended;

static void on_committed(void *data, const GError *failure)
{
	Appended *appended = data;

	if (failure)
		return;
	appended->live->delivered_seq = appended->seq;
	if (appended->event)
		deliver(appended->live, appended->event);
}

static void appended_free(void *data)
{
	Appended *appended = data;

	event_free(appended->event);
	g_free(appended);
}

void live_on_appended(Live *self, const Event *event)
{
	const Kind *kind = events_find_kind(self->events, event->kind);
	Appended *appended = g_new0(Appended, 1);

	appended->live = self;
	appended->seq = event->seq;
	if (kind && kind->kind->to_live && g_hash_table_size(self->listeners))
		appended->event = event_copy(event);
	store_after_commit(self->events->store, on_committed, appended, appended_free);
}

/* --- A stream begins --- */

static void send_reset(Live *self, Listener *listener)
{
	g_autofree char *id = position_seal(self, self->delivered_seq);
	g_autoptr(GBytes) block = live_block(id, "reset", "{}");

	(void)stream_send(listener->stream, block);
}

static GBytes *replayed_block(Live *self, const Listener *listener, const Event *event)
{
	const Kind *kind = events_find_kind(self->events, event->kind);
	g_autofree char *id = NULL;

	if (!kind || !kind->kind->to_live || !g_hash_table_contains(listener->scopes, event->scope))
		return NULL;
	id = position_seal(self, event->seq);
	return event_block(self, event, kind,
	                   kind->kind->personal && is_own(listener, event) ? &listener->reader : NULL,
	                   id);
}

/* What this reader missed; false: too much, or it cannot be read. */
static bool replay(Live *self, const Listener *listener, int64_t after, GPtrArray *blocks)
{
	g_autoptr(GPtrArray) missed = NULL;
	size_t bytes = 0;

	if (after < 0 || self->delivered_seq - after > REPLAY_SCAN_MAX)
		return false;
	missed = events_list(self->events, after, (int)(self->delivered_seq - after), NULL);
	if (!missed)
		return false;
	for (guint i = 0; i < missed->len; i++) {
		GBytes *block = replayed_block(self, listener, missed->pdata[i]);

		if (!block)
			continue;
		bytes += g_bytes_get_size(block);
		g_ptr_array_add(blocks, block);
	}
	return blocks->len <= REPLAY_SEND_MAX && bytes <= STREAM_BYTES_MAX / 2;
}

/* One browser does not take everybody's streams: the newest stay, as the others are those of pages
 * that went away. */
static void cut_surplus(Live *self, const Actor *reader)
{
	Listener *oldest = NULL;
	unsigned count = 0;
	GHashTableIter iter;
	void *at;

	g_hash_table_iter_init(&iter, self->listeners);
	while (g_hash_table_iter_next(&iter, &at, NULL)) {
		Listener *listener = at;

		if (listener->cut || !id_equal(&listener->reader.session, &reader->session))
			continue;
		count++;
		if (!oldest || listener->number < oldest->number)
			oldest = listener;
	}
	if (count < OF_SESSION_MAX)
		return;
	oldest->cut = true;
	stream_cut(oldest->stream);
}

bool live_connect(Live *self, Request *request, const char *position, GError **error)
{
	g_autoptr(GPtrArray) missed = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	Listener *listener = g_new0(Listener, 1);
	g_autofree char *id = position_seal(self, self->delivered_seq);
	g_autoptr(GBytes) hello = live_block(id, "hello", "{}");
	bool complete;

	cut_surplus(self, request_actor(request));
	listener->live = self;
	listener->number = ++self->last_number;
	listener->reader = *request_actor(request);
	listener->scopes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_hash_table_add(self->listeners, listener);
	live_take_scopes(self, listener);
	complete = !position || replay(self, listener, position_open(self, position), missed);
	listener->stream = request_stream(request, &STREAM_EVENTS, listener);
	if (!self->beat)
		self->beat = g_timeout_add_seconds(BEAT_S, on_beat, self);
	for (guint i = 0; complete && i < missed->len; i++)
		(void)stream_send(listener->stream, missed->pdata[i]);
	if (!complete)
		send_reset(self, listener);
	else
		(void)stream_send(listener->stream, hello);
	return true;
}

unsigned live_count(const Live *self)
{
	return g_hash_table_size(self->listeners);
}

unsigned live_people(const Live *self)
{
	g_autoptr(GHashTable) people = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter iter;
	void *listener;

	g_hash_table_iter_init(&iter, self->listeners);
	while (g_hash_table_iter_next(&iter, &listener, NULL))
		g_hash_table_add(people, ((Listener *)listener)->reader.person.text);
	return g_hash_table_size(people);
}

/* --- The room's own life --- */

Live *live_new(Events *events)
{
	Live *self = g_new0(Live, 1);

	self->events = events;
	live_init_scopes(self);
	self->listeners = g_hash_table_new(NULL, NULL);
	live_init_signals(self);
	return self;
}

void live_free(Live *self)
{
	live_clear_signals(self);
	if (self->beat)
		g_source_remove(self->beat);
	g_assert(g_hash_table_size(self->listeners) == 0); /* http_free() came first */
	g_hash_table_unref(self->listeners);
	live_clear_scopes(self);
	g_free(self);
}

const uint8_t *live_key(const Live *self)
{
	return self->key;
}

bool live_open(Live *self, GError **error)
{
	g_autofree char *path = g_build_filename(self->events->data_directory, "box.key", NULL);
	g_autofree char *held = NULL;
	gsize size = 0;

	self->delivered_seq = self->events->head.last_seq;
	if (g_file_get_contents(path, &held, &size, NULL)) {
		if (size != SEAL_KEY_SIZE)
			return error_set(error, ERROR_INTERNAL, "%s is damaged: remove it", path);
		memcpy(self->key, held, SEAL_KEY_SIZE);
		return true;
	}
	random_bytes(self->key, SEAL_KEY_SIZE);
	return g_file_set_contents_full(path, (const char *)self->key, SEAL_KEY_SIZE,
	                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
	                                0600, error);
}
