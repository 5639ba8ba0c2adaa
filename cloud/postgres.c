/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The only file that knows libpq. Each connection has one question at a time, so that a school's
 * slow one delays nobody who finds another; a question is asked once and never again by itself,
 * as who loses a connection does not know whether the other end committed. */
#include "postgres.h"
#include "base/log.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <libpq-fe.h>
#include <poll.h>
#include <string.h>

#define QUEUED_US     (5 * G_USEC_PER_SEC)  /* waiting for a connection */
#define ASKED_US      (20 * G_USEC_PER_SEC) /* and then for the answer */
#define RETRY_MIN_MS  50
#define RETRY_MAX_MS  2000
#define LEASE_LOST    "UR001" /* as cloud-schema.sql raises it */
#define SCHEMA        "/urok-cloud/cloud-schema.sql"
#define STATEMENTS    "/urok-cloud/cloud.sql"

typedef struct {
	const char *sql; /* borrowed from the table of statements */
	char **values;
	int *sizes; /* of arrays in binary form */
	int *formats;
	Oid *types; /* 0: PostgreSQL finds it out */
	unsigned n;
	OnAnswer on_answer;
	void *data;
	gint64 until_us;
} Question;

typedef struct {
	Postgres *postgres;
	PGconn *link; /* NULL: waits to be tried again */
	bool is_ready;
	Question *question; /* NULL: idle */
	PGresult *result;   /* the last of the present question */
	short events;       /* that it waits for, as poll(2)'s */
	guint watch;
	guint retry;
	unsigned pause_ms;
} Connection;

struct Postgres {
	char *conninfo;
	GHashTable *statements; /* name → text */
	Connection *connections;
	unsigned n_connections;
	GQueue questions; /* that no connection has yet */
	guint clock;      /* looks for those that wait too long; 0: nobody waits */
	bool is_down;     /* said */
};

struct Answer {
	const PGresult *result;
};

static void serve(Connection *self);
static void connect_soon(Connection *self);

/* --- Answers --- */

int answer_rows(const Answer *self)
{
	return PQntuples(self->result);
}

const char *answer_text(const Answer *self, int row, int column)
{
	return PQgetisnull(self->result, row, column) ? NULL
	                                              : PQgetvalue(self->result, row, column);
}

int64_t postgres_number(const char *text)
{
	return g_ascii_strtoll(text, NULL, 10);
}

int64_t answer_int(const Answer *self, int row, int column)
{
	return postgres_number(PQgetvalue(self->result, row, column));
}

static void question_free(Question *self)
{
	if (!self)
		return;
	for (unsigned i = 0; i < self->n; i++)
		g_free(self->values[i]);
	g_free(self->values);
	g_free(self->sizes);
	g_free(self->formats);
	g_free(self->types);
	g_free(self);
}

static void tell(Question *question, const PGresult *result, const GError *failure)
{
	const Answer answer = {result};

	question->on_answer(question->data, failure ? NULL : &answer, failure);
	question_free(question);
}

static void refuse(Question *question, const char *why)
{
	g_autoptr(GError) failure = g_error_new(ERROR, ERROR_UNAVAILABLE, "PostgreSQL: %s", why);

	g_strdelimit(g_strchomp(failure->message), "\n", ' ');
	tell(question, NULL, failure);
}

static void answer_question(Connection *self)
{
	Question *question = g_steal_pointer(&self->question);
	PGresult *result = g_steal_pointer(&self->result);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	g_autoptr(GError) failure = NULL;

	switch (PQresultStatus(result)) {
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
		break;
	default:
		error_set(&failure,
		          g_strcmp0(state, LEASE_LOST) == 0        ? ERROR_CONFLICT
		          : state && g_str_has_prefix(state, "53") ? ERROR_NO_SPACE
		                                                   : ERROR_UNAVAILABLE,
		          "PostgreSQL: %s", PQresultErrorMessage(result));
		g_strdelimit(g_strchomp(failure->message), "\n", ' ');
	}
	tell(question, result, failure);
	PQclear(result);
}

/* --- Connections --- */

static void unwatch(Connection *self)
{
	g_clear_handle_id(&self->watch, g_source_remove);
	self->events = 0;
}

static gboolean on_ready(int fd, GIOCondition condition, void *connection)
{
	serve(connection);
	return G_SOURCE_CONTINUE;
}

