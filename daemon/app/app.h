/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The house: every room built once, and who gets whom. */
#pragma once

#include "app/config.h"
#include "schools/schools.h"
#include "sync/sync.h"

typedef struct App App;

/* Opens the data, builds the rooms, listens. config is borrowed and outlives the house. */
App *app_new(const Config *config, GError **error);

/* A house whose file is a view of a truth that lies elsewhere: urok-cloud's. */
typedef struct {
	/* The rooms are there and the log is not read yet: brings the file to where the truth is. */
	bool (*catch_up)(void *room, Store *store, Events *events, GError **error);
	const TurnSink *sink;
	void *room;             /* of both; outlives the house */
	bool begins_epoch;      /* the truth was put back from a backup: as events_begin_epoch() */
	int sockets[N_SOCKETS]; /* listening; duplicated here; -1: none */
	const Directory *directory; /* of people of several schools; outlives the house, as its room */
	void *directory_room;
} AppView;
App *app_new_view(const Config *config, const AppView *view, GError **error);

Events *app_events(const App *self);
Sync *app_sync(const App *self); /* of a view: the other end's peers are its owner's */

/* A code for one entry at "/sign-in#CODE" of somebody whom the school's box vouches for, in a turn of
 * its own; done: once, when it is committed, or at once with a failure: NOT_FOUND, FORBIDDEN, ... */
typedef void (*EntryMade)(void *data, const char *code, const GError *failure);
void app_add_entry(App *self, const char *person, EntryMade done, void *data);

/* Does a row of this house name the file? came: it has just been brought, so pages are told, or it
 * is removed when nobody names it. From the loop, outside of a turn. */
bool app_names_file(App *self, const char *address, bool came, bool *ret_named, GError **error);
/* What rows name and is not there, at most `most` behind this address (NULL: from the beginning):
 * {missing: [address], next_cursor: the last of them, or null when it is all}; owned. */
json_t *app_list_missing_files(App *self, const char *after, size_t most, GError **error);

unsigned app_waiting(const App *self);  /* requests and streams that are open */
uint64_t app_requests(const App *self); /* answered so far */
void app_free(App *self);

/* Takes nobody new; `left` is called when those who had asked are answered. */
void app_leave(App *self, void (*left)(void *data), void *data);

/* Reads the configuration anew and takes it, or refuses it: the journal and systemd are told. */
void app_reload(App *self);

void app_rest(App *self); /* as store_rest() */

/* Now and then: a look at the machine when it is time for one. */
void app_tick(App *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(App, app_free)
