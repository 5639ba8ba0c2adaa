/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reading and writing keys with their certificates, and asking certificates. */
#include "tls/pair.h"

#include <gio/gio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <time.h>

#define NAMES_MAX 256

Pair *pair_new(EVP_PKEY *key, X509 *own, X509 *above)
{
	Pair *self = g_new0(Pair, 1);

	self->key = key;
	self->chain = g_ptr_array_new_with_free_func((GDestroyNotify)X509_free);
	for (int i = 0; i < 2; i++) {
		X509 *one = i == 0 ? own : above;

		if (one && X509_up_ref(one))
			g_ptr_array_add(self->chain, one);
	}
	return self;
}

void pair_free(Pair *self)
{
	if (!self)
		return;
	EVP_PKEY_free(self->key);
	g_ptr_array_unref(self->chain);
	g_free(self);
}

X509 *pair_own(const Pair *self)
{
	return g_ptr_array_index(self->chain, 0);
}

static BIO *reader(GBytes *bytes)
{
	gsize size;
	const void *data = g_bytes_get_data(bytes, &size);
	BIO *bio = BIO_new_mem_buf(data ? data : "", (int)size);

	g_assert(bio);
	return bio;
}

static bool check_size(GBytes *bytes, const char *name, GError **error)
{
	if (g_bytes_get_size(bytes) <= PAIR_BYTES_MAX)
		return true;
	return error_set(error, ERROR_TOO_LARGE, "%s is larger than any certificate or key.", name);
}

/* Asked for the passphrase of a locked key: there is nobody to ask. */
static int refuse_passphrase(char *buffer, int size, int writing, void *was_asked)
{
	*(bool *)was_asked = true;
	return -1;
}

static EVP_PKEY *parse_key(GBytes *bytes, const char *name, GError **error)
{
	g_autoptr(BIO) bio = NULL;
	bool locked = false;
	EVP_PKEY *key;

	if (!check_size(bytes, name, error))
		return NULL;
	bio = reader(bytes);
	key = PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, &locked);
	ERR_clear_error();
	if (key)
		return key;
	if (locked)
		return error_null(error, ERROR_INVALID,
				  "The key in %s is locked with a passphrase, and nginx cannot ask for "
				  "it. Unlock it: openssl pkey -in %s -out unlocked.key",
				  name, name);
	return error_null(error, ERROR_INVALID,
			  "%s holds no key in PEM (-----BEGIN PRIVATE KEY-----). Out of a .pfx or .p12: "
			  "openssl pkcs12 -in FILE -nocerts -nodes -out server.key",
			  name);
}

static bool parse_chain(GPtrArray *chain, GBytes *bytes, const char *name, GError **error)
{
	g_autoptr(BIO) bio = NULL;
	bool locked;
	X509 *one;

	if (!check_size(bytes, name, error))
		return false;
	bio = reader(bytes);
	while ((one = PEM_read_bio_X509(bio, NULL, refuse_passphrase, &locked))) {
		g_ptr_array_add(chain, one);
		if (chain->len > PAIR_CERTIFICATES_MAX) {
			return error_set(error, ERROR_INVALID,
					 "%s holds more than %d certificates: give the server's and those "
					 "that vouch for it only.",
					 name, PAIR_CERTIFICATES_MAX);
		}
	}
	ERR_clear_error();
	if (chain->len > 0)
		return true;
	return error_set(error, ERROR_INVALID,
			 "%s holds no certificate in PEM (-----BEGIN CERTIFICATE-----). Out of a .pfx or "
			 ".p12: openssl pkcs12 -in FILE -nokeys -out server.crt",
			 name);
}

Pair *pair_parse(GBytes *chain, const char *chain_name, GBytes *key, const char *key_name,
		 GError **error)
{
	g_autoptr(Pair) self = pair_new(NULL, NULL, NULL);

	if (!parse_chain(self->chain, chain, chain_name, error))
		return NULL;
	self->key = parse_key(key, key_name, error);
	if (!self->key)
		return NULL;
	if (X509_check_private_key(pair_own(self), self->key) == 1)
		return g_steal_pointer(&self);
	ERR_clear_error();
	return error_null(error, ERROR_INVALID,
			  "The key in %s does not belong to the first certificate in %s. The server's own "
			  "certificate stands first, those that vouch for it behind it.",
			  key_name, chain_name);
}

static GBytes *load(const char *path, GError **error)
{
	g_autoptr(GError) failure = NULL;
	g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, &failure);

	if (file)
		return g_mapped_file_get_bytes(file);
	return error_null(error, ERROR_NOT_FOUND, "%s cannot be read: %s", path, failure->message);
}

