/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the two directions of a journey share. */
#pragma once

#include "commands.h"

typedef struct {
	Console *console;
	bool json;
	char *folder; /* on the stick */
	char *secret;
	json_t *state; /* of this box, as urokd tells it */
} Carrying;

void carrying_clear(Carrying *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Carrying, carrying_clear)

/* A request below /api/v1/console/carry. The body is stolen, NULL: none. */
bool carrying_ask(const Carrying *self, const char *method, const char *path, json_t *body,
		  json_t **ret_answer, GError **error);
/* One line on a terminal that is written again and again; ended by carrying_end_progress(). */
void carrying_progress(const Carrying *self, const char *what, int64_t done, int64_t of);
void carrying_end_progress(const Carrying *self);

bool carrying_export(Carrying *self, bool all, GError **error);
bool carrying_import(Carrying *self, GError **error);
