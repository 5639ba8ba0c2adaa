/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of backups share. */
#pragma once

#include "app/backups.h"

#include <gio/gio.h>

typedef struct Brake Brake;
typedef struct KeyOffer KeyOffer;

struct Backups {
	const Config *config;
	Events *events;
	People *people;
	bool elsewhere;
	GCancellable *cancellable; /* what is under way when this room goes */
	GDBusConnection *bus;      /* NULL: there is none, or nobody needed it */
	guint job_signal;
	bool starting;             /* systemd was asked, and has not answered */
	char *job;                 /* systemd's, of a run that was asked for here */
	char *ended;               /* systemd's job that ended last; NULL: none yet */
	bool again;                /* one is wanted that begins after the one at work */
	bool asking_job;           /* systemd is asked whether it is still there */
	guint follow;              /* looks for the end of a run; 0: none is known to go on */
	GSubprocess *child;        /* where urokd starts the program itself */
	GFileMonitor *monitor;     /* of the reports; NULL: not yet */
	Brake *brake;
	int64_t next_ms;           /* of the timer; 0: not known */
	KeyOffer *offer;           /* a recovery key that is not confirmed; NULL: none */
};

/* backups-run.c */
void backups_watch(Backups *self);
bool backups_is_running(const Backups *self);
/* A run that nobody waits for: now, or behind the one that goes on. */
void backups_begin(Backups *self);
void backups_end(Backups *self); /* its part of backups_free() */
bool post_backup(void *room, Request *request, GError **error);
bool delete_backup_run(void *room, Request *request, GError **error);

/* recovery-key.c */
void key_offer_free(KeyOffer *offer);
int64_t recovery_key_made_ms(const Config *config); /* 0: there is none */
bool post_recovery_key(void *room, Request *request, GError **error);
bool put_recovery_key(void *room, Request *request, GError **error);
bool post_console_key(void *room, Request *request, GError **error);

/* CONFLICT at-the-school for who asks elsewhere. */
bool backups_check_here(const Backups *self, GError **error);
