/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What every certificate has, whoever vouches for it. */
#include "tls/making.h"

#include <openssl/bn.h>

#define SERIAL_BITS 127 /* positive, and 20 bytes at most (RFC 5280 §4.1.2.2) */

X509 *certificate_prepare(EVP_PKEY *key, gint64 begins_s, gint64 ends_s)
{
	g_autoptr(X509) certificate = X509_new();
	BIGNUM *serial = BN_new();
	bool done;

	done = certificate && serial && X509_set_version(certificate, X509_VERSION_3) &&
	       BN_rand(serial, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
	       BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate)) &&
	       ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)begins_s) &&
	       ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)ends_s) &&
	       X509_set_pubkey(certificate, key);
	BN_free(serial);
	return done ? g_steal_pointer(&certificate) : NULL;
}

bool certificate_add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool done;

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_nconf_nid(NULL, &context, nid, value);
	done = extension && X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
	return done;
}
