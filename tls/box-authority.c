/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Making certificates of boxes, and the list of those that count no more. */
#include "tls/box-authority.h"
#include "tls/making.h"
#include "tls/pair.h"

#include <gio/gio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#define DAY_S	     (24 * 3600)
#define REQUEST_MAX  (16 * 1024)
#define STRENGTH_MIN 112 /* bits of security: RSA of 2048 bits, any curve in use */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_REQ, X509_REQ_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_CRL, X509_CRL_free)

struct BoxAuthority {
	Pair *pair;
};

void box_certificate_clear(BoxCertificate *self)
{
	g_clear_pointer(&self->text, g_free);
	g_clear_pointer(&self->serial, g_free);
}

static bool set_common_name(X509_NAME *name, const char *text)
{
	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const guchar *)text, -1, -1,
					  0) == 1;
}

BoxAuthority *box_authority_new(const char *name, gint64 now_s, GError **error)
{
	g_autoptr(EVP_PKEY) key = EVP_EC_gen("P-256");
	g_autofree char *common_name = g_strdup_printf("Urok: boxes of %.40s", name);
	g_autoptr(X509) own = NULL;
	BoxAuthority *self;

	own = key ? certificate_prepare(key, now_s - DAY_S, now_s + (gint64)BOX_AUTHORITY_DAYS * DAY_S)
		  : NULL;
	if (!own || !set_common_name(X509_get_subject_name(own), common_name) ||
	    !X509_set_issuer_name(own, X509_get_subject_name(own)) ||
	    !certificate_add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
	    !certificate_add_extension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign") ||
	    !certificate_add_extension(own, own, NID_subject_key_identifier, "hash") ||
	    !X509_sign(own, key, EVP_sha256())) {
		openssl_failed(error, "The authority of boxes could not be made");
		return NULL;
	}
	self = g_new0(BoxAuthority, 1);
	self->pair = pair_new(g_steal_pointer(&key), own, NULL);
	return self;
}

BoxAuthority *box_authority_load(const char *certificate, const char *key, GError **error)
{
	g_autoptr(GBytes) chain = g_bytes_new(certificate, strlen(certificate));
	g_autoptr(GBytes) secret = g_bytes_new(key, strlen(key));
	Pair *pair = pair_parse(chain, "The authority's certificate", secret, "the authority's key",
				error);
	BoxAuthority *self = pair ? g_new0(BoxAuthority, 1) : NULL;

	if (self)
		self->pair = pair;
	return self;
}

void box_authority_free(BoxAuthority *self)
{
	if (!self)
		return;
	pair_free(self->pair);
	g_free(self);
}

static char *text_of(GBytes *owned)
{
	gsize size;
	const char *data = g_bytes_get_data(owned, &size);
	char *text = g_strndup(data, size);

	g_bytes_unref(owned);
	return text;
}

char *box_authority_format(const BoxAuthority *self)
{
	return text_of(pair_format_chain(self->pair));
}

char *box_authority_format_key(const BoxAuthority *self)
{
	return text_of(pair_format_key(self->pair));
}

/* --- Certificates --- */

static char *format_serial(X509 *certificate)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
	char *digits = number ? BN_bn2hex(number) : NULL;
	char *copy = g_strdup(digits);

	OPENSSL_free(digits);
	BN_free(number);
	return copy;
}

static char *alternatives_of(char *const hosts[])
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; hosts[i]; i++)
		g_string_append_printf(text, "%s%s:%s", i ? "," : "",
				       g_hostname_is_ip_address(hosts[i]) ? "IP" : "DNS", hosts[i]);
	return g_string_free(text, FALSE);
}

static bool describe(X509 *own, X509 *above, const char *common_name, char *const hosts[])
{
	g_autofree char *alternatives = hosts ? alternatives_of(hosts) : NULL;

	return set_common_name(X509_get_subject_name(own), common_name) &&
	       X509_set_issuer_name(own, X509_get_subject_name(above)) &&
	       certificate_add_extension(own, above, NID_basic_constraints, "critical,CA:FALSE") &&
	       certificate_add_extension(own, above, NID_key_usage, "critical,digitalSignature") &&
	       certificate_add_extension(own, above, NID_ext_key_usage,
					 hosts ? "serverAuth" : "clientAuth") &&
	       (!hosts || certificate_add_extension(own, above, NID_subject_alt_name, alternatives)) &&
	       certificate_add_extension(own, above, NID_subject_key_identifier, "hash") &&
	       certificate_add_extension(own, above, NID_authority_key_identifier, "keyid:always");
}

