/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who this box is for the cloud: a key that never leaves it, and the certificate of that key. */
#pragma once

#include "base/error.h"

#include <stdint.h>

/* A new key (P-256), PKCS 8 in PEM. Secret: secret_free(). */
char *identity_make_key(GError **error);

/* A request in PEM for a certificate with this common name. */
char *identity_make_request(const char *key_pem, const char *name, GError **error);

typedef struct {
	int64_t begins_s; /* since 1970 */
	int64_t ends_s;
} IdentityLife;

/* Is it a certificate of this key, for this name? INVALID with a sentence if not. */
bool identity_check(const char *certificate_pem, const char *key_pem, const char *name,
                    IdentityLife *ret_life, GError **error);

/* Are these certificates of authorities, one at least? */
bool identity_check_authority(const char *pem, GError **error);
