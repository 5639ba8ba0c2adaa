/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who looked at a pupil's data: noted in memory by the handlers that show it, written in bulk, kept
 * a year, and told to the parents and the administrators.
 *
 * A look is one text in memory, which is what makes it one a slot of ten minutes: "slot subject
 * actor purpose". Those of the present slot that are written already are remembered, so that a
 * page that is asked for all day costs a row each ten minutes and no more. */
#include "people/people-private.h"

#include "base/log.h"

#include <string.h>

#define SLOT_MS     (10 * 60 * 1000)
#define WRITE_S     2
#define A_TURN      500    /* looks that are written at once */
#define PENDING_MAX 100000 /* some 20 MB: a store that cannot be written for hours */
#define KEPT_SLOTS  (400 * 24 * 6) /* a year, and a month to ask for it */

const Migration LOOKS_MIGRATION = {.resource = "/urok/people/people-looks-schema.sql"};

struct Looks {
	Store *store;
	Events *events;
	GHashTable *pending; /* set of texts */
	GHashTable *written; /* of the present slot */
	int64_t slot;
	guint timer;
	bool failing;
	bool overflowing;
};

Looks *looks_new(Store *store, Events *events)
{
	Looks *self = g_new0(Looks, 1);

	self->store = store;
	self->events = events;
	self->pending = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	self->written = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return self;
}

/* --- Writing --- */

static bool find_term(Looks *self, const char *term, int64_t *ret_key, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_look_term");
	bool row;

	query_bind_text(query, ":term", term);
	if (!query_next(query, &row, error))
		return false;
	*ret_key = row ? query_int(query, 0) : 0;
	return true;
}

static bool ensure_term(Looks *self, const char *term, int64_t *ret_key, GError **error)
{
	g_autoptr(Query) query = NULL;

	if (!find_term(self, term, ret_key, error))
		return false;
	if (*ret_key)
		return true;
	query = store_query(self->store, "add_look_term");
	query_bind_text(query, ":term", term);
	if (!query_run(query, error))
		return false;
	*ret_key = store_last_rowid(self->store);
	return true;
}

/* With a new look at somebody the old ones go. */
static bool remove_old(Looks *self, int64_t subject, int64_t slot, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_old_looks");

	query_bind_int(query, ":subject_key", subject);
	query_bind_int(query, ":slot", slot - KEPT_SLOTS);
	return query_run(query, error);
}

static bool write_one(Looks *self, const char *look, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(look, " ", 4);
	int64_t slot = g_ascii_strtoll(parts[0], NULL, 10);
	g_autoptr(Query) query = NULL;
	int64_t subject;
	int64_t actor;
	int64_t purpose;

	if (!ensure_term(self, parts[1], &subject, error) ||
	    !ensure_term(self, parts[2], &actor, error) ||
	    !ensure_term(self, parts[3], &purpose, error) ||
	    !remove_old(self, subject, slot, error))
		return false;
	query = store_query(self->store, "add_look");
	query_bind_int(query, ":subject_key", subject);
	query_bind_int(query, ":slot", slot);
	query_bind_int(query, ":actor_key", actor);
	query_bind_int(query, ":purpose_key", purpose);
	return query_run(query, error);
}

typedef struct {
	Looks *looks;
	GPtrArray *texts;
} Batch;

static void batch_free(void *data)
{
	Batch *self = data;

	g_ptr_array_unref(self->texts);
	g_free(self);
}

static void arm(Looks *self);

/* What is on the disk leaves the memory; what is not stays for another try. */
static void on_written(void *data, const GError *failure)
{
	const Batch *self = data;

	for (guint i = 0; !failure && i < self->texts->len; i++) {
		g_hash_table_add(self->looks->written, g_strdup(self->texts->pdata[i]));
		g_hash_table_remove(self->looks->pending, self->texts->pdata[i]);
	}
	arm(self->looks);
}

static Batch *take_batch(Looks *self)
{
	Batch *batch = g_new0(Batch, 1);
	GHashTableIter iter;
	gpointer look;

	batch->looks = self;
	batch->texts = g_ptr_array_new_with_free_func(g_free);
	g_hash_table_iter_init(&iter, self->pending);
	while (batch->texts->len < A_TURN && g_hash_table_iter_next(&iter, &look, NULL))
		g_ptr_array_add(batch->texts, g_strdup(look));
	return batch;
}

