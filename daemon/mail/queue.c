/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The letters that wait: one after the other, the one whose turn it is first. Whether a failure is
 * the letter's or the way's decides who waits: it, or all of them.
 *
 * A letter's row goes in the turn after the server took it. A crash between the two sends it again. */
#include "mail/mail-private.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <string.h>

#define HOUR_MS        (3600 * 1000LL)
#define FORGOTTEN_MS   (30 * 24 * HOUR_MS)
#define PAUSE_FIRST_S  60
#define PAUSE_MOST_MS  HOUR_MS
#define DOUBLINGS_MAX  20

typedef struct {
	unsigned letters;
	int64_t hour_ends_boot_ms;
} Author;

void queue_init(Mail *self)
{
	self->authors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void queue_clear(Mail *self)
{
	self->is_started = false;
	if (self->job)
		job_cancel(self->job);
	g_clear_handle_id(&self->timer, g_source_remove);
	/* What waits for its end points to us. */
	if (self->options.store)
		(void)store_commit(self->options.store, NULL);
	g_hash_table_unref(self->authors);
	g_free(self->way.reason);
	g_free(self->purpose);
	g_free(self->told);
}

/* --- Pauses --- */

static int64_t pause_ms(const Mail *self, unsigned times)
{
	int64_t first = (self->options.retry_s ? self->options.retry_s : PAUSE_FIRST_S) * 1000LL;

	return MIN(first << MIN(times, DOUBLINGS_MAX), MAX(first, PAUSE_MOST_MS));
}

static gboolean on_time(void *data)
{
	Mail *self = data;

	self->timer = 0;
	queue_wake(self);
	return G_SOURCE_REMOVE;
}

static void wake_in(Mail *self, int64_t ms)
{
	g_clear_handle_id(&self->timer, g_source_remove);
	self->timer = g_timeout_add((guint)CLAMP(ms, 1, PAUSE_MOST_MS), on_time, self);
}

static void open_way(Mail *self)
{
	if (self->way.failures)
		log_write(LOG_NOTICE, "The mail server takes letters again");
	g_free(self->way.reason);
	self->way = (Way){0};
}

static void close_way(Mail *self, const char *reason, int server_code)
{
	Way *way = &self->way;

	if (!way->failures || g_strcmp0(way->reason, reason) != 0)
		log_write(LOG_WARNING, "Letters wait: the mail server takes none (%s, its last word "
		          "was %d)", reason, server_code);
	g_free(way->reason);
	way->reason = g_strdup(reason);
	way->server_code = server_code;
	way->until_boot_ms = clock_boot_ms() + pause_ms(self, way->failures++);
}

void queue_open_way(Mail *self)
{
	self->way.until_boot_ms = 0;
	self->way.failures = MIN(self->way.failures, 1); /* it is still not known to be open */
	queue_wake(self);
}

/* --- What became of one --- */

static void on_committed(void *data, const GError *failure)
{
	Mail *self = data;

	if (self->told && !failure)
		log_write(LOG_INFO, "%s", self->told);
	g_clear_pointer(&self->told, g_free);
	if (!failure)
		queue_wake(self);
	else if (self->is_started && !self->job)
		wake_in(self, pause_ms(self, 0));
}

static bool write_outcome(Mail *self, Query *query, const char *reason, int server_code, GError **error)
{
	query_bind_text(query, ":id", self->letter.text);
	if (reason) {
		query_bind_text(query, ":reason", reason);
		query_bind_int(query, ":code", server_code);
	}
	return query_run(query, error);
}

static bool forget_old(Mail *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->options.store, "forget_letters");

	query_bind_int(query, ":before", mail_now_ms(self) - FORGOTTEN_MS);
	return query_run(query, error);
}

typedef enum { TAKEN, PUT_OFF, GIVEN_UP } Outcome;

static bool write_in_turn(Mail *self, Outcome outcome, const char *reason, int server_code,
                          GError **error)
{
	static const char *const STATEMENTS[] = {
		[TAKEN] = "remove_letter", [PUT_OFF] = "put_off_letter", [GIVEN_UP] = "give_up_letter"};
	g_autoptr(Query) query = store_query(self->options.store, STATEMENTS[outcome]);

	if (outcome != TAKEN)
		query_bind_int(query, ":next",
		               mail_now_ms(self) +
		                       (outcome == PUT_OFF ? pause_ms(self, self->tries) : 0));
	store_after_commit(self->options.store, on_committed, self, NULL);
	return write_outcome(self, query, reason, server_code, error) &&
	       (outcome != GIVEN_UP || forget_old(self, error));
}

