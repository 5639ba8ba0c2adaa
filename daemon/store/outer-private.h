/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A store with a sink: what it keeps, and the steps of its turn. */
#pragma once

#include "store/store.h"

typedef struct Capture Capture;

typedef struct {
	const TurnSink *sink; /* NULL: SQLite's commit is all */
	void *room;
	Capture *capture; /* NULL: there was never talk of a sink */
	int64_t turn;     /* that the sink committed last */
	bool settling;    /* the sink has the turn */
	GError **heard;   /* store_commit() waits for the sink, and for this */
} Outer;

/* outer.c. False: there is nothing to wait for (the turn may be dead). */
bool outer_begin(Store *self);
void outer_wait(Store *self);
void outer_over(Store *self); /* SQLite's transaction is */
/* turn.c: SQLite's commit of a turn that the sink answered. */
bool turn_finish(Store *self);

bool statements_prepare_resource(Store *self, const char *resource, GError **error);

/* capture.c: what is changed between start and take, as RowChange. */
Capture *capture_new(Store *store);
void capture_free(Capture *self);
void capture_rest(Capture *self); /* between turns: statements are prepared again when they are needed */
bool capture_start(Capture *self, GError **error);
void capture_stop(Capture *self);
/* New rows of the sink's growing table are put into it; ret_grew: there were some. */
GPtrArray *capture_take(Capture *self, const Outer *outer, bool *ret_grew, GError **error);
bool capture_put(Capture *self, const GPtrArray *changes, GError **error);
