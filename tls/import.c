/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Is a certificate from elsewhere one that browsers take? */
#include "tls/authority.h"
#include "tls/box.h"

#include <openssl/err.h>

#define SECURITY_BITS 112 /* RSA of 2048 bits, P-224; SHA-1 has 63 */

static bool check_time(X509 *certificate, gint64 now_s, GError **error)
{
	g_autofree char *name = certificate_dup_common_name(certificate);
	gint64 moment_s = certificate_ends_s(certificate);
	const char *what = "ended on";
	g_autoptr(GDateTime) moment = NULL;
	g_autofree char *day = NULL;

	if (now_s < certificate_begins_s(certificate)) {
		moment_s = certificate_begins_s(certificate);
		what = "begins only on";
	} else if (now_s < moment_s) {
		return true;
	}
	moment = g_date_time_new_from_unix_utc(moment_s);
	day = moment ? g_date_time_format(moment, "%Y-%m-%d") : g_strdup("an unknown day");
	return error_set(error, ERROR_INVALID,
			 "The certificate of «%s» %s %s by this machine's clock. Is the clock right? (date)",
			 name, what, day);
}

static bool check_key(EVP_PKEY *key, const char *name, GError **error)
{
	int type = EVP_PKEY_get_base_id(key);

	if (type != EVP_PKEY_RSA && type != EVP_PKEY_EC)
		return error_set(error, ERROR_INVALID,
				 "The key of «%s» is of a kind that browsers do not take: RSA or an elliptic "
				 "curve (P-256) is needed.",
				 name);
	if (EVP_PKEY_get_security_bits(key) < SECURITY_BITS)
		return error_set(error, ERROR_INVALID,
				 "The key of «%s» is too short: RSA needs 2048 bits, an elliptic curve 256.",
				 name);
	return true;
}

/* A root's own signature proves nothing, whatever its digest. */
static bool check_signature(X509 *certificate, const char *name, GError **error)
{
	int bits = 0;

	if (X509_self_signed(certificate, 0) == 1)
		return true;
	if (X509_get_signature_info(certificate, NULL, NULL, &bits, NULL) == 1 &&
	    bits >= SECURITY_BITS)
		return true;
	ERR_clear_error();
	return error_set(error, ERROR_INVALID,
			 "The certificate of «%s» is signed in a way that browsers no longer take (SHA-1).",
			 name);
}

static bool check_one(X509 *certificate, gint64 now_s, GError **error)
{
	g_autofree char *name = certificate_dup_common_name(certificate);
	EVP_PKEY *key = X509_get0_pubkey(certificate);

	if (!key)
		return error_set(error, ERROR_INVALID, "The key of «%s» cannot be read.", name);
	return check_time(certificate, now_s, error) && check_key(key, name, error) &&
	       check_signature(certificate, name, error);
}

static bool check_order(const GPtrArray *chain, GError **error)
{
	for (guint i = 0; i + 1 < chain->len; i++) {
		X509 *below = g_ptr_array_index(chain, i);
		X509 *above = g_ptr_array_index(chain, i + 1);
		g_autofree char *below_name = certificate_dup_common_name(below);
		g_autofree char *above_name = certificate_dup_common_name(above);

		if (X509_check_issued(above, below) != X509_V_OK ||
		    X509_verify(below, X509_get0_pubkey(above)) != 1) {
			ERR_clear_error();
			return error_set(error, ERROR_INVALID,
					 "The certificate of «%s» is not signed by the one behind it, «%s». Put "
					 "them in order: the server's first, then the one that signed it, and so on.",
					 below_name, above_name);
		}
	}
	return true;
}

static bool check_purpose(X509 *certificate, GError **error)
{
	g_autofree char *name = certificate_dup_common_name(certificate);
	g_auto(GStrv) names = certificate_dup_names(certificate);

	if (X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, 0) != 1)
		return error_set(error, ERROR_INVALID,
				 "The certificate of «%s» is not for a server (serverAuth).", name);
	if (!names[0])
		return error_set(error, ERROR_INVALID,
				 "The certificate of «%s» has no names (subjectAltName): browsers take no other.",
				 name);
	return true;
}

bool import_check(const Pair *pair, gint64 now_s, GError **error)
{
	if (!check_purpose(pair_own(pair), error))
		return false;
	for (guint i = 0; i < pair->chain->len; i++)
		if (!check_one(g_ptr_array_index(pair->chain, i), now_s, error))
			return false;
	return check_order(pair->chain, error);
}
