/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the school's own server alone decides, asked at the cloud: the cloud hands the request on to
 * the server over the conversation of the sync, which does it for that person by its own rules and
 * answers. Only while both talk; nothing waits for days (docs/sync-protocol.md, 8). */
#pragma once

#include "http/http.h"
#include "people/people.h"
#include "sync/sync.h"

typedef struct Onward Onward;

typedef struct {
	Store *store;
	Events *events;
	Http *http;
	Sync *sync;
	People *people;
	bool is_cloud; /* hands on; else it takes, when an administrator allowed `request.taken` */
} OnwardOptions;

/* Before events_open(): adds the kind `request.taken`. */
Onward *onward_new(const OnwardOptions *options);
void onward_free(Onward *self); /* after http_free() */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Onward, onward_free)
