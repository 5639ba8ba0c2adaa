/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One transaction a turn of the loop: requests in savepoints, one COMMIT, then what waits for it.
 *
 * A statement that fails may take the whole transaction with it (a disk that fills while pages are
 * spilled: SQLite rolls everything back, earlier savepoints too). sqlite3_get_autocommit() tells.
 * Then the turn is dead: no more SQL in it, everybody of it hears of the failure, and what they
 * changed in memory goes back as well. A COMMIT that fails ends the same way. */
#include "store/statements-private.h"
#include "base/log.h"

#include <string.h>

#define TURN_REQUESTS_MAX 64
#define TURN_LASTS_MAX_US 5000
#define LOCK_WAIT_MS      100

typedef struct {
	TurnHook call;
	void *data;
	GDestroyNotify free_data;
} Hook;

typedef struct {
	void *memory;
	size_t size;
	void *at_turn;    /* as it was when the turn began */
	void *at_request; /* as it was when the request began */
} Guard;

static void hook_clear(void *data)
{
	Hook *hook = data;

	if (hook->free_data)
		hook->free_data(hook->data);
}

static void guard_clear(void *data)
{
	Guard *guard = data;

	g_free(guard->at_turn);
	g_free(guard->at_request);
}

static GArray *hooks_new(void)
{
	GArray *hooks = g_array_new(FALSE, FALSE, sizeof(Hook));

	g_array_set_clear_func(hooks, hook_clear);
	return hooks;
}

typedef struct {
	GSource source;
	Store *store;
} EndSource;

/* Asked at each turn of the loop. A ready time, set in store_begin(), would wake the loop that is
 * awake: an eventfd written and read, and one more poll(). */
static gboolean prepare_end(GSource *source, int *timeout_ms)
{
	const Store *store = ((EndSource *)source)->store;

	return store->turn.open && !store->outer.settling;
}

