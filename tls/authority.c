/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Making certificates. What is made is verified before anybody gets it. */
#include "tls/authority.h"
#include "tls/making.h"

#include <openssl/ec.h>
#include <openssl/err.h>

#define NAME_BYTES_MAX 64 /* of a common name, X.520 */

/* 2026-01-01. An authority is valid from before any box was: one that was made by a clock that ran
 * ahead is not refused when the clock is set right. */
#define BEGINS_S 1767225600LL

static bool set_name(X509_NAME *name, const char *common_name)
{
	g_autofree char *cut = g_strndup(common_name, NAME_BYTES_MAX);

	return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const guchar *)"Urok", -1, -1,
					  0) &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const guchar *)cut, -1, -1, 0);
}

/* A name stands for itself and for all below it. E-mail is bound to the box as well: nothing that
 * this authority signs vouches for anybody's mail. */
static char *constraints(const Names *names)
{
	GString *text = g_string_new("critical");

	for (guint i = 0; names->hosts[i]; i++)
		g_string_append_printf(text, ",permitted;DNS:%s", names->hosts[i]);
	for (guint i = 0; NAMES_NETWORKS[i]; i++)
		g_string_append_printf(text, ",permitted;IP:%s", NAMES_NETWORKS[i]);
	g_string_append_printf(text, ",permitted;email:%s", names->hosts[0]);
	return g_string_free(text, FALSE);
}

static char *alternative_names(const Names *names)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; names->hosts[i]; i++)
		g_string_append_printf(text, "%sDNS:%s", i ? "," : "", names->hosts[i]);
	for (guint i = 0; names->addresses[i]; i++)
		g_string_append_printf(text, ",IP:%s", names->addresses[i]);
	return g_string_free(text, FALSE);
}

/* «Urok: school.local (3F9A)»: the digits tell two authorities of one box apart. */
static char *authority_name(const Names *names)
{
	return g_strdup_printf("Urok: %.40s (%04X)", names->hosts[0], g_random_int() & 0xffff);
}

Pair *authority_new(const Names *names, gint64 now_s, GError **error)
{
	g_autoptr(EVP_PKEY) key = EVP_EC_gen("P-256");
	g_autofree char *name = authority_name(names);
	g_autofree char *limits = constraints(names);
	g_autoptr(X509) own = NULL;

	own = key ? certificate_prepare(key, BEGINS_S, now_s + (gint64)AUTHORITY_DAYS * DAY_S) : NULL;
	if (!own || !set_name(X509_get_subject_name(own), name) ||
	    !X509_set_issuer_name(own, X509_get_subject_name(own)) ||
	    !certificate_add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
	    !certificate_add_extension(own, own, NID_key_usage, "critical,keyCertSign") ||
	    !certificate_add_extension(own, own, NID_name_constraints, limits) ||
	    !certificate_add_extension(own, own, NID_subject_key_identifier, "hash") ||
	    !X509_sign(own, key, EVP_sha256())) {
		openssl_failed(error, "The certificate authority could not be made");
		return NULL;
	}
	return pair_new(g_steal_pointer(&key), own, NULL);
}

static bool sign(const Pair *authority, X509 *own, const Names *names)
{
	g_autofree char *alternatives = alternative_names(names);
	X509 *above = pair_own(authority);

	return set_name(X509_get_subject_name(own), names->hosts[0]) &&
	       X509_set_issuer_name(own, X509_get_subject_name(above)) &&
	       certificate_add_extension(own, above, NID_basic_constraints, "critical,CA:FALSE") &&
	       certificate_add_extension(own, above, NID_key_usage, "critical,digitalSignature") &&
	       certificate_add_extension(own, above, NID_ext_key_usage, "serverAuth") &&
	       certificate_add_extension(own, above, NID_subject_alt_name, alternatives) &&
	       certificate_add_extension(own, above, NID_subject_key_identifier, "hash") &&
	       certificate_add_extension(own, above, NID_authority_key_identifier, "keyid:always") &&
	       X509_sign(own, authority->key, EVP_sha256());
}

Pair *authority_issue(const Pair *self, const Names *names, gint64 now_s, GError **error)
{
	g_autoptr(EVP_PKEY) key = EVP_EC_gen("P-256");
	gint64 begins_s = MAX(now_s - DAY_S, certificate_begins_s(pair_own(self)));
	gint64 ends_s = MIN(begins_s + (gint64)CERTIFICATE_DAYS * DAY_S - 1,
			    certificate_ends_s(pair_own(self)));
	g_autoptr(X509) own = key ? certificate_prepare(key, begins_s, ends_s) : NULL;

	if (!own || !sign(self, own, names)) {
		openssl_failed(error, "The certificate could not be made");
		return NULL;
	}
	if (!authority_check(self, own, now_s, error))
		return NULL;
	return pair_new(g_steal_pointer(&key), own, pair_own(self));
}

static bool refuse(int reason, GError **error)
{
	ERR_clear_error();
	if (reason == X509_V_ERR_PERMITTED_VIOLATION || reason == X509_V_ERR_EXCLUDED_VIOLATION)
		return error_reason(error, ERROR_CONFLICT, "other-names", NULL,
				    "The certificate authority was made for other names");
	return error_set(error, ERROR_INVALID, "The certificate does not hold: %s",
			 X509_verify_cert_error_string(reason));
}

bool authority_check(const Pair *self, X509 *certificate, gint64 now_s, GError **error)
{
	g_autoptr(X509_STORE) store = X509_STORE_new();
	g_autoptr(X509_STORE_CTX) context = X509_STORE_CTX_new();

	if (!store || !context || !X509_STORE_add_cert(store, pair_own(self)) ||
	    !X509_STORE_CTX_init(context, store, certificate, NULL))
		return openssl_failed(error, "The certificate could not be verified");
	X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER);
	X509_STORE_CTX_set_time(context, 0, (time_t)now_s);
	/* The authority signs itself: that is said to be enough only if all its extensions hold. */
	X509_STORE_CTX_set_flags(context, X509_V_FLAG_X509_STRICT);
	if (X509_verify_cert(context) == 1)
		return true;
	return refuse(X509_STORE_CTX_get_error(context), error);
}
