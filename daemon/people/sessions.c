/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sessions in rows and in memory. */
#include "people/sessions.h"
#include "base/log.h"

#include <string.h>

#define CACHE_MAX 8192
#define RETRY_MS  (60 * 1000)
#define STEP_MS   1000 /* more between wall and boot clock is no drift: somebody set the clock */

/* A session as the loop knows it: its times are of the boot clock, which nobody sets. */
typedef struct {
	Digest digest;
	Actor actor;
	bool own_device;
	bool dirty; /* seen or touched since it was written */
	bool doubted; /* its end was reckoned from a row of before the machine's time was doubted */
	int64_t seen_ms;
	int64_t end_ms;
} Kept;

struct Sessions {
	Store *store;
	Events *events;
	int64_t shared_idle_ms;
	int64_t own_device_ms;
	int64_t (*boot_ms)(void);
	GHashTable *by_digest; /* Digest → Kept, owned */
	GHashTable *by_id;     /* session's id → Kept */
	int64_t written_ms;
	int64_t offset_ms; /* wall time minus boot time, when it was looked at last */
	guint timer;
	int64_t timer_ms;
	bool failing; /* the last tick could not write: said once */
};

static guint hash_digest(gconstpointer key)
{
	guint hash;

	memcpy(&hash, key, sizeof hash);
	return hash;
}

static gboolean same_digest(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, sizeof(Digest)) == 0;
}

Sessions *sessions_new(const SessionsOptions *options)
{
	Sessions *self = g_new0(Sessions, 1);

	self->store = options->store;
	self->events = options->events;
	self->shared_idle_ms = options->shared_idle_s * 1000;
	self->own_device_ms = options->own_device_s * 1000;
	self->boot_ms = options->boot_ms;
	self->written_ms = self->boot_ms();
	self->offset_ms = events_now_ms(self->events) - self->written_ms;
	self->by_digest = g_hash_table_new_full(hash_digest, same_digest, NULL, g_free);
	self->by_id = g_hash_table_new(g_str_hash, g_str_equal);
	return self;
}

void sessions_set_limits(Sessions *self, int64_t shared_idle_s, int64_t own_device_s)
{
	self->shared_idle_ms = shared_idle_s * 1000;
	self->own_device_ms = own_device_s * 1000;
}

/* --- The copy in memory --- */

static gboolean on_timer(gpointer data)
{
	Sessions *self = data;

	self->timer = 0;
	sessions_tick(self);
	return G_SOURCE_REMOVE;
}

static void arm(Sessions *self, int64_t due_ms)
{
	int64_t wait_ms;

	if (self->timer && self->timer_ms <= due_ms)
		return;
	if (self->timer)
		g_source_remove(self->timer);
	wait_ms = CLAMP(due_ms - self->boot_ms(), 1000, 24 * 3600 * 1000);
	self->timer_ms = due_ms;
	self->timer = g_timeout_add((guint)wait_ms, on_timer, self);
}

static void drop(Sessions *self, Kept *kept)
{
	g_hash_table_remove(self->by_id, kept->actor.session.text);
	g_hash_table_remove(self->by_digest, &kept->digest);
}

static void drop_of_person(Sessions *self, const char *person)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, self->by_digest);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const Kept *kept = value;

		if (strcmp(kept->actor.person.text, person) != 0)
			continue;
		g_hash_table_remove(self->by_id, kept->actor.session.text);
		g_hash_table_iter_remove(&iter);
	}
}

/* Own devices' sessions that hold nothing new are read again when they come back. */
static void make_room(Sessions *self)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, self->by_digest);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const Kept *kept = value;

		if (kept->dirty || !kept->own_device)
			continue;
		g_hash_table_remove(self->by_id, kept->actor.session.text);
		g_hash_table_iter_remove(&iter);
	}
}

