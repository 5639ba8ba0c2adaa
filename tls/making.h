/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the box's own authority and the cloud's have in common when they make certificates. */
#pragma once

#include "tls/openssl.h"

/* Version 3, a serial number of its own, this key and time; no names yet. NULL on failure. */
X509 *certificate_prepare(EVP_PKEY *key, gint64 begins_s, gint64 ends_s);
bool certificate_add_extension(X509 *certificate, X509 *issuer, int nid, const char *value);