/* The socket of a connection that is being made may be another each time. */
static void watch(Connection *self, short events)
{
	GIOCondition condition = (events & POLLIN ? G_IO_IN : 0) | (events & POLLOUT ? G_IO_OUT : 0);

	if (self->watch && self->events == events && self->is_ready)
		return;
	unwatch(self);
	self->events = events;
	self->watch = g_unix_fd_add(PQsocket(self->link), condition | G_IO_HUP | G_IO_ERR, on_ready,
	                            self);
}

static void say_down(Postgres *self, const char *why)
{
	g_autofree char *line = g_strdelimit(g_strchomp(g_strdup(why)), "\n", ' ');

	if (!self->is_down)
		log_write(LOG_ERROR, "PostgreSQL cannot be reached, nothing is written: %s", line);
	self->is_down = true;
}

static void say_up(Postgres *self)
{
	if (self->is_down)
		log_write(LOG_NOTICE, "PostgreSQL is reached again");
	self->is_down = false;
}

static void drop(Connection *self, const char *why)
{
	g_autofree char *reason = g_strdup(why);
	Question *question = g_steal_pointer(&self->question);

	unwatch(self);
	g_clear_pointer(&self->result, PQclear);
	g_clear_pointer(&self->link, PQfinish);
	self->is_ready = false;
	say_down(self->postgres, reason);
	connect_soon(self);
	if (question)
		refuse(question, reason);
}

static bool flush(Connection *self)
{
	int left = PQflush(self->link);

	if (left < 0)
		return false;
	watch(self, left > 0 ? POLLIN | POLLOUT : POLLIN);
	return true;
}

static void give_work(Connection *self)
{
	Question *question;

	if (!self->is_ready || self->question)
		return;
	question = g_queue_pop_head(&self->postgres->questions);
	if (!question)
		return;
	self->question = question;
	question->until_us = g_get_monotonic_time() + ASKED_US;
	if (!PQsendQueryParams(self->link, question->sql, (int)question->n, question->types,
	                       (const char *const *)question->values, question->sizes,
	                       question->formats, 0) ||
	    !flush(self))
		drop(self, PQerrorMessage(self->link));
}

static void go_on_connecting(Connection *self)
{
	switch (PQconnectPoll(self->link)) {
	case PGRES_POLLING_READING:
		watch(self, POLLIN);
		return;
	case PGRES_POLLING_WRITING:
		watch(self, POLLOUT);
		return;
	case PGRES_POLLING_OK:
		PQsetnonblocking(self->link, 1);
		self->pause_ms = 0;
		unwatch(self);
		self->is_ready = true;
		watch(self, POLLIN);
		say_up(self->postgres);
		give_work(self);
		return;
	default:
		drop(self, PQerrorMessage(self->link));
	}
}

static void take_results(Connection *self)
{
	while (self->link && !PQisBusy(self->link)) {
		PGresult *result = PQgetResult(self->link);

		if (result) {
			PQclear(self->result);
			self->result = result;
			continue;
		}
		if (!self->question || !self->result)
			return;
		if (PQstatus(self->link) != CONNECTION_OK)
			return;
		answer_question(self);
		give_work(self);
	}
}

static void serve(Connection *self)
{
	if (!self->link)
		return;
	if (!self->is_ready) {
		go_on_connecting(self);
		return;
	}
	if (!PQconsumeInput(self->link)) {
		drop(self, PQerrorMessage(self->link));
		return;
	}
	take_results(self);
	if (self->link && PQstatus(self->link) != CONNECTION_OK)
		drop(self, PQerrorMessage(self->link));
	else if (self->link && !flush(self))
		drop(self, PQerrorMessage(self->link));
}

static void connect_now(Connection *self)
{
	self->link = PQconnectStart(self->postgres->conninfo);
	if (!self->link || PQstatus(self->link) == CONNECTION_BAD)
		drop(self, self->link ? PQerrorMessage(self->link) : "no memory");
	else
		watch(self, POLLOUT);
}

static gboolean on_retry(void *connection)
{
	((Connection *)connection)->retry = 0;
	connect_now(connection);
	return G_SOURCE_REMOVE;
}

/* With jitter: all connections of all instances lost the same server. */
static void connect_soon(Connection *self)
{
	self->pause_ms = CLAMP(self->pause_ms * 2, RETRY_MIN_MS, RETRY_MAX_MS);
	self->retry = g_timeout_add((guint)g_random_int_range(RETRY_MIN_MS / 2,
	                                                      (int)self->pause_ms + 1),
	                            on_retry, self);
}