static bool vouch(const BoxAuthority *self, EVP_PKEY *key, const char *common_name,
		  char *const hosts[], gint64 now_s, BoxCertificate *ret, GError **error)
{
	X509 *above = pair_own(self->pair);
	gint64 begins_s = MAX(now_s - DAY_S, certificate_begins_s(above));
	gint64 ends_s = MIN(now_s + (gint64)BOX_CERTIFICATE_DAYS * DAY_S, certificate_ends_s(above));
	g_autoptr(X509) own = certificate_prepare(key, begins_s, ends_s);
	g_autoptr(Pair) pair = NULL;

	if (!own || !describe(own, above, common_name, hosts) ||
	    !X509_sign(own, self->pair->key, EVP_sha256()))
		return openssl_failed(error, "The certificate could not be made");
	pair = pair_new(NULL, own, NULL);
	*ret = (BoxCertificate){text_of(pair_format_chain(pair)), format_serial(own), ends_s};
	return true;
}

static EVP_PKEY *key_of(const char *request, GError **error)
{
	size_t size = strlen(request);
	g_autoptr(BIO) bio = size <= REQUEST_MAX ? BIO_new_mem_buf(request, (int)size) : NULL;
	g_autoptr(X509_REQ) parsed = bio ? PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL) : NULL;
	g_autoptr(EVP_PKEY) key = parsed ? X509_REQ_get_pubkey(parsed) : NULL;
	bool good = key && EVP_PKEY_get_security_bits(key) >= STRENGTH_MIN &&
		    X509_REQ_verify(parsed, key) == 1;

	ERR_clear_error();
	if (good)
		return g_steal_pointer(&key);
	error_reason(error, ERROR_INVALID, NULL, "csr",
		     "This is no certificate request of a strong key that signed it itself");
	return NULL;
}

bool box_authority_sign(const BoxAuthority *self, const char *request, const char *common_name,
			gint64 now_s, BoxCertificate *ret, GError **error)
{
	g_autoptr(EVP_PKEY) key = key_of(request, error);

	return key && vouch(self, key, common_name, NULL, now_s, ret, error);
}

bool box_authority_issue(const BoxAuthority *self, const char *common_name, char *const hosts[],
			 gint64 now_s, BoxCertificate *ret, char **ret_key, GError **error)
{
	g_autoptr(EVP_PKEY) key = EVP_EC_gen("P-256");
	g_autoptr(Pair) pair = NULL;

	if (!key)
		return openssl_failed(error, "A key could not be made");
	if (!vouch(self, key, common_name, hosts, now_s, ret, error))
		return false;
	pair = pair_new(g_steal_pointer(&key), NULL, NULL);
	*ret_key = text_of(pair_format_key(pair));
	return true;
}

/* --- Revoked ones --- */

static bool add_revoked(X509_CRL *list, const char *serial, const ASN1_TIME *now)
{
	X509_REVOKED *one = X509_REVOKED_new();
	BIGNUM *number = NULL;
	ASN1_INTEGER *wanted = NULL;
	bool done;

	done = one && BN_hex2bn(&number, serial) == (int)strlen(serial) &&
	       (wanted = BN_to_ASN1_INTEGER(number, NULL)) &&
	       X509_REVOKED_set_serialNumber(one, wanted) &&
	       X509_REVOKED_set_revocationDate(one, (ASN1_TIME *)now) && X509_CRL_add0_revoked(list, one);
	ASN1_INTEGER_free(wanted);
	BN_free(number);
	if (!done)
		X509_REVOKED_free(one);
	return done;
}

static bool fill_list(X509_CRL *list, const BoxAuthority *self, char *const serials[], gint64 now_s)
{
	ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)now_s);
	ASN1_TIME *next = ASN1_TIME_set(NULL, (time_t)(now_s + (gint64)BOX_LIST_DAYS * DAY_S));
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	bool done;

	done = now && next && number && ASN1_INTEGER_set_int64(number, now_s) &&
	       X509_CRL_set_version(list, X509_CRL_VERSION_2) &&
	       X509_CRL_set_issuer_name(list, X509_get_subject_name(pair_own(self->pair))) &&
	       X509_CRL_set1_lastUpdate(list, now) && X509_CRL_set1_nextUpdate(list, next) &&
	       X509_CRL_add1_ext_i2d(list, NID_crl_number, number, 0, 0);
	for (guint i = 0; done && serials[i]; i++)
		done = add_revoked(list, serials[i], now);
	ASN1_TIME_free(now);
	ASN1_TIME_free(next);
	ASN1_INTEGER_free(number);
	return done && X509_CRL_sort(list) && X509_CRL_sign(list, self->pair->key, EVP_sha256());
}

char *box_authority_list_revoked(const BoxAuthority *self, char *const serials[], gint64 now_s,
				 GError **error)
{
	g_autoptr(X509_CRL) list = X509_CRL_new();
	g_autoptr(BIO) bio = BIO_new(BIO_s_mem());
	char *data;
	long size;

	if (!list || !bio || !fill_list(list, self, serials, now_s) ||
	    !PEM_write_bio_X509_CRL(bio, list)) {
		openssl_failed(error, "The list of revoked certificates could not be made");
		return NULL;
	}
	size = BIO_get_mem_data(bio, &data);
	return g_strndup(data, (gsize)size);
}