static bool write_batch(Looks *self, GError **error)
{
	Batch *batch;
	bool fine = true;

	if (!store_begin(self->store, error))
		return false;
	batch = take_batch(self);
	for (guint i = 0; fine && i < batch->texts->len; i++)
		fine = write_one(self, batch->texts->pdata[i], error);
	store_after_commit(self->store, on_written, batch, batch_free);
	return store_end(self->store, fine, fine ? error : NULL) && fine;
}

static void write_some(Looks *self)
{
	g_autoptr(GError) error = NULL;
	bool fine = write_batch(self, &error);

	if (!fine && !self->failing)
		log_failure(LOG_WARNING, error, "Who looked could not be written, trying again");
	self->failing = !fine;
	if (!fine)
		arm(self);
}

static gboolean on_time(void *data)
{
	Looks *self = data;

	self->timer = 0;
	write_some(self);
	return G_SOURCE_REMOVE;
}

static void arm(Looks *self)
{
	if (!self->timer && g_hash_table_size(self->pending))
		self->timer = g_timeout_add_seconds(WRITE_S, on_time, self);
}

void looks_write(Looks *self)
{
	guint before;

	do {
		before = g_hash_table_size(self->pending);
		if (before)
			write_some(self);
		/* Hooks of this turn take away what is written. */
		store_commit(self->store, NULL);
	} while (g_hash_table_size(self->pending) < before);
}

void looks_free(Looks *self)
{
	if (!self)
		return;
	looks_write(self);
	if (self->timer)
		g_source_remove(self->timer);
	g_hash_table_unref(self->pending);
	g_hash_table_unref(self->written);
	g_free(self);
}

/* --- Noting --- */

static void follow_slot(Looks *self, int64_t slot)
{
	if (slot == self->slot)
		return;
	self->slot = slot;
	g_hash_table_remove_all(self->written);
}

static bool has_room(Looks *self)
{
	bool full = g_hash_table_size(self->pending) >= PENDING_MAX;

	if (full && !self->overflowing)
		log_write(LOG_WARNING, "Who looks cannot be written down: what comes now is lost");
	self->overflowing = full;
	return !full;
}

static bool counts(People *self, const Actor *actor, const char *subject)
{
	if (actor->kind == ACTOR_PERSON && (strcmp(actor->person.text, subject) == 0 ||
	                                    people_is_parent_of(self, actor->person.text, subject)))
		return false;
	return people_roles(self, subject) & ROLE_PUPIL;
}

void people_note_look(People *self, const Actor *actor, const char *subject, const char *purpose)
{
	Looks *looks = self->looks;
	int64_t slot = events_now_ms(self->events) / SLOT_MS;
	g_autofree char *look = g_strdup_printf("%" G_GINT64_FORMAT " %s %s %s", (gint64)slot,
	                                        subject, actor_name(actor), purpose);

	follow_slot(looks, slot);
	if (g_hash_table_contains(looks->written, look) ||
	    g_hash_table_contains(looks->pending, look) || !counts(self, actor, subject) ||
	    !has_room(looks))
		return;
	g_hash_table_add(looks->pending, g_steal_pointer(&look));
	arm(looks);
}

void people_write_looks(People *self)
{
	looks_write(self->looks);
}

/* --- The list --- */

static json_t *look_json(People *self, int64_t slot, const char *actor, const char *purpose)
{
	char at[TIME_TEXT_SIZE];

	clock_format(slot * SLOT_MS, at);
	return json_pack("{s:s, s:o, s:s}", "at", at, "person",
	                 people_json_or_null(self, actor), "purpose", purpose);
}

static void add_pending(People *self, const char *subject, json_t *items)
{
	GHashTableIter iter;
	gpointer look;

	g_hash_table_iter_init(&iter, self->looks->pending);
	while (g_hash_table_iter_next(&iter, &look, NULL)) {
		g_auto(GStrv) parts = g_strsplit(look, " ", 4);

		if (strcmp(parts[1], subject) == 0)
			json_array_append_new(items, look_json(self, g_ascii_strtoll(parts[0], NULL, 10),
			                                       parts[2], parts[3]));
	}
}

/* "slot.actor_key.purpose_key" of the last one. */
typedef struct {
	int64_t slot;
	int64_t actor;
	int64_t purpose;
} Place;

