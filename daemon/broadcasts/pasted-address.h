/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A camera's address as people paste it: credentials are taken out of it. */
#pragma once

#include "base/error.h"

#define PASTED_URL_MAX 1024 /* bytes */

typedef struct {
	char *url;	/* without credentials */
	char *login;	/* NULL: none was in it */
	char *password; /* NULL: none was in it */
} PastedAddress;

void pasted_address_clear(PastedAddress *address);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PastedAddress, pasted_address_clear)

/* INVALID camera-bad-address, field url. Where it may point is not judged here. */
bool pasted_address_parse(const char *text, PastedAddress *ret_address, GError **error);
