/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What administrators are told of the server's certificate. */
#pragma once

#include "http/http.h"

typedef struct {
	const char *report; /* urok-tls's state.json, which everybody may read */
} Certificate;

extern const Route CERTIFICATE_ROUTES[]; /* room: a Certificate, borrowed */
