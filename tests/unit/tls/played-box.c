/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A box of a test's, and certificates that were made elsewhere. */
#include "played-box.h"

#include <glib/gstdio.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>

void played_rename(Played *self, const char *host, const char *public_name, const char *address)
{
	const char *const addresses[] = {address, NULL};
	const NamesWish wish = {host, public_name, addresses};

	names_free(self->names);
	self->names = names_new(&wish);
	self->box.names = self->names;
}

void played_init(Played *self, const char *host, const char *address)
{
	/* In memory: each run flushes what it writes, and a disk would make that seconds. */
	*self = (Played){.folder = g_mkdtemp(g_strdup("/dev/shm/urok-tls-XXXXXX"))};
	g_assert_nonnull(self->folder);
	self->box = (Box){.folder = self->folder,
			  .wall_ms = NOON_S * 1000,
			  .boot_ms = 1000,
			  .time_is_vouched = true};
	played_rename(self, host, NULL, address);
}

static void remove_tree(const char *path)
{
	g_autoptr(GDir) dir =
		g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *inner = g_build_filename(path, name, NULL);

		remove_tree(inner);
	}
	g_remove(path);
}

void played_clear(Played *self)
{
	remove_tree(self->folder);
	names_free(self->names);
	g_free(self->folder);
}

void played_ensure(Played *self)
{
	g_autoptr(GError) error = NULL;

	box_ensure(&self->box, &error);
	g_assert_no_error(error);
}

Pair *played_load(const Played *self, const char *name)
{
	g_autofree char *chain = g_strdup_printf("%s/%s.crt", self->folder, name);
	g_autofree char *key = g_strdup_printf("%s/%s.key", self->folder, name);
	g_autoptr(GError) error = NULL;
	Pair *pair = pair_load(chain, key, &error);

	g_assert_no_error(error);
	return pair;
}

char *played_fingerprint(const Played *self, const char *name)
{
	g_autoptr(Pair) pair = played_load(self, name);

	return certificate_dup_fingerprint(pair_own(pair));
}

char *played_read(const Played *self, const char *file)
{
	g_autofree char *path = g_build_filename(self->folder, file, NULL);
	char *text = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static void extend(X509 *own, X509 *above, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&context, above, own, NULL, NULL, 0);
	extension = X509V3_EXT_nconf_nid(NULL, &context, nid, value);
	g_assert_nonnull(extension);
	g_assert_cmpint(X509_add_ext(own, extension, -1), ==, 1);
	X509_EXTENSION_free(extension);
}

static EVP_PKEY *key_new(const Foreign *wish)
{
	EVP_PKEY *key = wish->rsa_bits ? EVP_RSA_gen((unsigned)wish->rsa_bits)
				       : EVP_EC_gen(wish->curve ? wish->curve : "P-256");

	g_assert_nonnull(key);
	return key;
}

Pair *foreign_new(const Foreign *wish)
{
	EVP_PKEY *key = key_new(wish);
	g_autoptr(X509) own = X509_new();
	X509 *above = wish->above ? pair_own(wish->above) : own;
	g_autofree char *names = NULL;

	X509_set_version(own, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(own), g_random_int_range(1, G_MAXINT32));
	ASN1_TIME_set(X509_getm_notBefore(own), wish->begins_s ? wish->begins_s : NOON_S - DAY_S);
	ASN1_TIME_set(X509_getm_notAfter(own), wish->ends_s ? wish->ends_s : NOON_S + 90 * DAY_S);
	X509_set_pubkey(own, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(own), "CN", MBSTRING_UTF8,
				   (const guchar *)wish->host, -1, -1, 0);
	X509_set_issuer_name(own, X509_get_subject_name(above));
	extend(own, above, NID_basic_constraints,
	       wish->is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
	extend(own, above, NID_subject_key_identifier, "hash");
	extend(own, above, NID_authority_key_identifier, "keyid:always");
	if (wish->is_for_mail)
		extend(own, above, NID_ext_key_usage, "emailProtection");
	if (!wish->is_authority) {
		names = g_strdup_printf("DNS:%s%s%s", wish->host, wish->address ? ",IP:" : "",
					wish->address ? wish->address : "");
		extend(own, above, NID_subject_alt_name, names);
	}
	g_assert_cmpint(X509_sign(own, wish->above ? wish->above->key : key,
				  wish->digest ? wish->digest : EVP_sha256()),
			>, 0);
	return pair_new(key, own, wish->above ? above : NULL);
}
