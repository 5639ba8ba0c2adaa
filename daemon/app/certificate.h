/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What administrators are told of the server's certificate. */
#pragma once

#include "http/http.h"

typedef struct {
	const char *report; /* urok-tls's state.json, which everybody may read */
} Certificate;

/* Of the box's own authority, for paper: devices trust it by this. NULL: there is none, or another's
 * certificate is in use. room: a Certificate. */
char *certificate_dup_reported(void *room);

extern const Route CERTIFICATE_ROUTES[]; /* room: a Certificate, borrowed */
