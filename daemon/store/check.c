/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Is every page of the file what it should be? Read in a thread with a connection of its own. */
#include "store/store-private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define FINDINGS_MAX "100"
#define LOCK_WAIT_MS 1000 /* whoever closes the same file locks it for a moment */
#define PATIENT      10 /* nice(2): a lesson is more urgent */

struct Check {
	Store *store;
	char *path;
	StoreChecked done;
	void *data;
	GThread *thread;
	guint source;
	GMutex mutex;
	sqlite3 *db;  /* under the mutex, for who wants it to end; NULL: not open */
	bool stop;    /* under the mutex */
	GString *first;
	unsigned findings;
	GError *failure;
	int64_t took_ms;
};

static void note(Check *self, const char *finding)
{
	if (self->findings++ == 0)
		g_string_assign(self->first, finding);
}

/* A good word that is older than what was met meanwhile says nothing. */
static void doubt(Check *self)
{
	if (self->store->met && !self->findings && !self->failure)
		error_set(&self->failure, ERROR_UNAVAILABLE,
		          "Damage was met while it ran: check again");
}

/* A page so wrong that the check itself breaks off is a finding as well. */
static void take_failure(Check *self, sqlite3 *db)
{
	g_clear_error(&self->failure);
	store_fail(db, "The check", &self->failure);
	if (!g_str_equal(error_reason_of(self->failure), STORE_DAMAGED))
		return;
	note(self, self->failure->message);
	g_clear_error(&self->failure);
}

static void read_all(Check *self, sqlite3 *db)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(db, "PRAGMA integrity_check(" FINDINGS_MAX ")", -1,
	                              &statement, NULL);

	while (code == SQLITE_OK || code == SQLITE_ROW) {
		const char *text;

		code = sqlite3_step(statement);
		if (code != SQLITE_ROW)
			break;
		text = (const char *)sqlite3_column_text(statement, 0);
		if (!text || strcmp(text, "ok") != 0)
			note(self, text ? text : "?");
	}
	if (code != SQLITE_DONE)
		take_failure(self, db);
	sqlite3_finalize(statement);
}

static bool publish(Check *self, sqlite3 *db)
{
	bool goes_on;

	g_mutex_lock(&self->mutex);
	goes_on = !self->stop;
	self->db = db;
	g_mutex_unlock(&self->mutex);
	return goes_on;
}

static gboolean on_finished(void *data);

static void *run_thread(void *data)
{
	Check *self = data;
	gint64 began_us = g_get_monotonic_time();
	sqlite3 *db = NULL;

	setpriority(PRIO_PROCESS, 0, PATIENT); /* of this thread alone */
	if (sqlite3_open_v2(self->path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		take_failure(self, db);
	else if (sqlite3_busy_timeout(db, LOCK_WAIT_MS) == SQLITE_OK && publish(self, db) &&
	         sqlite3_exec(db, "PRAGMA query_only=ON", NULL, NULL, NULL) == SQLITE_OK)
		read_all(self, db);
	else
		take_failure(self, db);
	publish(self, NULL);
	/* Of a damaged database nothing is moved. The loop's connections outlive this one. */
	sqlite3_close(db);
	self->took_ms = (g_get_monotonic_time() - began_us) / 1000;
	g_mutex_lock(&self->mutex);
	if (!self->stop)
		self->source = g_idle_add(on_finished, self);
	g_mutex_unlock(&self->mutex);
	return NULL;
}

static gboolean on_finished(void *data)
{
	Check *self = data;
	Store *store = self->store;
	StoreVerdict verdict;

	doubt(self);
	verdict = (StoreVerdict){self->findings, self->findings ? self->first->str : NULL,
	                         self->failure, self->took_ms};
	g_mutex_lock(&self->mutex);
	self->source = 0;
	g_mutex_unlock(&self->mutex);
	if (verdict.findings)
		damage_found(store, verdict.finding);
	else if (!verdict.failure)
		damage_over(store);
	store->check = NULL;
	self->done(self->data, &verdict);
	check_free(self);
	return G_SOURCE_REMOVE;
}

void store_check(Store *store, StoreChecked done, void *data)
{
	Check *self = g_new0(Check, 1);

	g_assert(!store->check);
	self->store = store;
	self->path = g_strdup(store->path);
	self->done = done;
	self->data = data;
	self->first = g_string_new(NULL);
	g_mutex_init(&self->mutex);
	store->met = false;
	store->check = self;
	self->thread = g_thread_new("check", run_thread, self);
}

bool store_is_checking(const Store *self)
{
	return self->check != NULL;
}

void check_free(Check *self)
{
	if (!self)
		return;
	g_mutex_lock(&self->mutex);
	self->stop = true;
	if (self->db)
		sqlite3_interrupt(self->db);
	g_mutex_unlock(&self->mutex);
	g_thread_join(self->thread);
	if (self->source)
		g_source_remove(self->source);
	g_mutex_clear(&self->mutex);
	g_string_free(self->first, TRUE);
	g_clear_error(&self->failure);
	g_free(self->path);
	g_free(self);
}