static Kept *load(Sessions *self, const Digest *digest, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_session");
	int64_t wall_ms = events_now_ms(self->events);
	int64_t boot_ms = self->boot_ms();
	int64_t longest_ms;
	WallClock clock;
	bool row;
	Kept *kept;

	query_bind_blob(query, ":digest", digest->bytes, sizeof digest->bytes);
	if (!query_next(query, &row, error) || !row)
		return NULL;
	kept = g_new0(Kept, 1);
	kept->digest = *digest;
	kept->actor.kind = ACTOR_PERSON;
	kept->actor.session = id_from(query_text(query, 0));
	kept->actor.person = id_from(query_text(query, 1));
	kept->actor.roles = (unsigned)query_int(query, 5);
	kept->own_device = query_int(query, 2);
	clock = events_clock(self->events);
	kept->doubted = clock.doubt != CLOCK_BELIEVED && query_int(query, 6) < clock.known_ms;
	kept->seen_ms = boot_ms - MAX(wall_ms - query_int(query, 3), 0);
	longest_ms = kept->own_device ? self->own_device_ms : self->shared_idle_ms;
	kept->end_ms = boot_ms + MIN(query_int(query, 4) - wall_ms, longest_ms);
	if (g_hash_table_size(self->by_digest) >= CACHE_MAX)
		make_room(self);
	g_hash_table_insert(self->by_digest, &kept->digest, kept);
	g_hash_table_insert(self->by_id, kept->actor.session.text, kept);
	return kept;
}

/* The wall clock was set. What lives here lives on by the boot clock, and its rows are to say the
 * new time; but an end that was reckoned while the time was doubted is reckoned again. */
static void follow_clock(Sessions *self)
{
	int64_t offset_ms = events_now_ms(self->events) - self->boot_ms();
	GHashTableIter iter;
	gpointer value;

	if (ABS(offset_ms - self->offset_ms) < STEP_MS)
		return;
	self->offset_ms = offset_ms;
	g_hash_table_iter_init(&iter, self->by_digest);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		Kept *kept = value;

		kept->dirty = true;
		if (!kept->doubted)
			continue;
		g_hash_table_remove(self->by_id, kept->actor.session.text);
		g_hash_table_iter_remove(&iter);
	}
}

bool sessions_find(Sessions *self, const char *token, Actor *ret_actor, GError **error)
{
	int64_t now_ms = self->boot_ms();
	GError *failure = NULL;
	Digest digest;
	Kept *kept;

	*ret_actor = (Actor){.kind = ACTOR_NOBODY};
	if (strlen(token) != TOKEN_LENGTH)
		return true;
	follow_clock(self);
	digest = token_digest(token);
	kept = g_hash_table_lookup(self->by_digest, &digest);
	if (!kept)
		kept = load(self, &digest, &failure);
	if (failure) {
		g_propagate_error(error, failure);
		return false;
	}
	if (!kept)
		return true;
	if (kept->end_ms <= now_ms) {
		arm(self, now_ms);
		return true;
	}
	kept->seen_ms = now_ms;
	kept->dirty = true;
	arm(self, kept->own_device ? self->written_ms + SESSIONS_WRITE_MS
				   : MIN(self->written_ms + SESSIONS_WRITE_MS, kept->end_ms));
	*ret_actor = kept->actor;
	return true;
}

void sessions_touch(Sessions *self, const Actor *actor)
{
	Kept *kept = g_hash_table_lookup(self->by_id, actor->session.text);

	if (!kept || kept->own_device)
		return;
	kept->end_ms = self->boot_ms() + self->shared_idle_ms;
	kept->doubted = false;
	kept->dirty = true;
}

int64_t sessions_end_ms(Sessions *self, const char *session, bool *ret_own_device)
{
	const Kept *kept = g_hash_table_lookup(self->by_id, session);
	g_autoptr(Query) query = NULL;
	bool row;

	if (kept) {
		*ret_own_device = kept->own_device;
		return events_now_ms(self->events) + kept->end_ms - self->boot_ms();
	}
	query = store_query(self->store, "find_session_end");
	query_bind_text(query, ":id", session);
	if (!query_next(query, &row, NULL) || !row)
		return 0;
	*ret_own_device = query_int(query, 1);
	return query_int(query, 0);
}