Pair *pair_load(const char *chain_path, const char *key_path, GError **error)
{
	g_autoptr(GBytes) chain = load(chain_path, error);
	g_autoptr(GBytes) key = chain ? load(key_path, error) : NULL;

	return key ? pair_parse(chain, chain_path, key, key_path, error) : NULL;
}

static GBytes *written(BIO *bio)
{
	char *data;
	long size = BIO_get_mem_data(bio, &data);

	return g_bytes_new(data, (gsize)size);
}

GBytes *pair_format_chain(const Pair *self)
{
	g_autoptr(BIO) bio = BIO_new(BIO_s_mem());

	for (guint i = 0; i < self->chain->len; i++)
		if (!PEM_write_bio_X509(bio, g_ptr_array_index(self->chain, i)))
			g_error("Out of memory for a certificate");
	return written(bio);
}

GBytes *pair_format_key(const Pair *self)
{
	g_autoptr(BIO) bio = BIO_new(BIO_s_secmem());

	if (!PEM_write_bio_PKCS8PrivateKey(bio, self->key, NULL, NULL, 0, NULL, NULL))
		g_error("Out of memory for a key");
	return written(bio);
}

static char *format_address(const ASN1_OCTET_STRING *bytes)
{
	int size = ASN1_STRING_length(bytes);
	g_autoptr(GInetAddress) address = NULL;

	if (size != 4 && size != 16)
		return NULL;
	address = g_inet_address_new_from_bytes(ASN1_STRING_get0_data(bytes),
						size == 4 ? G_SOCKET_FAMILY_IPV4
							  : G_SOCKET_FAMILY_IPV6);
	return g_inet_address_to_string(address);
}

/* NULL: of another kind, or with bytes that no name has. */
static char *format_name(const GENERAL_NAME *name)
{
	const ASN1_STRING *text;

	if (name->type == GEN_IPADD)
		return format_address(name->d.iPAddress);
	if (name->type != GEN_DNS)
		return NULL;
	text = name->d.dNSName;
	for (int i = 0; i < ASN1_STRING_length(text); i++)
		if (!g_ascii_isgraph(ASN1_STRING_get0_data(text)[i]))
			return NULL;
	return g_strndup((const char *)ASN1_STRING_get0_data(text),
			 (gsize)ASN1_STRING_length(text));
}

char **certificate_dup_names(X509 *certificate)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	g_autoptr(GStrvBuilder) found = g_strv_builder_new();
	int count = names ? sk_GENERAL_NAME_num(names) : 0;

	for (int i = 0; i < count && i < NAMES_MAX; i++) {
		g_autofree char *name = format_name(sk_GENERAL_NAME_value(names, i));

		if (name)
			g_strv_builder_add(found, name);
	}
	GENERAL_NAMES_free(names);
	ERR_clear_error();
	return g_strv_builder_end(found);
}

char *certificate_dup_common_name(X509 *certificate)
{
	X509_NAME *subject = X509_get_subject_name(certificate);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	unsigned char *text = NULL;
	char *copy;

	if (at < 0 || ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(
							 subject, at))) < 0) {
		ERR_clear_error();
		return g_strdup("");
	}
	copy = g_utf8_make_valid((const char *)text, -1);
	OPENSSL_free(text);
	return copy;
}

char *certificate_dup_fingerprint(X509 *certificate)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	GString *text = g_string_new(NULL);

	if (!X509_digest(certificate, EVP_sha256(), digest, &size))
		g_error("OpenSSL has no SHA-256");
	for (unsigned i = 0; i < size; i++)
		g_string_append_printf(text, "%s%02X", i ? ":" : "", digest[i]);
	return g_string_free(text, FALSE);
}

bool certificate_is_for(X509 *certificate, const char *name)
{
	if (g_hostname_is_ip_address(name))
		return X509_check_ip_asc(certificate, name, 0) == 1;
	return X509_check_host(certificate, name, strlen(name), 0, NULL) == 1;
}

static gint64 seconds(const ASN1_TIME *time)
{
	struct tm utc = {0};

	return ASN1_TIME_to_tm(time, &utc) ? (gint64)timegm(&utc) : 0;
}

gint64 certificate_begins_s(X509 *certificate)
{
	return seconds(X509_get0_notBefore(certificate));
}

gint64 certificate_ends_s(X509 *certificate)
{
	return seconds(X509_get0_notAfter(certificate));
}
