/* SPDX-License-Identifier: LGPL-2.1-or-later
 * This box's line to the cloud: what it is linked to (DATA/cloud), and how it stands. */
#pragma once

#include "health/health.h"
#include "http/http.h"
#include "jobs/jobs.h"
#include "people/people.h"
#include "pictures/pictures.h"
#include "sync/sync.h"

typedef struct Uplink Uplink;

typedef struct {
	Store *store;
	Events *events;
	Sync *sync;
	Jobs *jobs;
	const char *folder; /* DATA/cloud, which need not be there; copied. NULL: this is a cloud */
	char *(*dup_name)(void *school); /* owned, or NULL */
	void *school;
	People *people;
	Files *files;       /* what rows name goes to the cloud, and comes from there */
	Pictures *pictures;
	ConflictNames names; /* for the conflict journal */
	void (*on_changed)(void *data); /* how it stands is another; NULL: nobody asks */
	void *data;
} UplinkOptions;

Uplink *uplink_new(const UplinkOptions *options);
void uplink_free(Uplink *self); /* before jobs_free() and sync_free() */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Uplink, uplink_free)

/* After sync_open(): connects when the box is linked. A link that cannot be read is a trouble that
 * is shown, not a failure: the school goes on. */
void uplink_start(Uplink *self);
/* Forgets the link and its key here; the cloud is told nothing: it may be another box's as well. */
bool uplink_drop(Uplink *self, GError **error);

/* Now and then: renews the certificate when two thirds of its life are over. */
void uplink_tick(Uplink *self);

/* --- How it stands --- */
typedef enum {
	UPLINK_NONE,    /* this box belongs to no cloud */
	UPLINK_LINKING, /* a link is being made */
	UPLINK_WAITING, /* no connection */
	UPLINK_LIVE,
	UPLINK_HEALING,
	UPLINK_STOPPED,
} UplinkState;

typedef struct {
	UplinkState state;
	PeerStatus peer;          /* zeroes when there is no line */
	uint64_t bytes_sent, bytes_taken; /* of messages and files, since the line was begun */
	const char *pages;        /* the school's at the cloud; NULL: not linked. Borrowed */
	const char *trouble;      /* in words; NULL: none. Borrowed */
	const char *trouble_code; /* a literal */
	int64_t certificate_until_ms; /* 0: there is none */
} UplinkStatus;
UplinkStatus uplink_status(const Uplink *self);

/* The item `cloud` of docs/health.md. room: the Uplink. */
void uplink_say(void *room, Health *health);

/* --- Asking the cloud's own door, with this box's certificate --- */
typedef struct UplinkAsk UplinkAsk;

/* From the loop, once. failure NULL: the cloud answered, whatever it said: body NULL is an answer
 * that is no JSON. Else UNAVAILABLE with a reason "cloud-..." and a sentence for people. */
typedef void (*UplinkAnswered)(void *data, unsigned status, const json_t *body,
                               const GError *failure);

/* path: behind /box/v1, "/entries". body: borrowed; NULL: none. NULL: CONFLICT cloud-not-linked,
 * UNAVAILABLE jobs-full. */
UplinkAsk *uplink_ask(Uplink *self, const char *method, const char *path, const json_t *body,
                      UplinkAnswered done, void *data, GError **error);
void uplink_ask_cancel(UplinkAsk *ask); /* no callback follows */
/* A status that is no success, as an error cloud-refused with the cloud's own sentence. */
bool uplink_refusal(unsigned status, const json_t *body, GError **error);

extern const Migration UPLINK_MIGRATION;
extern const Route UPLINK_ROUTES[]; /* room: the Uplink */
