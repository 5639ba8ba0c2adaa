/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of the line share. */
#pragma once

#include "uplink/uplink.h"
#include "base/brake.h"
#include "base/crypto.h"
#include "uplink/travel.h"

#define UPLINK_PEER "cloud" /* the other end in sync/'s tables */

/* What linking left in link.json. */
typedef struct {
	char *cloud;   /* "https://cloud.example" */
	char *school;  /* its id there */
	char *name;
	char *address; /* "https://school17.cloud.example" */
	char *host;    /* of the broker */
	int port;
	int64_t since_ms;
} LinkFile;

typedef struct Linking Linking;
typedef struct Unlinking Unlinking;

struct Uplink {
	UplinkOptions options;
	Store *store;
	Events *events;
	Sync *sync;
	Jobs *jobs;
	char *folder;   /* NULL: of a view */
	LinkFile *link; /* NULL: not linked */
	SyncLink *line; /* NULL: not linked, or it cannot be read */
	char *unread;   /* why it cannot */
	Brake *brake;
	char *told;     /* the line as pages know it */
	UplinkState told_state; /* as other rooms know it */
	Linking *linking;
	Unlinking *unlinking;
	int64_t begins_ms, ends_ms; /* of the certificate; 0: there is none */
	GHashTable *asks; /* of UplinkAsk: under way */
	UplinkAsk *renewal;
	char *renewal_trouble;
	Travel *travel;
	int64_t tried_ms; /* boot time */
	int64_t opened_boot_ms;
	guint watch; /* at a cloud */
};

LinkFile *link_file_read(const char *folder, GError **error); /* NOT_FOUND: not linked */
void link_file_free(LinkFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LinkFile, link_file_free)

/* --- folder.c --- */
typedef struct {
	const char *name, *text; /* text NULL: there is none */
} FolderFile;
bool folder_write(const char *folder, const FolderFile files[], GError **error); /* ended by {0} */
char *folder_read(const char *folder, const char *name); /* owned, the key's is secret; NULL: it cannot be */
bool folder_write_file(const char *folder, const char *name, const char *text, GError **error);
bool folder_remove(const char *folder, GError **error);

/* --- asking.c --- */
typedef struct {
	const char *cloud;
	const char *method, *path; /* behind /box/v1 */
	const json_t *body;        /* NULL: none */
	const char *authority;     /* PEM; NULL: those of the system */
	bool as_box;               /* with the certificate, and the authority that linking kept */
} AskAt;
/* Where to and as whom, into the words of a job. */
void uplink_sign_words(Uplink *self, const char *path, json_t *words);
void uplink_end_asks(Uplink *self); /* whoever waits hears that nobody answers */
UplinkAsk *uplink_ask_at(Uplink *self, const AskAt *at, UplinkAnswered done, void *data, GError **error);

/* --- uplink.c --- */
void uplink_stop(Uplink *self);    /* the line; the folder stays */
void uplink_restart(Uplink *self); /* with what lies in the folder now */
void uplink_changed(Uplink *self); /* pages may have to be told */
bool uplink_may_change(const Uplink *self, GError **error); /* not at the cloud itself */
/* The console's word is enough; a person gives the own password once more. Then `then`. */
bool uplink_ask_password(Uplink *self, Request *request, const char *password, Handler then,
                         GError **error);

bool put_link(void *room, Request *request, GError **error);
void linking_free(Linking *self);
bool delete_link(void *room, Request *request, GError **error);
void unlinking_free(Unlinking *self);
void uplink_read_life(Uplink *self);

bool get_choices(void *room, Request *request, GError **error);
bool put_choice(void *room, Request *request, GError **error);
bool get_quarantine(void *room, Request *request, GError **error);
bool post_retry(void *room, Request *request, GError **error);
bool delete_quarantined(void *room, Request *request, GError **error);
bool get_conflicts(void *room, Request *request, GError **error);
json_t *uplink_line(const Uplink *self); /* {at, linked, live, waiting, waiting_since, away_since}; owned */
bool uplink_reply(Uplink *self, Request *request, GError **error);