static gboolean dispatch_end(GSource *source, GSourceFunc callback, void *data)
{
	(void)store_end_turn(((EndSource *)source)->store, NULL);
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs END_FUNCS = {.prepare = prepare_end, .dispatch = dispatch_end};

void turn_init(Store *self)
{
	Turn *turn = &self->turn;

	turn->hooks = hooks_new();
	turn->guards = g_array_new(FALSE, FALSE, sizeof(Guard));
	g_array_set_clear_func(turn->guards, guard_clear);
	turn->end = g_source_new(&END_FUNCS, sizeof(EndSource));
	((EndSource *)turn->end)->store = self;
	g_source_set_name(turn->end, "end of turn");
	g_source_set_priority(turn->end, G_PRIORITY_DEFAULT_IDLE);
	g_source_attach(turn->end, NULL);
}

void turn_clear(Store *self)
{
	Turn *turn = &self->turn;

	g_source_destroy(turn->end);
	g_source_unref(turn->end);
	g_array_unref(turn->hooks);
	g_array_unref(turn->guards);
	g_clear_error(&turn->dead);
}

static void save(Store *self, bool request)
{
	for (guint i = 0; i < self->turn.guards->len; i++) {
		Guard *guard = &g_array_index(self->turn.guards, Guard, i);

		memcpy(request ? guard->at_request : guard->at_turn, guard->memory, guard->size);
	}
}

static void put_back(Store *self, bool request)
{
	for (guint i = 0; i < self->turn.guards->len; i++) {
		Guard *guard = &g_array_index(self->turn.guards, Guard, i);

		memcpy(guard->memory, request ? guard->at_request : guard->at_turn, guard->size);
	}
}

void store_guard(Store *self, void *memory, size_t size)
{
	Guard guard = {memory, size, g_memdup2(memory, size), g_memdup2(memory, size)};

	g_assert(!self->turn.open);
	g_array_append_val(self->turn.guards, guard);
}

void turn_kill(Store *self, const GError *failure)
{
	if (!self->turn.open || self->turn.dead)
		return;
	if (error_code(failure) == ERROR_NO_SPACE)
		self->turn.dead = g_error_copy(failure);
	else
		self->turn.dead = g_error_new(ERROR, ERROR_UNAVAILABLE,
		                              "The school's data could not be written: %s",
		                              failure->message);
}

void turn_check(Store *self, const GError *failure)
{
	if (sqlite3_get_autocommit(self->writer))
		turn_kill(self, failure);
}

/* One of the turn's own statements, whichever request's turn it is. */
static bool run(Store *self, const char *name, GError **error)
{
	Query *query = query_find(self, name);
	g_autoptr(GError) failure = NULL;
	sqlite3_stmt *statement = query_on_writer(query, &failure);

	if (statement && sqlite3_step(statement) != SQLITE_DONE)
		store_fail(self->writer, name, &failure);
	sqlite3_reset(statement);
	if (!failure)
		return true;
	turn_check(self, failure);
	damage_look_at(self, failure);
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}

static bool is_alive(Store *self, GError **error)
{
	if (!self->turn.dead)
		return true;
	g_propagate_error(error, g_error_copy(self->turn.dead));
	return false;
}

/* Whoever waited hears of it by the hooks; the administrator hears when it begins and ends. Damage
 * raised its own alarm. */
static void tell(Store *self, const GError *failure)
{
	if (failure && !self->turn.failing && !self->damage)
		log_alarm(ALARM_CANNOT_WRITE, "The school's data cannot be written: %s",
		          failure->message);
	if (!failure && self->turn.failing)
		log_write(LOG_NOTICE, "The school's data is written again");
	self->turn.failing = failure != NULL;
}

static bool begin_transaction(Store *self, GError **error)
{
	g_autoptr(GError) failure = NULL;

	/* Another program's short work is waited for, but only until it is known to be long. */
	sqlite3_busy_timeout(self->writer, self->turn.failing ? 0 : LOCK_WAIT_MS);
	if (run(self, "begin_turn", &failure))
		return true;
	tell(self, failure);
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}

static bool open_turn(Store *self, GError **error)
{
	Turn *turn = &self->turn;

	checkpoint_wait(self->checkpoint);
	if (!begin_transaction(self, error))
		return false;
	turn->open = true;
	turn->requests = 0;
	turn->started_us = g_get_monotonic_time();
	save(self, false);
	g_source_set_priority(turn->end, G_PRIORITY_DEFAULT + 50);
	return true;
}

bool store_begin(Store *self, GError **error)
{
	Turn *turn = &self->turn;

	g_assert(!turn->writing);
	outer_wait(self);
	if (!damage_check(self, error) || !is_alive(self, error) ||
	    (!turn->open && !open_turn(self, error)) || !run(self, "begin_request", error))
		return false;
	save(self, true);
	turn->mark = turn->hooks->len;
	turn->settled = false;
	turn->writing = true;
	return true;
}

bool store_settle(Store *self, GError **error)
{
	g_assert(self->turn.writing && !self->turn.settled);
	if (!is_alive(self, error) || !run(self, "keep_request", error))
		return false;
	self->turn.settled = true;
	return true;
}

static void undo(Store *self)
{
	put_back(self, true);
	g_array_set_size(self->turn.hooks, self->turn.mark);
	if (self->turn.settled && !self->turn.dead)
		error_set(&self->turn.dead, ERROR_UNAVAILABLE, "Too much was written to be undone");
}

bool store_end(Store *self, bool keep, GError **error)
{
	Turn *turn = &self->turn;
	bool done;

	g_assert(turn->writing);
	turn->writing = false;
	turn->requests++;
	if (store_wants_commit(self))
		g_source_set_priority(turn->end, G_PRIORITY_HIGH);
	if (turn->dead) {
		undo(self);
		return is_alive(self, error);
	}
	if (keep && (turn->settled || run(self, "keep_request", error)))
		return true;
	undo(self);
	done = turn->dead || (run(self, "undo_request", keep ? NULL : error) &&
	                      run(self, "keep_request", keep ? NULL : error));
	return done && !keep && is_alive(self, error);
}

bool store_attempt(Store *self, bool (*work)(void *data, GError **error), void *data, GError **error)
{
	guint mark = self->turn.hooks->len;

	g_assert(self->turn.writing);
	if (!is_alive(self, error) || !run(self, "begin_attempt", error))
		return false;
	if (work(data, error))
		return is_alive(self, error) && run(self, "keep_attempt", error);
	if (!self->turn.dead) {
		g_array_set_size(self->turn.hooks, mark);
		(void)(run(self, "undo_attempt", NULL) && run(self, "keep_attempt", NULL));
	}
	return false;
}

bool store_is_writing(const Store *self)
{
	return self->turn.writing;
}

bool store_wants_commit(const Store *self)
{
	const Turn *turn = &self->turn;

	return turn->open && !self->outer.settling &&
	       (turn->requests >= TURN_REQUESTS_MAX ||
	        g_get_monotonic_time() - turn->started_us >= TURN_LASTS_MAX_US);
}

void store_after_commit(Store *self, TurnHook hook, void *data, GDestroyNotify free_data)
{
	Hook entry = {hook, data, free_data};

	if (self->turn.open) {
		g_array_append_val(self->turn.hooks, entry);
		return;
	}
	hook(data, NULL);
	hook_clear(&entry);
}

/* SQLite's commit, and those who wait. */
static bool finish(Store *self, GError **error)
{
	Turn *turn = &self->turn;
	g_autoptr(GError) failure = NULL;
	g_autoptr(GArray) hooks = NULL;

	if (!turn->dead)
		(void)run(self, "commit_turn", &failure);
	else
		failure = g_steal_pointer(&turn->dead);
	turn->open = false;
	*(failure ? &turn->counts.failures : &turn->counts.commits) += 1;
	g_clear_pointer(&self->look, query_end);
	g_clear_error(&turn->dead);
	if (failure) {
		sqlite3_exec(self->writer, "ROLLBACK", NULL, NULL, NULL);
		put_back(self, false);
	}
	if (self->outer.sink)
		outer_over(self);
	tell(self, failure);
	hooks = g_steal_pointer(&turn->hooks);
	turn->hooks = hooks_new();
	turn->fresh = !failure;
	for (guint i = 0; i < hooks->len; i++) {
		Hook *hook = &g_array_index(hooks, Hook, i);

		hook->call(hook->data, failure);
	}
	turn->fresh = false;
	if (!failure)
		return true;
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}

bool turn_finish(Store *self)
{
	return finish(self, self->outer.heard);
}

bool store_end_turn(Store *self, GError **error)
{
	g_assert(!self->turn.writing);
	if (!self->turn.open || self->outer.settling)
		return true;
	return (self->outer.sink && outer_begin(self)) || finish(self, error);
}

bool store_commit(Store *self, GError **error)
{
	g_autoptr(GError) failure = NULL;

	if (!self->outer.sink)
		return store_end_turn(self, error);
	self->outer.heard = &failure;
	if (store_end_turn(self, &failure))
		outer_wait(self);
	self->outer.heard = NULL;
	if (!failure)
		return true;
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}
