/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of the line share. */
#pragma once

#include "uplink/uplink.h"
#include "base/brake.h"

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

struct Uplink {
	Store *store;
	Events *events;
	Http *http;
	Sync *sync;
	char *folder;
	LinkFile *link; /* NULL: not linked */
	SyncLink *line; /* NULL: not linked, or it cannot be read */
	char *unread;   /* why it cannot */
	Brake *brake;
	char *told;     /* the line as pages know it */
};

LinkFile *link_file_read(const char *folder, GError **error); /* NOT_FOUND: not linked */
void link_file_free(LinkFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LinkFile, link_file_free)

json_t *uplink_line(const Uplink *self); /* {linked, live, waiting, waiting_since}; owned */
