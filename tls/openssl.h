/* SPDX-License-Identifier: LGPL-2.1-or-later
 * OpenSSL's types with the house's way of freeing them, and its errors as the house's. */
#pragma once

#include "base/error.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_STORE, X509_STORE_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_STORE_CTX, X509_STORE_CTX_free)

/* INTERNAL «what: OpenSSL's reason», and forgets what else OpenSSL noted. Always false. */
bool openssl_failed(GError **error, const char *what);