static char *tell(const Mail *self, Outcome outcome, const char *reason, int server_code)
{
	if (outcome == TAKEN)
		return g_strdup_printf("A letter (%s) was taken by the mail server", self->purpose);
	return g_strdup_printf("A letter (%s) was %s: %s, the mail server's last word was %d",
	                       self->purpose,
	                       outcome == PUT_OFF ? "put off" : "not delivered", reason,
	                       server_code);
}

static void settle(Mail *self, Outcome outcome, const char *reason, int server_code)
{
	Store *store = self->options.store;
	g_autoptr(GError) error = NULL;

	if (store_begin(store, &error)) {
		bool done = write_in_turn(self, outcome, reason, server_code, &error);

		if (store_end(store, done, error ? NULL : &error) && done) {
			g_free(self->told);
			self->told = tell(self, outcome, reason, server_code);
			return;
		}
	}
	/* The letter stays as it was; it may be sent once more. */
	log_failure(LOG_WARNING, error, "What became of a letter could not be written");
	wake_in(self, pause_ms(self, 0));
}

/* The server named this letter's address or text, not the school's own. */
static bool is_the_letters(const char *reason)
{
	return strcmp(reason, "mail-address-refused") == 0 || strcmp(reason, "mail-refused") == 0;
}

static void on_done(void *data, const JobAnswer *answer, const GPtrArray *parts,
                    const GError *failure)
{
	Mail *self = data;
	int code = 0;
	const char *reason = mail_outcome(answer, failure, &code);

	self->job = NULL;
	if (!reason) {
		open_way(self);
		settle(self, TAKEN, NULL, 0);
	} else if (failure) {
		/* A worker that refuses, or breaks down over, this one may take the next. */
		settle(self, answer ? GIVEN_UP : PUT_OFF, reason, code);
	} else if (is_the_letters(reason) && code >= 400) {
		open_way(self);
		settle(self, code >= 500 ? GIVEN_UP : PUT_OFF, reason, code);
	} else {
		close_way(self, reason, code);
		queue_wake(self);
	}
}

/* --- Whose turn it is --- */

static char *with_crlf(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	return g_strjoinv("\r\n", lines);
}

static void send_letter(Mail *self, Query *query)
{
	g_autofree char *name = self->dup_school_name ? self->dup_school_name(self->school_room)
	                                              : NULL;
	g_autofree char *text = with_crlf(query_text(query, 3));
	const MailMessage message = {query_text(query, 1), name, query_text(query, 2), text};
	g_autoptr(GError) error = NULL;

	self->job = mail_send_as(self, &message, &self->letter, on_done, self, &error);
	if (self->job)
		return;
	if (error_is(error, ERROR_INVALID))
		settle(self, GIVEN_UP, "mail-address-refused", 0);
	else
		close_way(self, error_reason_of(error), 0);
}

static void begin_letter(Mail *self, Query *query)
{
	int64_t now_ms = mail_now_ms(self);
	int64_t wait_ms = query_int(query, 4) - now_ms;

	self->letter = id_from(query_text(query, 0));
	self->tries = (unsigned)query_int(query, 6);
	g_free(self->purpose);
	self->purpose = g_strdup(query_text(query, 7));
	if (query_int(query, 5) <= now_ms)
		settle(self, GIVEN_UP, "mail-too-old", 0);
	else if (wait_ms > 0)
		wake_in(self, wait_ms);
	else
		send_letter(self, query);
}

void queue_wake(Mail *self)
{
	int64_t closed_ms = self->way.until_boot_ms - clock_boot_ms();
	g_autoptr(Query) query = NULL;
	g_autoptr(GError) error = NULL;
	bool row;

	if (!self->is_started || self->job)
		return;
	g_clear_handle_id(&self->timer, g_source_remove);
	if (self->way.failures && closed_ms > 0) {
		wake_in(self, closed_ms);
		return;
	}
	query = store_query(self->options.store, "next_letter");
	if (!query_next(query, &row, &error)) {
		log_failure(LOG_WARNING, error, "The letters that wait could not be read");
		wake_in(self, pause_ms(self, 0));
		return;
	}
	if (row)
		begin_letter(self, query);
	if (self->way.failures && !self->job && !self->timer && row)
		wake_in(self, self->way.until_boot_ms - clock_boot_ms());
}

void mail_start(Mail *self)
{
	self->is_started = true;
	queue_wake(self);
}

