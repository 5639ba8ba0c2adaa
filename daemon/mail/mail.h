/* SPDX-License-Identifier: LGPL-2.1-or-later
 * E-mail by the school's own mail server: what is written is sent by urok-errands. The password is
 * read from its file when it is needed and kept nowhere. */
#pragma once

#include "jobs/jobs.h"

typedef struct Mail Mail;

typedef struct {
	Jobs *jobs;
	const char *server; /* "": no mail is sent. Copied, as all texts */
	int port;
	bool tls_at_once; /* else STARTTLS; never without */
	const char *from;
	const char *login;          /* "": none */
	const char *password_file;  /* "": none */
	const char *authority_file; /* "": the system's authorities */
} MailOptions;

Mail *mail_new(const MailOptions *options);
void mail_free(Mail *self);
/* From now on it is done this way; `jobs` stays. */
void mail_follow(Mail *self, const MailOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mail, mail_free)

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