/* --- Questions --- */

static bool is_late(const Question *question, gint64 now_us)
{
	return question->until_us <= now_us;
}

static bool refuse_late(Postgres *self)
{
	gint64 now_us = g_get_monotonic_time();
	const Question *head;
	bool left = false;

	while ((head = g_queue_peek_head(&self->questions)) && is_late(head, now_us))
		refuse(g_queue_pop_head(&self->questions), "it does not answer");
	for (unsigned i = 0; i < self->n_connections; i++) {
		Connection *connection = &self->connections[i];

		/* The answer may lie there: it was this process that slept. */
		if (connection->question && is_late(connection->question, now_us))
			serve(connection);
		if (connection->question && is_late(connection->question, now_us))
			drop(connection, "it takes too long to answer");
		left = left || connection->question;
	}
	return left || self->questions.length > 0;
}

static gboolean on_clock(void *data)
{
	Postgres *self = data;

	if (refuse_late(self))
		return G_SOURCE_CONTINUE;
	self->clock = 0;
	return G_SOURCE_REMOVE;
}

static void add_columns(Question *question, unsigned from, Columns *columns)
{
	for (unsigned i = 0; i < columns_count(columns); i++) {
		size_t size;

		question->values[from + i] = columns_take(columns, i, &size, &question->types[from + i]);
		question->sizes[from + i] = (int)size;
		question->formats[from + i] = 1;
	}
}

void postgres_ask_rows(Postgres *self, const char *name, unsigned n, const char *const values[],
                       Columns *columns, OnAnswer on_answer, void *data)
{
	Question *question = g_new0(Question, 1);
	unsigned all = n + (columns ? columns_count(columns) : 0);

	question->sql = g_hash_table_lookup(self->statements, name);
	if (!question->sql)
		g_error("There is no question %s", name);
	question->n = all;
	question->values = g_new0(char *, all + 1);
	question->sizes = g_new0(int, all + 1);
	question->formats = g_new0(int, all + 1);
	question->types = g_new0(Oid, all + 1);
	for (unsigned i = 0; i < n; i++)
		question->values[i] = g_strdup(values[i]);
	if (columns)
		add_columns(question, n, columns);
	question->on_answer = on_answer;
	question->data = data;
	question->until_us = g_get_monotonic_time() + QUEUED_US;
	g_queue_push_tail(&self->questions, question);
	if (!self->clock)
		self->clock = g_timeout_add(250, on_clock, self);
	for (unsigned i = 0; i < self->n_connections && self->questions.length > 0; i++)
		give_work(&self->connections[i]);
}

void postgres_ask(Postgres *self, const char *name, unsigned n, const char *const values[],
                  OnAnswer on_answer, void *data)
{
	postgres_ask_rows(self, name, n, values, NULL, on_answer, data);
}

void postgres_step(Postgres *self, int timeout_ms)
{
	g_autofree struct pollfd *fds = g_new0(struct pollfd, self->n_connections);
	gint64 began_us = g_get_monotonic_time();

	for (unsigned i = 0; i < self->n_connections; i++) {
		const Connection *connection = &self->connections[i];

		fds[i].fd = connection->link ? PQsocket(connection->link) : -1;
		fds[i].events = connection->events;
	}
	if (poll(fds, self->n_connections, timeout_ms) > 0)
		for (unsigned i = 0; i < self->n_connections; i++)
			if (fds[i].revents)
				serve(&self->connections[i]);
	/* The loop's timers stand still meanwhile. */
	for (unsigned i = 0; i < self->n_connections; i++) {
		Connection *connection = &self->connections[i];

		if (!connection->link && g_get_monotonic_time() - began_us >= timeout_ms * 1000LL) {
			g_clear_handle_id(&connection->retry, g_source_remove);
			connect_now(connection);
		}
	}
	refuse_late(self);
}

typedef struct {
	GPtrArray *rows;
	GError *failure;
	bool done;
} Getting;

static void on_got(void *data, const Answer *answer, const GError *failure)
{
	Getting *self = data;

	self->done = true;
	if (failure) {
		self->failure = g_error_copy(failure);
		return;
	}
	self->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	for (int i = 0; i < answer_rows(answer); i++) {
		GPtrArray *row = g_ptr_array_new_with_free_func(g_free);

		for (int j = 0; j < PQnfields(answer->result); j++)
			g_ptr_array_add(row, g_strdup(answer_text(answer, i, j)));
		g_ptr_array_add(self->rows, row);
	}
}

