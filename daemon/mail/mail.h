/* SPDX-License-Identifier: LGPL-2.1-or-later
 * E-mail by the school's own mail server: what is written is kept in the store until that server has
 * taken it, and sent by urok-errands. The password is read from its file when it is needed and kept
 * nowhere. */
#pragma once

#include "http/http.h"
#include "jobs/jobs.h"
#include "mail/letters.h"

typedef struct Mail Mail;

typedef struct {
	Jobs *jobs;
	Store *store; /* NULL: no letter waits, mail_post() is not used */
	const char *server; /* "": no mail is sent. Copied, as all texts */
	int port;
	bool tls_at_once; /* else STARTTLS; never without */
	const char *from;
	const char *login;          /* "": none */
	const char *password_file;  /* "": none */
	const char *authority_file; /* "": the system's authorities */
	int retry_s; /* the pause before the second try, which doubles; 0: 60 */
} MailOptions;

Mail *mail_new(const MailOptions *options);
void mail_free(Mail *self); /* before the store and the jobs */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mail, mail_free)
/* From now on it is done this way, at once; `jobs` and `store` stay. */
void mail_follow(Mail *self, const MailOptions *options);
/* The time of the school; without it the machine's. */
void mail_set_now(Mail *self, int64_t (*now_ms)(void *room), void *room);
/* Whose letters they are: owned, or NULL. */
void mail_set_school_name(Mail *self, char *(*dup_name)(void *room), void *room);
void mail_start(Mail *self); /* sends what waits, now and from now on */
bool mail_is_set_up(const Mail *self); /* a server is configured */

extern const Migration MAIL_MIGRATION;
extern const Migration MAIL_NAMED_MIGRATION;
extern const Route MAIL_ROUTES[]; /* /letters, /letter-tries: administrators */

/* --- Letters: kept until the server took them ---
 * A letter arrives at least once: one that the server took in the moment of a crash is sent again,
 * with the same Message-ID. What the server refuses for good, or has not taken in a week, is kept as
 * not delivered for thirty days, or until somebody tries again or discards it. */

#define LETTER_SUBJECT_MAX 150  /* characters */
#define LETTER_TEXT_MAX    8000 /* bytes */
#define LETTERS_WAITING_MAX 5000
#define LETTERS_AN_HOUR     120 /* an author's */

typedef struct {
	const char *to;
	const char *subject;
	const char *text;    /* lines end in "\n" */
	const char *purpose; /* "invitation": a slug, for the page of letters */
	const char *about;   /* the id of whose letter it is: it goes with them; or NULL */
	const char *const *named; /* ids of others in its words, NULL-ended: with them too; or NULL */
	const char *author;  /* the id of who had it written, or NULL: the school itself */
} Letter;

/* In a turn; sent after the commit. INVALID, field address, subject or text; CONFLICT
 * mail-not-set-up; BUSY too-many-letters, with when to come again. ret_id may be NULL. */
bool mail_post(Mail *self, const Letter *letter, Id *ret_id, GError **error);

typedef struct {
	unsigned waiting;
	unsigned undelivered;
	const char *reason; /* why the server takes nothing at all now; NULL: it does. Borrowed */
	int server_code;
} MailState;
MailState mail_state(Mail *self);

/* --- One message at once, kept nowhere (the test letter) --- */

typedef struct {
	const char *to;
	const char *from_name; /* NULL: none */
	const char *subject;
	const char *text;
} MailMessage;

/* NULL: CONFLICT mail-not-set-up; mail-password-file, when that file is not there or others may
 * read it; UNAVAILABLE jobs-full; INVALID, field address. The job is the caller's to cancel. */
Job *mail_send(Mail *self, const MailMessage *message, JobDone done, void *data, GError **error);

/* For `done`. NULL: the server took it. Else a stable slug ("mail-wrong-password", ...), borrowed;
 * ret_server_code is the last number that the server said (RFC 5321 §4.2), 0: none. */
const char *mail_outcome(const JobAnswer *answer, const GError *failure, int *ret_server_code);

/* name@host, as mail servers take it without being asked first. */
bool mail_is_address(const char *text);
