/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The two directions between a school's file and the truth.
 *
 * Out: a turn's new events go as columns, changed ones as JSON, every other row sealed, with the
 * fence and the number of the turn, in one statement. When the answer is lost it is asked how far the truth has come; until
 * that is known the school is read but not written. In: what is of later turns than the file's. */
#include "view.h"
#include "base/log.h"

#include <glib/gstdio.h>
#include <string.h>

#define PAGE            5000
#define EVENT_COLUMNS   17 /* of the table event: a new one needs its place in cloud-schema.sql */
#define DOUBT_MS        500
#define SNAPSHOT_TURNS  100  /* less is read from the log as fast */
#define SNAPSHOT_ROWS   2000 /* of this house's turns */
#define MEGABYTE        (1024 * 1024) /* of the file: a turn more, and four rows: it is sent whole each time */

struct View {
	ViewOptions options;
	uint8_t row_key[SEAL_KEY_SIZE];
	uint8_t name_key[SEAL_KEY_SIZE];
	Store *store; /* NULL: the house is not open */
	int64_t turn; /* that both have */
	int64_t snapshot_turn;
	bool is_dropped; /* what was erased was in that one, which went with it */
	const Fetched *fetched; /* while the house is opened */
	Columns *log;       /* new events of the turn that is about to be handed out */
	unsigned rows;      /* handed out */
	bool is_out;        /* a turn is on its way */
	bool is_in_doubt;   /* what became of one is not known */
	bool is_over;       /* the house is about to be closed: nothing is written any more */
	guint doubt;
};

static char *number(int64_t value)
{
	return g_strdup_printf("%" G_GINT64_FORMAT, (gint64)value);
}

static void end(View *self, bool lost)
{
	if (self->is_over)
		return;
	self->is_over = true;
	self->options.on_end(self->options.data, lost);
}

/* --- Out --- */

static char *name_of(const View *self, const RowChange *change)
{
	g_autofree char *key = json_format(change->key);
	g_autofree char *text = g_strconcat(change->table, "\n", key, NULL);
	Digest digest = digest_hmac(self->name_key, text, strlen(text));

	return base64url_encode(digest.bytes, DIGEST_SIZE);
}

/* Not what somebody corrects or takes back, which happens all day. */
static bool is_erasure(const RowChange *change)
{
	return g_str_equal(change->table, "event_blanked");
}

static json_t *seal_row(const View *self, const RowChange *change)
{
	g_autoptr(json_t) row = json_pack("{ss sO so}", "table", change->table, "key", change->key,
	                                  "row",
	                                  change->row ? json_incref(change->row) : json_null());
	g_autofree char *text = json_format(row);
	g_autofree char *sealed = seal(self->row_key, text, strlen(text));
	g_autofree char *name = name_of(self, change);

	return json_pack("{ss sb ss sb}", "name", name, "gone", change->row == NULL, "sealed", sealed,
	                 "erases", is_erasure(change));
}

static bool sort_out(View *self, const GPtrArray *changes, json_t *events, json_t *kept,
                     GError **error)
{
	for (guint i = 0; i < changes->len; i++) {
		const RowChange *change = changes->pdata[i];

		if (is_erasure(change) || (!change->row && g_str_equal(change->table, "event")))
			self->is_dropped = true;
		if (!g_str_equal(change->table, "event"))
			json_array_append_new(kept, seal_row(self, change));
		else if (change->row && json_object_size(change->row) == EVENT_COLUMNS)
			json_array_append(events, change->row);
		else if (!change->row)
			json_array_append_new(events, json_pack("{sO}", "seq", json_array_get(change->key, 0)));
		else
			return error_set(error, ERROR_INTERNAL,
			                 "The truth has no place for what happened to an event");
	}
	return true;
}

static const ColumnType LOG_TYPES[EVENT_COLUMNS] = {
        COLUMN_BIGINT, COLUMN_TEXT, COLUMN_BIGINT, COLUMN_BIGINT, COLUMN_BIGINT, /* seq .. hlc */
        COLUMN_TEXT,   COLUMN_TEXT, COLUMN_TEXT,   COLUMN_INT,                   /* seen .. version */
        COLUMN_TEXT,   COLUMN_TEXT, COLUMN_HEX,    COLUMN_TEXT,                  /* scope .. body */
        COLUMN_HEX,    COLUMN_HEX,  COLUMN_BIGINT, COLUMN_HEX,                   /* body_mac .. seal */
};

static bool is_number(unsigned column)
{
	return LOG_TYPES[column] == COLUMN_BIGINT || LOG_TYPES[column] == COLUMN_INT;
}

static void begin(void *room)
{
	View *self = room;

	columns_free(self->log);
	self->log = columns_new(LOG_TYPES, EVENT_COLUMNS);
}

