/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Is the log what was written? A part of the door: events.h brings it. */
#pragma once

#include "events/events.h"

typedef struct {
	int64_t events;
	int64_t blanked;
	int64_t bad_seq; /* of the first event that does not verify; 0: all do */
} LogVerdict;

/* Walks the chains of all origins a batch at a time, so that a long log does not hold the loop. */
typedef struct LogCheck LogCheck;
LogCheck *log_check_new(Events *events);
bool log_check_step(LogCheck *self, bool *ret_done, GError **error);
LogVerdict log_check_verdict(const LogCheck *self);
void log_check_free(LogCheck *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LogCheck, log_check_free)

/* All of it at once. */
bool events_verify(Events *self, LogVerdict *ret_verdict, GError **error);
