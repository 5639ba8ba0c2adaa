/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The only file of the daemon that knows OpenSSL. */
#include "uplink/identity.h"

#include "base/crypto.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#define PEM_BYTES_MAX (64 * 1024)

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_REQ, X509_REQ_free)

static void *failed(GError **error, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	error_set(error, ERROR_INTERNAL, "%s: %s", what, reason ? reason : "no reason given");
	ERR_clear_error();
	return NULL;
}

static BIO *reader_of(const char *pem)
{
	return BIO_new_mem_buf(pem, (int)MIN(strlen(pem), PEM_BYTES_MAX));
}

static char *text_of(BIO *bio)
{
	char *data = NULL;
	long size = BIO_get_mem_data(bio, &data);
	char *text = g_strndup(data, (gsize)size);

	OPENSSL_cleanse(data, (size_t)size);
	return text;
}

/* Nobody is asked for a pass phrase on a daemon's terminal. */
static int no_phrase(char *buffer, int size, int writing, void *data)
{
	return -1;
}

static EVP_PKEY *read_key(const char *pem, GError **error)
{
	g_autoptr(BIO) bio = reader_of(pem);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_phrase, NULL) : NULL;

	return key ? key : failed(error, "The key of this box cannot be read");
}

char *identity_make_key(GError **error)
{
	g_autoptr(EVP_PKEY) key = EVP_EC_gen("P-256");
	g_autoptr(BIO) bio = BIO_new(BIO_s_mem());

	if (!key || !bio || !PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL))
		return failed(error, "No key could be made");
	return text_of(bio);
}

static bool fill(X509_REQ *request, EVP_PKEY *key, const char *name)
{
	X509_NAME *subject = X509_REQ_get_subject_name(request);

	return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name,
	                                  -1, -1, 0) &&
	       X509_REQ_set_pubkey(request, key) && X509_REQ_sign(request, key, EVP_sha256());
}

char *identity_make_request(const char *key_pem, const char *name, GError **error)
{
	g_autoptr(EVP_PKEY) key = read_key(key_pem, error);
	g_autoptr(X509_REQ) request = X509_REQ_new();
	g_autoptr(BIO) bio = BIO_new(BIO_s_mem());

	if (!key)
		return NULL;
	if (!request || !bio || !fill(request, key, name) || !PEM_write_bio_X509_REQ(bio, request))
		return failed(error, "No certificate could be asked for");
	return text_of(bio);
}

static int64_t seconds_of(const ASN1_TIME *time)
{
	struct tm parts;

	return ASN1_TIME_to_tm(time, &parts) ? (int64_t)timegm(&parts) : 0;
}

bool identity_check(const char *certificate_pem, const char *key_pem, const char *name,
                    IdentityLife *ret_life, GError **error)
{
	g_autoptr(EVP_PKEY) key = read_key(key_pem, error);
	g_autoptr(BIO) bio = reader_of(certificate_pem);
	g_autoptr(X509) certificate = bio ? PEM_read_bio_X509(bio, NULL, no_phrase, NULL) : NULL;
	char common[65] = "";
	int length;

	if (!key)
		return false;
	if (!certificate) {
		ERR_clear_error();
		return error_set(error, ERROR_INVALID, "This is no certificate");
	}
	if (X509_check_private_key(certificate, key) != 1) {
		ERR_clear_error();
		return error_set(error, ERROR_INVALID, "The certificate is of another key");
	}
	length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, common,
	                                   sizeof common);
	/* It may hold a zero byte, and go on behind it. */
	if (length < 0 || (size_t)length != strlen(name) || strcmp(common, name) != 0)
		return error_set(error, ERROR_INVALID, "The certificate is for another box");
	*ret_life = (IdentityLife){seconds_of(X509_get0_notBefore(certificate)),
	                           seconds_of(X509_get0_notAfter(certificate))};
	return true;
}

bool identity_check_authority(const char *pem, GError **error)
{
	g_autoptr(BIO) bio = reader_of(pem);
	unsigned count = 0;
	X509 *certificate;

	while (bio && (certificate = PEM_read_bio_X509(bio, NULL, no_phrase, NULL))) {
		bool signs = X509_check_ca(certificate) != 0;

		X509_free(certificate);
		if (!signs)
			return error_set(error, ERROR_INVALID, "This certificate is no authority's");
		count++;
	}
	ERR_clear_error();
	return count > 0 || error_set(error, ERROR_INVALID, "There is no certificate in PEM");
}