MailState mail_state(Mail *self)
{
	MailState state = {0};
	g_autoptr(Query) query = store_query(self->options.store, "count_letters");

	if (query_one(query, NULL)) {
		state.waiting = (unsigned)query_int(query, 0);
		state.undelivered = (unsigned)query_int(query, 1);
	}
	if (self->way.failures) {
		state.reason = self->way.reason;
		state.server_code = self->way.server_code;
	}
	return state;
}

/* --- New ones --- */

static bool refuse_busy(unsigned after_s, GError **error)
{
	g_autoptr(GError) busy = NULL;

	error_reason(&busy, ERROR_BUSY, "too-many-letters", NULL,
	             "So many letters are being sent already; the rest can follow later");
	error_set_retry_after(busy, after_s);
	g_propagate_error(error, g_steal_pointer(&busy));
	return false;
}

static gboolean is_past(void *key, void *value, void *now)
{
	return ((const Author *)value)->hour_ends_boot_ms <= *(const int64_t *)now;
}

static bool check_author(Mail *self, const char *id, GError **error)
{
	int64_t now = clock_boot_ms();
	Author *author;

	if (!id)
		return true;
	g_hash_table_foreach_remove(self->authors, is_past, &now);
	author = g_hash_table_lookup(self->authors, id);
	if (!author) {
		author = g_new0(Author, 1);
		author->hour_ends_boot_ms = now + HOUR_MS;
		g_hash_table_insert(self->authors, g_strdup(id), author);
	}
	if (author->letters >= LETTERS_AN_HOUR)
		return refuse_busy((unsigned)((author->hour_ends_boot_ms - now) / 1000 + 1), error);
	author->letters++;
	return true;
}

static bool check_text(const char *text)
{
	if (text_is_blank(text) || strlen(text) > LETTER_TEXT_MAX || !g_utf8_validate(text, -1, NULL))
		return false;
	for (const char *at = text; *at; at = g_utf8_next_char(at))
		if (*at != '\n' && g_unichar_iscntrl(g_utf8_get_char(at)))
			return false;
	return true;
}

static bool check_letter(const Letter *letter, GError **error)
{
	if (!mail_is_address(letter->to))
		return error_reason(error, ERROR_INVALID, "invalid", "address",
		                    "An e-mail address looks like name@example.org");
	if (text_is_blank(letter->subject) || !text_is_one_line(letter->subject) ||
	    text_length(letter->subject) > LETTER_SUBJECT_MAX)
		return error_reason(error, ERROR_INVALID, "invalid", "subject",
		                    "A subject is one line of at most %d characters",
		                    LETTER_SUBJECT_MAX);
	return check_text(letter->text) ||
	       error_reason(error, ERROR_INVALID, "invalid", "text",
	                    "A letter is plain text of at most %d bytes", LETTER_TEXT_MAX);
}

static bool add_row(Mail *self, const Letter *letter, const Id *id, GError **error)
{
	g_autoptr(Query) query = store_query(self->options.store, "add_letter");
	int64_t now_ms = mail_now_ms(self);

	query_bind_text(query, ":id", id->text);
	query_bind_text(query, ":recipient", letter->to);
	query_bind_text(query, ":subject", letter->subject);
	query_bind_text(query, ":text", letter->text);
	query_bind_text(query, ":purpose", letter->purpose);
	query_bind_text(query, ":about", letter->about);
	query_bind_text(query, ":author", letter->author);
	query_bind_int(query, ":now", now_ms);
	query_bind_int(query, ":expires", now_ms + LETTER_LIVES_MS);
	return query_run(query, error);
}

static bool add_named(Mail *self, const Letter *letter, const Id *id, GError **error)
{
	for (const char *const *person = letter->named; person && *person; person++) {
		g_autoptr(Query) query = store_query(self->options.store, "add_letter_named");

		query_bind_text(query, ":id", id->text);
		query_bind_text(query, ":person", *person);
		if (!query_run(query, error))
			return false;
	}
	return true;
}

bool mail_post(Mail *self, const Letter *letter, Id *ret_id, GError **error)
{
	Id id = id_new();

	if (!check_letter(letter, error))
		return false;
	if (!mail_is_set_up(self))
		return error_reason(error, ERROR_CONFLICT, "mail-not-set-up", NULL,
		                    "The school has no e-mail yet: an administrator sets it up");
	if (mail_state(self).waiting >= LETTERS_WAITING_MAX)
		return refuse_busy(3600, error);
	if (!check_author(self, letter->author, error) || !add_row(self, letter, &id, error) ||
	    !add_named(self, letter, &id, error))
		return false;
	store_after_commit(self->options.store, on_committed, self, NULL);
	if (ret_id)
		*ret_id = id;
	return true;
}
