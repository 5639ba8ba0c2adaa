/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Checkpoints in a thread with a connection of its own: inside COMMIT they cost every writer tens
 * of milliseconds. The thread works PASSIVE; when the WAL is large all the same (constant writes
 * keep it from starting over) it asks for the writers' lock for a short remainder. */
#include "store/store-private.h"

#include "base/log.h"

#define WORTH_PAGES     1000                       /* 4 MB that were not moved yet */
#define PASSES_MAX      4 /* each after what was written during the one before it */
#define LARGE_PAGES     (64 * 1024 * 1024 / 4096)
#define REMAINDER_PAGES 1000
#define LOCK_WAIT_MS    100

struct Checkpoint {
	char *path;
	GThread *thread;
	GMutex mutex;
	GCond changed;
	int seen;         /* pages in the WAL at the last commit */
	int pages;        /* the same when there is something to do; else 0 */
	int moved;        /* of those seen, by the last checkpoint */
	uint64_t count;   /* that went well */
	bool exclusive;   /* writers are kept out for the moment */
	bool held;        /* the database is not to be touched */
	bool failing;     /* the thread's own: said once */
	bool stop;
	bool empty;       /* the WAL is to be emptied, whatever is in it */
	Emptied done;
	void *done_data;
	guint report;     /* of that, to the loop */
	bool report_done;
};

/* Busy is a reader that takes its time. Whatever else it is, the WAL keeps everything meanwhile. */
static void tell(sqlite3 *db, Checkpoint *self, int code)
{
	g_autoptr(GError) error = NULL;

	if (code == SQLITE_BUSY || self->failing == (code != SQLITE_OK))
		return;
	self->failing = code != SQLITE_OK;
	if (!self->failing) {
		log_write(LOG_NOTICE, "What was written is moved into the database again");
		return;
	}
	store_fail(db, "moving it", &error);
	log_alarm(ALARM_CANNOT_WRITE,
	          "What was written is safe, but cannot be moved into the database: %s",
	          error->message);
}

static bool is_wanted(Checkpoint *self)
{
	bool wanted;

	g_mutex_lock(&self->mutex);
	wanted = !self->held && !self->stop;
	g_mutex_unlock(&self->mutex);
	return wanted;
}

static bool move(sqlite3 *db, Checkpoint *self, int mode, int *ret_rest)
{
	int in_wal = 0;
	int moved = 0;
	int code;

	*ret_rest = 0;
	if (!is_wanted(self))
		return false;
	code = sqlite3_wal_checkpoint_v2(db, NULL, mode, &in_wal, &moved);
	tell(db, self, code);
	g_mutex_lock(&self->mutex);
	self->moved = MAX(moved, 0);
	self->count += code == SQLITE_OK;
	g_mutex_unlock(&self->mutex);
	*ret_rest = in_wal - moved;
	return code == SQLITE_OK;
}

/* Until nothing is left: then the next writer begins the WAL anew, over what it holds. A file that
 * only grows costs every commit the file system's own bookkeeping. */
static bool move_all(sqlite3 *db, Checkpoint *self, int *ret_rest)
{
	for (int i = 0; i < PASSES_MAX; i++) {
		if (!move(db, self, SQLITE_CHECKPOINT_PASSIVE, ret_rest))
			return false;
		if (*ret_rest <= 0)
			break;
	}
	return true;
}

static void work(sqlite3 *db, Checkpoint *self, int pages)
{
	int rest;

	if (!move_all(db, self, &rest) || pages < LARGE_PAGES || rest > REMAINDER_PAGES)
		return;
	g_mutex_lock(&self->mutex);
	self->exclusive = true;
	g_mutex_unlock(&self->mutex);
	move(db, self, SQLITE_CHECKPOINT_TRUNCATE, &rest);
	g_mutex_lock(&self->mutex);
	self->exclusive = false;
	g_cond_broadcast(&self->changed);
	g_mutex_unlock(&self->mutex);
}

static gboolean tell_emptied(void *data)
{
	Checkpoint *self = data;
	Emptied done;
	bool emptied;

	g_mutex_lock(&self->mutex);
	self->report = 0;
	done = self->done;
	emptied = self->report_done;
	g_mutex_unlock(&self->mutex);
	done(self->done_data, emptied);
	return G_SOURCE_REMOVE;
}

