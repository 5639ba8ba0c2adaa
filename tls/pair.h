/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A key with its certificate and those that vouch for it, read from PEM; and what a certificate
 * says. */
#pragma once

#include "tls/openssl.h"

#define PAIR_BYTES_MAX	      (256 * 1024) /* of either file */
#define PAIR_CERTIFICATES_MAX 10

typedef struct {
	EVP_PKEY *key;
	GPtrArray *chain; /* of X509: the server's or the authority's own, then who vouches for it */
} Pair;

/* INVALID with a sentence that names the file at fault: no PEM, a locked key, no certificate, too
 * many, a key that does not fit. The names are for that sentence only. */
Pair *pair_parse(GBytes *chain, const char *chain_name, GBytes *key, const char *key_name,
		 GError **error);

/* The same from two files. NOT_FOUND: one of them is not there. */
Pair *pair_load(const char *chain_path, const char *key_path, GError **error);

/* Takes the key; the certificates are referred to. `above` may be NULL. */
Pair *pair_new(EVP_PKEY *key, X509 *own, X509 *above);
void pair_free(Pair *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pair, pair_free)

X509 *pair_own(const Pair *self); /* borrowed */

/* PEM. The key's is secret: free it with OPENSSL_clear_free() or keep it no longer than needed. */
GBytes *pair_format_chain(const Pair *self);
GBytes *pair_format_key(const Pair *self);

/* DNS names and addresses of the subject's alternative names, as people write them; at most 256. */
char **certificate_dup_names(X509 *certificate);
char *certificate_dup_common_name(X509 *certificate); /* "" without one */
char *certificate_dup_fingerprint(X509 *certificate); /* SHA-256 as 32 hex pairs with colons */
bool certificate_is_for(X509 *certificate, const char *name); /* a DNS name or an address */
gint64 certificate_begins_s(X509 *certificate); /* seconds since 1970 */
gint64 certificate_ends_s(X509 *certificate);
