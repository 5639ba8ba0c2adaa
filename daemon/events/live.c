/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The live streams: the log's tail and passing signals, to those who may see them today.
 *
 * Each stream holds its set of scopes and stands in the list of each; an event wakes only the
 * streams of its scope and no question of rights is asked per delivery. Where rights change, the
 * room says so and the set is asked for again after the commit. A position is the epoch and the
 * local sequence number, sealed, so that nobody reads the school's activity from its gaps. */
#include "events/events-private.h"

#include <string.h>

#define BEAT_S          20
#define REPLAY_SCAN_MAX 2000 /* events behind: further back a page asks for its state again */
#define REPLAY_SEND_MAX (STREAM_BLOCKS_MAX / 2)
#define OF_SESSION_MAX  8 /* a page has one; with some that a bad network has not missed yet */

typedef struct {
	AudienceFunc scopes_of;
	void *room;
} Audience;

struct ScopeSet {
	GHashTable *scopes; /* owned texts */
};

typedef struct {
	Stream *stream;
	Actor reader;
	Live *live;
	GHashTable *scopes;
	uint64_t number; /* rises with each */
	bool cut;
} Listener;

struct Live {
	Events *events;
	GArray *audiences;
	GHashTable *by_scope;  /* scope → GPtrArray of Listener */
	GHashTable *listeners; /* of Listener */
	uint64_t last_number;
	GHashTable *signals;   /* coalescing key → Signal, until the loop comes to rest */
	GSource *flush;
	guint beat;
	int64_t delivered_seq;
	uint8_t key[SEAL_KEY_SIZE];
};

typedef struct {
	char *scope;
	GBytes *block;
} Signal;

typedef struct {
	uint8_t epoch[DIGEST_SIZE];
	int64_t seq;
} Position;

/* --- Blocks --- */

static GBytes *block_new(const char *id, const char *name, const char *data)
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

/* --- Listeners and their scopes --- */

void scope_add(ScopeSet *set, const char *scope)
{
	g_hash_table_add(set->scopes, g_strdup(scope));
}

static void leave_scope(Live *self, Listener *listener, const char *scope)
{
	GPtrArray *there = g_hash_table_lookup(self->by_scope, scope);

	if (!there)
		return;
	g_ptr_array_remove_fast(there, listener);
	if (!there->len)
		g_hash_table_remove(self->by_scope, scope);
}

static void join_scope(Live *self, Listener *listener, const char *scope)
{
	GPtrArray *there = g_hash_table_lookup(self->by_scope, scope);

	if (!there) {
		there = g_ptr_array_new();
		g_hash_table_insert(self->by_scope, g_strdup(scope), there);
	}
	g_ptr_array_add(there, listener);
}

static void take_scopes(Live *self, Listener *listener)
{
	GHashTable *today = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	ScopeSet set = {today};
	GHashTableIter iter;
	void *scope;

	for (guint i = 0; i < self->audiences->len; i++) {
		const Audience *audience = &g_array_index(self->audiences, Audience, i);

		audience->scopes_of(audience->room, &listener->reader, &set);
	}
	g_hash_table_iter_init(&iter, listener->scopes);
	while (g_hash_table_iter_next(&iter, &scope, NULL))
		if (!g_hash_table_contains(today, scope))
			leave_scope(self, listener, scope);
	g_hash_table_iter_init(&iter, today);
	while (g_hash_table_iter_next(&iter, &scope, NULL))
		if (!g_hash_table_contains(listener->scopes, scope))
			join_scope(self, listener, scope);
	g_hash_table_unref(listener->scopes);
	listener->scopes = today;
}

static void on_closed(void *data)
{
	Listener *listener = data;
	Live *self = listener->live;
	GHashTableIter iter;
	void *scope;

	g_hash_table_iter_init(&iter, listener->scopes);
	while (g_hash_table_iter_next(&iter, &scope, NULL))
		leave_scope(self, listener, scope);
	g_hash_table_remove(self->listeners, listener);
	g_hash_table_unref(listener->scopes);
	g_free(listener);
	if (self->beat && !g_hash_table_size(self->listeners)) {
		g_source_remove(self->beat);
		self->beat = 0;
	}
}

static const StreamEvents STREAM_EVENTS = {.on_closed = on_closed};

/* Sending never closes a stream at once: on_closed follows from the loop. */
static void send_to(const GPtrArray *listeners, GBytes *block)
{
	for (guint i = 0; listeners && i < listeners->len; i++)
		(void)stream_send(((Listener *)listeners->pdata[i])->stream, block);
}