static bool place_read(const char *cursor, Place *ret, GError **error)
{
	gint64 numbers[3] = {G_MAXINT64, 0, 0};
	char *end = (char *)cursor;

	for (size_t i = 0; cursor && i < G_N_ELEMENTS(numbers); i++) {
		if (i > 0 && *end++ != '.')
			end = (char *)"?";
		if (g_ascii_isdigit(*end))
			numbers[i] = g_ascii_strtoll(end, &end, 10);
	}
	*ret = (Place){numbers[0], numbers[1], numbers[2]};
	return !cursor || *end == '\0' ||
	       error_reason(error, ERROR_INVALID, "bad-cursor", "cursor",
	                    "This cursor is not one of this list's");
}

static json_t *list_written(People *self, const char *subject, const Place *after, int limit,
                            char **ret_next, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_looks");
	g_autoptr(json_t) items = json_array();
	g_autofree char *last = NULL;
	bool row = true;

	query_bind_text(query, ":subject", subject);
	query_bind_int(query, ":slot", after->slot);
	query_bind_int(query, ":actor_key", after->actor);
	query_bind_int(query, ":purpose_key", after->purpose);
	query_bind_int(query, ":limit", limit + 1);
	while (row) {
		if (!query_next(query, &row, error))
			return NULL;
		if (!row || (int)json_array_size(items) == limit)
			break;
		json_array_append_new(items, look_json(self, query_int(query, 0), query_text(query, 3),
		                                       query_text(query, 4)));
		g_free(last);
		last = g_strdup_printf("%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT,
		                       (gint64)query_int(query, 0), (gint64)query_int(query, 1),
		                       (gint64)query_int(query, 2));
	}
	*ret_next = row ? g_steal_pointer(&last) : NULL;
	return g_steal_pointer(&items);
}

json_t *people_looks_json(People *self, const char *subject, const char *cursor, int limit,
                          GError **error)
{
	g_autoptr(json_t) items = json_array();
	g_autoptr(json_t) written = NULL;
	g_autofree char *next = NULL;
	Place after;

	if (!place_read(cursor, &after, error))
		return NULL;
	if (!cursor)
		add_pending(self, subject, items);
	written = list_written(self, subject, &after, limit, &next, error);
	if (!written)
		return NULL;
	json_array_extend(items, written);
	return json_pack("{s:O, s:s?}", "items", items, "next_cursor", next);
}

/* The gate has judged whose it is. */
bool get_looks(void *room, Request *request, GError **error)
{
	static const char *const NAMES[] = {"cursor", "limit", NULL};
	int limit;
	json_t *list;

	if (!request_check_query(request, NAMES, error) ||
	    !request_limit(request, 50, 100, &limit, error))
		return false;
	list = people_looks_json(room, request_param(request, "person"),
	                         request_query(request, "cursor"), limit, error);
	if (!list)
		return false;
	request_reply_object(request, 200, list);
	return true;
}

/* --- One person's --- */

/* A slot that a step may have cut comes whole with the next one. */
static int64_t cut_last_slot(json_t *looks, GArray *slots, int64_t from, int limit)
{
	int64_t last;

	if (slots->len < (guint)limit)
		return 0;
	last = g_array_index(slots, int64_t, slots->len - 1);
	if (last <= from)
		return last + 1;
	while (slots->len && g_array_index(slots, int64_t, slots->len - 1) == last) {
		json_array_remove(looks, slots->len - 1);
		g_array_set_size(slots, slots->len - 1);
	}
	return last;
}

bool looks_export(People *self, const char *person, json_t *into, int64_t *cursor, int limit,
                  GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_looks_at");
	g_autoptr(GArray) slots = g_array_new(FALSE, FALSE, sizeof(int64_t));
	json_t *looks = json_array();
	bool row = true;

	json_object_set_new(into, "looks", looks);
	query_bind_text(query, ":subject", person);
	query_bind_int(query, ":from_slot", *cursor);
	query_bind_int(query, ":limit", limit);
	while (row) {
		if (!query_next(query, &row, error))
			return false;
		if (row) {
			int64_t slot = query_int(query, 0);

			g_array_append_val(slots, slot);
			json_array_append_new(looks, look_json(self, slot, query_text(query, 1),
			                                       query_text(query, 2)));
		}
	}
	*cursor = cut_last_slot(looks, slots, *cursor, limit);
	return true;
}