static bool put(void *room, const NewRow *row, GError **error)
{
	View *self = room;

	if (new_row_columns(row) != EVENT_COLUMNS)
		return error_set(error, ERROR_INTERNAL, "The truth has no place for what an event has");
	for (unsigned i = 0; i < EVENT_COLUMNS; i++) {
		size_t size;
		const void *bytes;

		if (new_row_is_null(row, i)) {
			columns_add_null(self->log, i);
			continue;
		}
		if (is_number(i)) {
			columns_add_int(self->log, i, new_row_int(row, i));
			continue;
		}
		bytes = new_row_bytes(row, i, &size);
		columns_add_bytes(self->log, i, bytes, size);
	}
	self->rows++;
	return true;
}

static void look_later(View *self);

static void on_committed(void *data, const Answer *answer, const GError *failure)
{
	View *self = data;

	self->is_out = false;
	if (!failure)
		self->turn++;
	else if (error_is(failure, ERROR_CONFLICT))
		end(self, true);
	else if (!error_is(failure, ERROR_NO_SPACE))
		look_later(self);
	store_sink_answer(self->store, failure);
}

static bool commit(void *room, int64_t turn, const GPtrArray *changes, GError **error)
{
	View *self = room;
	const Ground *ground = &self->options.ground;
	g_autoptr(json_t) events = json_array();
	g_autoptr(json_t) kept = json_array();
	g_autofree char *fence = number(ground->fence);
	g_autofree char *turn_text = number(turn);
	g_autofree char *events_text = NULL;
	g_autofree char *kept_text = NULL;

	if (self->is_over || self->is_in_doubt)
		return error_set(error, ERROR_UNAVAILABLE,
		                 "The school is not written by this instance now");
	if (!sort_out(self, changes, events, kept, error))
		return false;
	events_text = json_format(events);
	kept_text = json_format(kept);
	self->is_out = true;
	self->rows += changes->len;
	postgres_ask_rows(ground->postgres, "commit_turn", 6,
	                  (const char *const[]){ground->school, ground->run, fence, turn_text,
	                                        events_text, kept_text},
	                  self->log, on_committed, self);
	return true;
}

static void wait(void *room)
{
	View *self = room;

	while (self->is_out)
		postgres_step(self->options.ground.postgres, 100);
}

static void behind(void *room)
{
	end(room, false);
}

/* --- In doubt --- */

static void on_looked(void *data, const Answer *answer, const GError *failure)
{
	View *self = data;

	self->is_out = false;
	if (failure) {
		look_later(self);
		return;
	}
	if (answer_rows(answer) == 0) {
		end(self, true);
		return;
	}
	if (answer_int(answer, 0, 0) != self->turn)
		end(self, false);
	self->is_in_doubt = false;
}

static gboolean look(void *data)
{
	View *self = data;
	g_autofree char *fence = number(self->options.ground.fence);

	self->doubt = 0;
	self->is_out = true;
	postgres_ask(self->options.ground.postgres, "find_turn", 3,
	             (const char *const[]){self->options.ground.school, self->options.ground.run, fence}, on_looked,
	             self);
	return G_SOURCE_REMOVE;
}

static void look_later(View *self)
{
	self->is_in_doubt = true;
	if (!self->doubt && !self->is_over)
		self->doubt = g_timeout_add(DOUBT_MS, look, self);
}

/* --- In --- */

static RowChange *change_from(const char *table, json_t *key, json_t *row)
{
	RowChange *change = g_new0(RowChange, 1);

	change->table = g_strdup(table);
	change->key = json_incref(key);
	change->row = json_is_null(row) ? NULL : json_incref(row);
	return change;
}

static bool open_row(const View *self, const char *sealed, GPtrArray *into, GError **error)
{
	size_t size = 0;
	g_autofree uint8_t *text = unseal(self->row_key, sealed, &size);
	g_autoptr(json_t) row = text ? json_loadb((const char *)text, size, 0, NULL) : NULL;
	const char *table = json_string_value(json_object_get(row, "table"));

	if (!table)
		return error_set(error, ERROR_INTERNAL,
		                 "A row of the truth was sealed with another key");
	g_ptr_array_add(into, change_from(table, json_object_get(row, "key"),
	                                  json_object_get(row, "row")));
	return true;
}

static GPtrArray *changes_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)row_change_free);
}

/* In pages, so that memory does not hold all of a long log twice. */
static bool put_events(View *self, GError **error)
{
	const GPtrArray *log = self->fetched->log;

	for (guint at = 0; at < log->len;) {
		g_autoptr(GPtrArray) changes = changes_new();

		for (guint end = MIN(at + 2 * PAGE, log->len); at < end; at += 2) {
			g_autoptr(json_t) event = json_loads(log->pdata[at + 1], 0, NULL);
			g_autoptr(json_t) key =
			        json_pack("[I]", postgres_number(log->pdata[at]));

			g_ptr_array_add(changes, change_from("event", key, event));
		}
		if (!store_put_rows(self->store, changes, error))
			return false;
	}
	return true;
}

static GPtrArray *open_kept(View *self, GError **error)
{
	g_autoptr(GPtrArray) changes = changes_new();

	for (guint i = 0; i < self->fetched->kept->len; i++)
		if (!open_row(self, self->fetched->kept->pdata[i], changes, error))
			return NULL;
	return g_steal_pointer(&changes);
}

/* Origins are named by events, by number; what stands aside is not to be applied: whose word counts is
 * not known yet. */