static gboolean on_beat(void *data)
{
	Live *self = data;
	g_autofree char *id = position_seal(self, self->delivered_seq);
	g_autoptr(GBytes) block = block_new(id, "beat", "{}");
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
	return block_new(id, name, data);
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
	g_autoptr(GBytes) block = block_new(id, "reset", "{}");

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
	g_autoptr(GBytes) hello = block_new(id, "hello", "{}");
	bool complete;

	cut_surplus(self, request_actor(request));
	listener->live = self;
	listener->number = ++self->last_number;
	listener->reader = *request_actor(request);
	listener->scopes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_hash_table_add(self->listeners, listener);
	take_scopes(self, listener);
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

/* --- Signals --- */

static void signal_free(void *data)
{
	Signal *signal = data;

	g_free(signal->scope);
	g_bytes_unref(signal->block);
	g_free(signal);
}

static void flush(Live *self)
{
	g_autoptr(GHashTable) signals = self->signals;
	GHashTableIter iter;
	void *value;

	self->signals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, signal_free);
	g_hash_table_iter_init(&iter, signals);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const Signal *signal = value;

		send_to(g_hash_table_lookup(self->by_scope, signal->scope), signal->block);
	}
}

typedef struct {
	Live *live;
	char *key;
	Signal *signal;
} Pending;

static void on_signal_committed(void *data, const GError *failure)
{
	Pending *pending = data;
	Live *self = pending->live;

	if (failure)
		return;
	g_hash_table_replace(self->signals, g_steal_pointer(&pending->key),
	                     g_steal_pointer(&pending->signal));
}

static void pending_free(void *data)
{
	Pending *pending = data;

	g_free(pending->key);
	if (pending->signal)
		signal_free(pending->signal);
	g_free(pending);
}

void live_signal(Live *self, const char *scope, const char *name, const char *key,
                 const char *data)
{
	Pending *pending = g_new0(Pending, 1);

	pending->live = self;
	pending->key = g_strconcat(scope, "\n", name, "\n", key, NULL);
	pending->signal = g_new0(Signal, 1);
	pending->signal->scope = g_strdup(scope);
	pending->signal->block = block_new(NULL, name, data);
	store_after_commit(self->events->store, on_signal_committed, pending, pending_free);
}

/* --- Rights and sessions change --- */

typedef struct {
	Live *live;
	Id who; /* person or session; "" everybody */
} Change;

static void on_audience_committed(void *data, const GError *failure)
{
	const Change *change = data;
	GHashTableIter iter;
	void *at;

	g_hash_table_iter_init(&iter, change->live->listeners);
	while (!failure && g_hash_table_iter_next(&iter, &at, NULL)) {
		Listener *listener = at;

		if (id_is_empty(&change->who) || id_equal(&listener->reader.person, &change->who))
			take_scopes(change->live, listener);
	}
}

static void on_session_committed(void *data, const GError *failure)
{
	const Change *change = data;
	g_autoptr(GBytes) block = block_new(NULL, "session_ended", "{}");
	GHashTableIter iter;
	void *at;

	g_hash_table_iter_init(&iter, change->live->listeners);
	while (!failure && g_hash_table_iter_next(&iter, &at, NULL)) {
		Listener *listener = at;

		if (!id_equal(&listener->reader.session, &change->who))
			continue;
		if (stream_send(listener->stream, block))
			stream_end(listener->stream);
	}
}

static void change_later(Live *self, const char *who, TurnHook hook)
{
	Change *change = g_new0(Change, 1);

	change->live = self;
	change->who = id_from(who);
	store_after_commit(self->events->store, hook, change, g_free);
}

void live_audience_changed(Live *self, const char *person)
{
	/* A foreign event may name what is no id: nobody listens as that. */
	if (person && !id_is_valid(person))
		return;
	change_later(self, person, on_audience_committed);
}

void live_session_ended(Live *self, const char *session)
{
	change_later(self, session, on_session_committed);
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

typedef struct {
	GSource source;
	Live *live;
} FlushSource;

static gboolean prepare_flush(GSource *source, int *timeout_ms)
{
	return g_hash_table_size(((FlushSource *)source)->live->signals) > 0;
}

static gboolean dispatch_flush(GSource *source, GSourceFunc callback, void *data)
{
	flush(((FlushSource *)source)->live);
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs FLUSH_FUNCS = {.prepare = prepare_flush, .dispatch = dispatch_flush};

Live *live_new(Events *events)
{
	Live *self = g_new0(Live, 1);

	self->events = events;
	self->audiences = g_array_new(FALSE, FALSE, sizeof(Audience));
	self->by_scope = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	                                       (GDestroyNotify)g_ptr_array_unref);
	self->listeners = g_hash_table_new(NULL, NULL);
	self->signals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, signal_free);
	self->flush = g_source_new(&FLUSH_FUNCS, sizeof(FlushSource));
	((FlushSource *)self->flush)->live = self;
	g_source_set_priority(self->flush, G_PRIORITY_DEFAULT + 60);
	g_source_attach(self->flush, NULL);
	return self;
}

void live_free(Live *self)
{
	g_source_destroy(self->flush);
	g_source_unref(self->flush);
	if (self->beat)
		g_source_remove(self->beat);
	g_assert(g_hash_table_size(self->listeners) == 0); /* http_free() came first */
	g_hash_table_unref(self->listeners);
	g_hash_table_unref(self->by_scope);
	g_hash_table_unref(self->signals);
	g_array_unref(self->audiences);
	g_free(self);
}

void live_add_audience(Live *self, AudienceFunc scopes_of, void *room)
{
	Audience audience = {scopes_of, room};

	g_array_append_val(self->audiences, audience);
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