GPtrArray *postgres_get(Postgres *self, const char *name, unsigned n, const char *const values[],
                        GError **error)
{
	Getting getting = {0};

	postgres_ask(self, name, n, values, on_got, &getting);
	while (!getting.done)
		postgres_step(self, 250);
	if (getting.failure)
		g_propagate_error(error, getting.failure);
	return getting.rows;
}

/* --- Beginning and end --- */

static bool run_schema(PGconn *link, GError **error)
{
	g_autoptr(GBytes) sql = g_resources_lookup_data(SCHEMA, 0, error);
	PGresult *result;
	bool done;

	if (!sql)
		return false;
	/* One text is one transaction, which takes the schema's lock first. */
	result = PQexec(link, g_bytes_get_data(sql, NULL));
	done = PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK;
	if (!done)
		error_set(error, ERROR_INTERNAL, "The cloud's tables cannot be made: %s",
		          g_strchomp(PQerrorMessage(link)));
	PQclear(result);
	return done;
}

static bool load_statements(Postgres *self, GError **error)
{
	g_autoptr(GBytes) bytes = g_resources_lookup_data(STATEMENTS, 0, error);
	g_auto(GStrv) blocks = NULL;

	if (!bytes)
		return false;
	blocks = g_strsplit(g_bytes_get_data(bytes, NULL), "-- name: ", -1);
	for (guint i = 1; blocks[i]; i++) {
		char *end = strchr(blocks[i], '\n');
		char *last = strrchr(blocks[i], ';');

		if (last)
			*last = '\0';
		g_hash_table_insert(self->statements, g_strndup(blocks[i], (gsize)(end - blocks[i])),
		                    g_strdup(end + 1));
	}
	return true;
}

static bool has_schema(const Postgres *self, PGconn *link)
{
	PGresult *result = PQexec(link, g_hash_table_lookup(self->statements, "find_schema"));
	bool has = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;

	PQclear(result);
	return has;
}

static bool make_schema(const Postgres *self, bool may_step, GError **error)
{
	PGconn *link = PQconnectdb(self->conninfo);
	bool done = PQstatus(link) == CONNECTION_OK;

	if (done)
		done = (!may_step && has_schema(self, link)) || run_schema(link, error);
	else
		error_set(error, ERROR_UNAVAILABLE, "PostgreSQL cannot be reached: %s",
		          g_strchomp(PQerrorMessage(link)));
	PQfinish(link);
	return done;
}

static void on_notice(void *data, const char *text)
{
	log_write(LOG_DEBUG, "PostgreSQL says: %s", text);
}

static Postgres *reach(const char *conninfo, unsigned connections, bool may_step, GError **error)
{
	g_autoptr(Postgres) self = g_new0(Postgres, 1);

	self->conninfo = g_strdup(conninfo);
	self->statements = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_queue_init(&self->questions);
	if (!load_statements(self, error) || !make_schema(self, may_step, error))
		return NULL;
	self->connections = g_new0(Connection, connections);
	self->n_connections = connections;
	for (unsigned i = 0; i < connections; i++) {
		self->connections[i].postgres = self;
		connect_now(&self->connections[i]);
		if (self->connections[i].link)
			PQsetNoticeProcessor(self->connections[i].link, on_notice, NULL);
	}
	return g_steal_pointer(&self);
}

Postgres *postgres_new(const char *conninfo, unsigned connections, GError **error)
{
	return reach(conninfo, connections, true, error);
}

Postgres *postgres_open(const char *conninfo, unsigned connections, GError **error)
{
	return reach(conninfo, connections, false, error);
}

void postgres_free(Postgres *self)
{
	Question *question;

	if (!self)
		return;
	g_clear_handle_id(&self->clock, g_source_remove);
	for (unsigned i = 0; i < self->n_connections; i++) {
		Connection *connection = &self->connections[i];

		unwatch(connection);
		g_clear_handle_id(&connection->retry, g_source_remove);
		PQclear(connection->result);
		PQfinish(connection->link);
		if (connection->question)
			refuse(connection->question, "the program ends");
	}
	while ((question = g_queue_pop_head(&self->questions)))
		refuse(question, "the program ends");
	g_free(self->connections);
	g_hash_table_unref(self->statements);
	g_free(self->conninfo);
	g_free(self);
}