static void say_emptied(Checkpoint *self, bool done)
{
	g_mutex_lock(&self->mutex);
	self->exclusive = false;
	self->report_done = done;
	self->report = g_idle_add(tell_emptied, self);
	g_cond_broadcast(&self->changed);
	g_mutex_unlock(&self->mutex);
}

/* What was overwritten or removed stands in it until then. */
static void empty(sqlite3 *db, Checkpoint *self)
{
	int rest;
	bool done = db && move_all(db, self, &rest) && rest <= REMAINDER_PAGES;

	if (done) {
		g_mutex_lock(&self->mutex);
		self->exclusive = true;
		g_mutex_unlock(&self->mutex);
		done = move(db, self, SQLITE_CHECKPOINT_TRUNCATE, &rest);
	}
	say_emptied(self, done);
}

/* For one piece of work: between two of them it would hold all of the schema for nothing. */
static sqlite3 *connect_own(const Checkpoint *self)
{
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(self->path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK) {
		log_write(LOG_ERROR, "The checkpoint thread cannot open the database: %s",
		          sqlite3_errmsg(db));
		sqlite3_close(db);
		return NULL;
	}
	sqlite3_busy_timeout(db, LOCK_WAIT_MS);
	sqlite3_exec(db, "PRAGMA synchronous=FULL; PRAGMA cache_size=-256", NULL, NULL, NULL);
	return db;
}

static void *run_thread(void *data)
{
	Checkpoint *self = data;

	g_mutex_lock(&self->mutex);
	while (!self->stop) {
		int pages = self->pages;
		bool is_to_empty = self->empty;
		sqlite3 *db;

		if (!is_to_empty && (!pages || self->held)) {
			g_cond_wait(&self->changed, &self->mutex);
			continue;
		}
		self->pages = 0;
		self->empty = false;
		g_mutex_unlock(&self->mutex);
		db = connect_own(self);
		if (is_to_empty)
			empty(db, self);
		else if (db)
			work(db, self, pages);
		sqlite3_close(db);
		g_mutex_lock(&self->mutex);
	}
	g_mutex_unlock(&self->mutex);
	return NULL;
}

Checkpoint *checkpoint_new(const char *path)
{
	Checkpoint *self = g_new0(Checkpoint, 1);

	self->path = g_strdup(path);
	g_mutex_init(&self->mutex);
	g_cond_init(&self->changed);
	self->thread = g_thread_new("checkpoint", run_thread, self);
	return self;
}

void checkpoint_free(Checkpoint *self)
{
	if (!self)
		return;
	g_mutex_lock(&self->mutex);
	self->stop = true;
	g_cond_broadcast(&self->changed);
	g_mutex_unlock(&self->mutex);
	g_thread_join(self->thread);
	if (self->report)
		g_source_remove(self->report);
	g_mutex_clear(&self->mutex);
	g_cond_clear(&self->changed);
	g_free(self->path);
	g_free(self);
}

void checkpoint_empty(Checkpoint *self, Emptied done, void *data)
{
	g_mutex_lock(&self->mutex);
	self->empty = true;
	self->done = done;
	self->done_data = data;
	g_cond_broadcast(&self->changed);
	g_mutex_unlock(&self->mutex);
}

uint64_t checkpoint_count(Checkpoint *self)
{
	uint64_t count;

	if (!self)
		return 0;
	g_mutex_lock(&self->mutex);
	count = self->count;
	g_mutex_unlock(&self->mutex);
	return count;
}

void checkpoint_hold(Checkpoint *self, bool hold)
{
	if (!self)
		return;
	g_mutex_lock(&self->mutex);
	self->held = hold;
	g_cond_broadcast(&self->changed);
	g_mutex_unlock(&self->mutex);
}

void checkpoint_consider(Checkpoint *self, int wal_pages)
{
	if (!self)
		return;
	g_mutex_lock(&self->mutex);
	/* SQLite begins the WAL anew once all of it was moved. */
	if (wal_pages < self->seen)
		self->moved = 0;
	self->seen = wal_pages;
	if (wal_pages - self->moved >= WORTH_PAGES) {
		self->pages = wal_pages;
		g_cond_broadcast(&self->changed);
	}
	g_mutex_unlock(&self->mutex);
}

void checkpoint_wait(Checkpoint *self)
{
	if (!self)
		return;
	g_mutex_lock(&self->mutex);
	while (self->exclusive)
		g_cond_wait(&self->changed, &self->mutex);
	g_mutex_unlock(&self->mutex);
}