/* --- Forgetting: now, and again when the turn is over, for what a reader put back meanwhile --- */

typedef struct {
	Sessions *sessions;
	Id id;
	bool of_person;
} Forget;

static void on_forget(void *data, const GError *failure)
{
	const Forget *forget = data;
	Kept *kept;

	if (forget->of_person) {
		drop_of_person(forget->sessions, forget->id.text);
		return;
	}
	kept = g_hash_table_lookup(forget->sessions->by_id, forget->id.text);
	if (kept)
		drop(forget->sessions, kept);
}

static void forget(Sessions *self, const char *id, bool of_person)
{
	Forget *what = g_new0(Forget, 1);

	what->sessions = self;
	what->id = id_from(id);
	what->of_person = of_person;
	on_forget(what, NULL);
	store_after_commit(self->store, on_forget, what, g_free);
}

void sessions_forget_person(Sessions *self, const char *person)
{
	forget(self, person, true);
}

/* --- Rows --- */

bool sessions_end(Sessions *self, const char *session, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_session");

	query_bind_text(query, ":id", session);
	if (!query_run(query, error))
		return false;
	forget(self, session, false);
	events_session_ended(self->events, session);
	return true;
}

static bool end_beyond(Sessions *self, const char *person, int64_t keep, const char *kept,
		       GError **error)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(Query) query = store_query(self->store, "list_session_ids");
	bool row = true;

	query_bind_text(query, ":person", person);
	query_bind_int(query, ":keep", keep);
	while (row) {
		if (!query_next(query, &row, error))
			return false;
		if (row && g_strcmp0(query_text(query, 0), kept) != 0)
			g_ptr_array_add(ids, g_strdup(query_text(query, 0)));
	}
	for (guint i = 0; i < ids->len; i++)
		if (!sessions_end(self, ids->pdata[i], error))
			return false;
	return true;
}

bool sessions_end_others(Sessions *self, const char *person, const char *kept, GError **error)
{
	return end_beyond(self, person, 0, kept, error);
}

static bool note_seen(Sessions *self, const char *person, int64_t wall_ms, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "set_person_seen");

	query_bind_text(query, ":person", person);
	query_bind_int(query, ":now", wall_ms);
	return query_run(query, error);
}

char *sessions_start(Sessions *self, const char *person, bool own_device, const char *device,
		     Id *ret_id, GError **error)
{
	g_autoptr(Query) query = NULL;
	g_autofree char *token = NULL;
	int64_t now_ms = events_now_ms(self->events);
	Id id = id_new();
	Digest digest;

	if (!end_beyond(self, person, SESSIONS_PER_PERSON_MAX - 1, NULL, error))
		return NULL;
	token = token_new();
	digest = token_digest(token);
	query = store_query(self->store, "add_session");
	query_bind_text(query, ":id", id.text);
	query_bind_blob(query, ":digest", digest.bytes, sizeof digest.bytes);
	query_bind_text(query, ":person", person);
	query_bind_int(query, ":own_device", own_device);
	query_bind_text(query, ":device", device);
	query_bind_int(query, ":now", now_ms);
	query_bind_int(query, ":expires",
		       now_ms + (own_device ? self->own_device_ms : self->shared_idle_ms));
	if (!query_run(query, error) || !note_seen(self, person, now_ms, error))
		return NULL;
	*ret_id = id;
	return g_steal_pointer(&token);
}

/* --- What time brings --- */

static bool write_kept(Sessions *self, Kept *kept, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "keep_session");
	int64_t to_wall_ms = events_now_ms(self->events) - self->boot_ms();

	query_bind_text(query, ":id", kept->actor.session.text);
	query_bind_int(query, ":now", kept->seen_ms + to_wall_ms);
	query_bind_int(query, ":expires", kept->end_ms + to_wall_ms);
	return query_run(query, error) &&
	       note_seen(self, kept->actor.person.text, kept->seen_ms + to_wall_ms, error);
}