static bool comes_first(const RowChange *change)
{
	return g_str_equal(change->table, "log_origin") || g_str_equal(change->table, "event_aside");
}

/* Has content come for what is held here? Its rows follow from places that were applied long ago. Before
 * the events are put. */
static bool is_filled(const View *self, Events *events, int64_t head)
{
	const GPtrArray *log = self->fetched->log;

	for (guint at = 0; at < log->len; at += 2) {
		int64_t seq = postgres_number(log->pdata[at]);
		g_autoptr(Event) here = seq <= head ? events_find(events, seq, NULL) : NULL;
		g_autoptr(json_t) there = here && here->held ? json_loads(log->pdata[at + 1], 0, NULL) : NULL;

		if (there && !json_integer_value(json_object_get(there, "held")))
			return true;
		if (seq > head)
			break;
	}
	return false;
}

/* Those before the events; the others after the events were applied,
 * which have no say in them. */
static bool put_all(View *self, Events *events, GError **error)
{
	g_autoptr(GPtrArray) kept = open_kept(self, error);
	g_autoptr(GPtrArray) first = g_ptr_array_new();
	g_autoptr(GPtrArray) before = events_aside_ids(events, error);
	g_autoptr(GPtrArray) aside = NULL;
	int64_t head;
	int64_t from;

	if (!kept || !before || !events_find_head(events, &head, error))
		return false;
	from = is_filled(self, events, head) ? 0 : head;
	for (guint i = 0; i < kept->len; i++)
		if (comes_first(kept->pdata[i]))
			g_ptr_array_add(first, kept->pdata[i]);
	if (!store_put_rows(self->store, first, error) || !put_events(self, error) ||
	    !events_replay(events, from, error))
		return false;
	aside = events_aside_ids(events, error);
	return aside && store_put_rows(self->store, kept, error) &&
	       events_apply_taken_back(events, before, error) &&
	       events_apply_taken_back(events, aside, error) &&
	       store_set_outer_turn(self->store, self->fetched->turn, error);
}

static bool bring(View *self, Events *events, GError **error)
{
	bool done;

	if (!store_begin(self->store, error))
		return false;
	done = store_settle(self->store, error) && put_all(self, events, error);
	return store_end(self->store, done, done ? error : NULL) && done &&
	       store_commit(self->store, error);
}

static bool catch_up(void *room, Store *store, Events *events, GError **error)
{
	View *self = room;
	int64_t have = 0;

	self->store = store;
	if (!store_outer_turn(store, &have, error))
		return false;
	if (have > self->fetched->turn || (have > 0 && have < self->fetched->pruned_turn) ||
	    have < self->fetched->from)
		return error_reason(error, ERROR_INTERNAL, STORE_DAMAGED, NULL,
		                    "The view of turn %" G_GINT64_FORMAT " is of no use",
		                    (gint64)have);
	if (have != self->fetched->turn && !bring(self, events, error))
		return false;
	self->turn = self->fetched->turn;
	fetch_note(self->options.ground.folder, self->turn);
	return true;
}

static const TurnSink SINK = {commit, wait, behind, "event", begin, put};

AppView view_for_house(View *self)
{
	return (AppView){
	        .catch_up = catch_up,
	        .sink = &SINK,
	        .room = self,
	        .begins_epoch = self->fetched->is_restored,
	        .sockets = {-1, -1, -1, -1},
	};
}

Store *view_store(const View *self)
{
	return self->store;
}

/* --- Snapshots --- */

void view_note(const View *self)
{
	if (self->turn > 0 && !self->is_in_doubt)
		fetch_note(self->options.ground.folder, self->turn);
}

static int64_t megabytes_of(const View *self)
{
	g_autofree char *path = g_build_filename(self->options.ground.folder, "urok.db", NULL);
	GStatBuf of_file;

	return g_stat(path, &of_file) == 0 ? of_file.st_size / MEGABYTE : 0;
}

static bool is_worth_it(const View *self)
{
	int64_t megabytes = MIN(megabytes_of(self), FETCH_SHORT / 4);

	return self->is_dropped ||
	       self->turn - self->snapshot_turn >= MAX(SNAPSHOT_TURNS, megabytes) ||
	       self->rows >= MAX(SNAPSHOT_ROWS, 4 * megabytes);
}

Keeping *view_keep_snapshot(const View *self)
{
	if (self->is_over || self->is_in_doubt || !is_worth_it(self))
		return NULL;
	return keeping_new(&self->options.ground, self->turn);
}

/* --- Beginning and end --- */

View *view_new(const ViewOptions *options, const Fetched *fetched)
{
	View *self = g_new0(View, 1);

	self->fetched = fetched;
	self->snapshot_turn = fetched->snapshot_turn;
	self->options = *options;
	settings_derive(options->ground.settings, "rows", self->row_key);
	settings_derive(options->ground.settings, "names of rows", self->name_key);
	return self;
}

void view_free(View *self)
{
	if (!self)
		return;
	wait(self);
	g_clear_handle_id(&self->doubt, g_source_remove);
	columns_free(self->log);
	g_free(self);
}
