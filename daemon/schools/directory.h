/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where people of several schools are known: the cloud's directory, as a box or a house of the cloud
 * asks it. Part of schools.h; docs/cloud.md has its questions. */
#pragma once

#include "http/http.h"

typedef enum {
	DIRECTORY_NONE, /* this school is joined to no cloud */
	DIRECTORY_HELD, /* its administrators let no people leave it */
	DIRECTORY_OPEN,
} DirectoryState;

/* From the loop, once, never from within ask(). failure NULL: done; body (borrowed, may be NULL) is
 * the answer. Else a refusal with its reason, or UNAVAILABLE: nobody answered. */
typedef void (*DirectoryAnswered)(void *data, const json_t *body, const GError *failure);

typedef struct {
	DirectoryState (*state)(void *room);
	/* "/box/v1/joins", an object (stolen) or NULL. */
	void (*ask)(void *room, Method method, const char *path, json_t *body,
	            DirectoryAnswered answered, void *data);
} Directory;