/* Also those that are not in memory: their streams close like the others'. By a time that is
 * doubted nothing ends for good. */
static bool remove_ended(Sessions *self, GError **error)
{
	WallClock clock = events_clock(self->events);
	g_autoptr(Query) query = store_query(self->store, "remove_ended_sessions");
	g_autoptr(GPtrArray) ended = NULL;

	if (clock.doubt != CLOCK_BELIEVED)
		return true;
	query_bind_int(query, ":now", events_now_ms(self->events));
	ended = query_list_texts(query, error);
	for (guint i = 0; ended && i < ended->len; i++)
		events_session_ended(self->events, ended->pdata[i]);
	return ended != NULL;
}

static bool write_all(Sessions *self, GError **error)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, self->by_digest);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		if (((Kept *)value)->dirty && !write_kept(self, value, error))
			return false;
	return remove_ended(self, error);
}

static bool end_over(Sessions *self, int64_t now_ms, GError **error)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, self->by_digest);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const Kept *kept = value;

		if (kept->end_ms <= now_ms && !kept->doubted)
			g_ptr_array_add(ids, g_strdup(kept->actor.session.text));
	}
	for (guint i = 0; i < ids->len; i++)
		if (!sessions_end(self, ids->pdata[i], error))
			return false;
	return true;
}

static void on_written(void *data, const GError *failure)
{
	Sessions *self = data;
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, self->by_digest);
	while (!failure && g_hash_table_iter_next(&iter, NULL, &value))
		((Kept *)value)->dirty = false;
}

static bool write_turn(Sessions *self, bool write, int64_t now_ms, GError **error)
{
	bool fine;

	if (!store_begin(self->store, error))
		return false;
	fine = end_over(self, now_ms, error) && (!write || write_all(self, error));
	if (write)
		store_after_commit(self->store, on_written, self, NULL);
	return store_end(self->store, fine, fine ? error : NULL) && fine;
}

/* When the next tick is worth waking up for; INT64_MAX: never. */
static int64_t find_due(Sessions *self)
{
	int64_t due_ms = INT64_MAX;
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, self->by_digest);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const Kept *kept = value;

		if (kept->dirty)
			due_ms = MIN(due_ms, self->written_ms + SESSIONS_WRITE_MS);
		if (!kept->own_device && !kept->doubted)
			due_ms = MIN(due_ms, kept->end_ms);
	}
	return due_ms;
}

static bool tick(Sessions *self, bool write)
{
	int64_t now_ms = self->boot_ms();
	g_autoptr(GError) error = NULL;

	if (write_turn(self, write, now_ms, &error)) {
		self->failing = false;
		if (write)
			self->written_ms = now_ms;
		return true;
	}
	if (!self->failing)
		log_failure(LOG_WARNING, error, "Sessions could not be written, trying again");
	self->failing = true;
	return false;
}

bool sessions_tick(Sessions *self)
{
	int64_t now_ms = self->boot_ms();
	int64_t due_ms;

	follow_clock(self);
	due_ms = find_due(self);
	if (due_ms <= now_ms && !tick(self, now_ms >= self->written_ms + SESSIONS_WRITE_MS))
		due_ms = now_ms + RETRY_MS;
	else
		due_ms = find_due(self);
	if (due_ms == INT64_MAX)
		return false;
	arm(self, due_ms);
	return true;
}

void sessions_free(Sessions *self)
{
	if (!self)
		return;
	if (find_due(self) != INT64_MAX)
		tick(self, true);
	/* Hooks of this turn point here. */
	store_commit(self->store, NULL);
	if (self->timer)
		g_source_remove(self->timer);
	g_hash_table_unref(self->by_id);
	g_hash_table_unref(self->by_digest);
	g_free(self);
}
