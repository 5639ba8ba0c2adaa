/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The configuration file of urok-cloud: docs/cloud.md shows every key. */
#pragma once

#include "base/crypto.h"
#include "base/error.h"

/* Of a broker. */
typedef struct {
	char *host; /* NULL: there is none */
	int port;
	bool is_tls;
} Place;

typedef struct {
	char *path;          /* of the file itself */
	char *postgres;      /* libpq's words: "host=/run/postgresql dbname=urok" */
	int connections;
	char *name;          /* of this instance, for people; one at a time uses its folder */
	char *data;          /* views, one folder an instance */
	char *files;         /* of all instances: pictures by content address, a folder a school */
	char *runtime;       /* sockets, a folder a school */
	char *address;       /* an origin with one star, which is the school's short name */
	char *broker;        /* mqtts://NAME:PORT, or mqtt:// within one machine; "": none */
	Place outside;       /* of it */
	char *broker_inside; /* where instances reach it; "": where boxes do */
	Place inside;        /* of it */
	char *school_keys;   /* a file of more keys for each school's urok.conf; "": none */
	char *papers_worker; /* programs */
	char *errands_worker;
	int idle_s;          /* a school that nobody asks is closed after it */
	int files_mib;       /* that a school's files may have together */
	int lease_s;         /* after which a silent instance's schools are taken */
	uint8_t key[SEAL_KEY_SIZE]; /* the same for all instances; it is in no database */
} Settings;

/* Absent keys have their defaults; an unknown key or a missing key file is INVALID. */
Settings *settings_load(const char *path, GError **error);
void settings_free(Settings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_free)

/* A key for one purpose. */
void settings_derive(const Settings *self, const char *purpose, uint8_t ret_key[SEAL_KEY_SIZE]);
