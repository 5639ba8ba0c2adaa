/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The cloud's authority over boxes, the same for all instances, and the files that programs beside
 * this one read: DATA/tls/. */
#pragma once

#include "postgres.h"
#include "settings.h"
#include "tls/box-authority.h"

typedef struct Keys Keys;

typedef enum {
	KEYS_AUTHORITY,   /* ca.pem: nginx, the broker, instances */
	KEYS_REVOKED,     /* crl.pem: nginx, the broker */
	KEYS_CERTIFICATE, /* NAME.pem: this instance's, as the client "cloud" */
	KEYS_KEY,         /* NAME.key, 0600 */
	KEYS_PATHS
} KeysPath;

/* Makes the authority if there is none yet, and writes all files anew. Blocks. */
Keys *keys_new(Postgres *postgres, const Settings *settings, GError **error);
void keys_free(Keys *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Keys, keys_free)

const BoxAuthority *keys_authority(const Keys *self);
const char *keys_path(const Keys *self, KeysPath which);

/* Asks which are revoked and writes crl.pem when it says another thing or has aged. */
void keys_refresh(Keys *self);

/* broker.pem and broker.key in the folder, for these names, with ca.pem and crl.pem beside them. */
bool keys_write_broker(Keys *self, const char *folder, char *const hosts[], GError **error);
