/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of mail/ share. */
#pragma once

#include "mail/mail.h"

#define LETTER_LIVES_MS (7 * 24 * 3600 * 1000LL)

/* A server that is down, or that does not know the school, is no fault of a letter's: then all of
 * them wait together. */
typedef struct {
	unsigned failures; /* since it took one; 0: it is open */
	char *reason;
	int server_code;
	int64_t until_boot_ms;
} Way;

struct Mail {
	MailOptions options; /* its texts are owned */
	int64_t (*now_ms)(void *room);
	void *clock;
	char *(*dup_school_name)(void *room);
	void *school_room;
	bool is_started;
	Job *job; /* of the letter that is being sent; NULL: none */
	Id letter;
	unsigned tries; /* of that letter, before this one */
	char *purpose;  /* of that letter */
	char *told;     /* what became of it, for the journal when it is written; NULL: nothing */
	guint timer;
	Way way;
	GHashTable *authors; /* id -> Author */
};

int64_t mail_now_ms(const Mail *self);
Job *mail_send_as(Mail *self, const MailMessage *message, const Id *letter, JobDone done, void *data,
                  GError **error);

extern const PersonData MAIL_PERSON_DATA;

/* queue.c */
void queue_init(Mail *self);
void queue_clear(Mail *self);
void queue_wake(Mail *self); /* something may be sent now; outside of a turn's request */
void queue_open_way(Mail *self); /* the pause is over: somebody changed what was wrong */
