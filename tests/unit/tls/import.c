/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Taking a certificate from elsewhere: what is refused and why, and the way back. */
#include "played-box.h"

#include <openssl/pem.h>
#include <string.h>

static bool try_import(Played *box, Pair *pair, GError **error)
{
	return box_import(&box->box, pair, KIND_IMPORTED, error);
}

static void test_taken(void)
{
	g_auto(Played) box;
	g_autoptr(Pair) root = foreign_new(&(Foreign){.host = "Root", .is_authority = true});
	g_autoptr(Pair) pair = foreign_new(&(Foreign){.host = "school.example", .above = root});
	g_autoptr(GError) error = NULL;
	g_autofree char *wanted = certificate_dup_fingerprint(pair_own(pair));
	g_autofree char *ca = NULL;
	g_autofree char *taken = NULL;
	g_autofree char *hsts = NULL;
	g_autofree char *ca_after = NULL;
	g_autofree char *hsts_after = NULL;

	played_init(&box, "shkola17", "10.0.0.5");
	played_ensure(&box);
	ca = played_fingerprint(&box, "ca");
	try_import(&box, pair, &error);
	g_assert_no_error(error);
	played_ensure(&box);
	taken = played_fingerprint(&box, "server");
	g_assert_cmpstr(taken, ==, wanted);
	hsts = played_read(&box, "nginx-hsts.conf");
	g_assert_nonnull(strstr(hsts, "max-age"));

	g_assert_true(box_use_own(&box.box, &error));
	ca_after = played_fingerprint(&box, "ca");
	g_assert_cmpstr(ca, ==, ca_after);
	hsts_after = played_read(&box, "nginx-hsts.conf");
	g_assert_null(strstr(hsts_after, "max-age"));
}

/* Also a box that has nothing yet takes one. */
static void test_taken_first(void)
{
	g_auto(Played) box;
	g_autoptr(Pair) pair = foreign_new(&(Foreign){.host = "school.example", .rsa_bits = 2048});
	g_autoptr(GError) error = NULL;
	g_autofree char *state = NULL;

	played_init(&box, "shkola17", "10.0.0.5");
	played_rename(&box, "shkola17", "other.example", "10.0.0.5");
	try_import(&box, pair, &error);
	g_assert_no_error(error);
	state = played_read(&box, "state.json");
	g_assert_nonnull(strstr(state, "\"kind\":\"imported\""));
	g_assert_nonnull(strstr(state, "public-name-not-covered"));
}

static void check_refused(Foreign wish, const char *words)
{
	g_auto(Played) box;
	g_autoptr(Pair) root = foreign_new(&(Foreign){.host = "Root", .is_authority = true});
	g_autoptr(Pair) pair = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	wish.host = "school.example";
	wish.above = root;
	pair = foreign_new(&wish);
	played_init(&box, "shkola17", "10.0.0.5");
	played_ensure(&box);
	before = played_fingerprint(&box, "server");
	g_assert_false(try_import(&box, pair, &error));
	g_assert_nonnull(strstr(error->message, words));
	after = played_fingerprint(&box, "server");
	g_assert_cmpstr(before, ==, after);
}

static void test_refused(void)
{
	check_refused((Foreign){.ends_s = NOON_S - 10}, "ended on 2027-01-15");
	check_refused((Foreign){.begins_s = NOON_S + DAY_S}, "begins only on 2027-01-16");
	check_refused((Foreign){.rsa_bits = 1024}, "too short");
	check_refused((Foreign){.curve = "P-192"}, "too short");
	check_refused((Foreign){.digest = EVP_sha1()}, "SHA-1");
	check_refused((Foreign){.is_for_mail = true}, "not for a server");
}

static void test_order(void)
{
	g_auto(Played) box;
	g_autoptr(Pair) root = foreign_new(&(Foreign){.host = "Root", .is_authority = true});
	g_autoptr(Pair) other = foreign_new(&(Foreign){.host = "Other", .is_authority = true});
	g_autoptr(Pair) pair = foreign_new(&(Foreign){.host = "school.example", .above = root});
	g_autoptr(GError) error = NULL;

	X509_up_ref(pair_own(other));
	g_ptr_array_insert(pair->chain, 1, pair_own(other));
	played_init(&box, "shkola17", "10.0.0.5");
	g_assert_false(try_import(&box, pair, &error));
	g_assert_nonnull(strstr(error->message, "Put them in order"));
}

static GBytes *bytes_of(const char *text)
{
	return g_bytes_new(text, strlen(text));
}

static void test_files(void)
{
	g_autoptr(Pair) pair = foreign_new(&(Foreign){.host = "school.example"});
	g_autoptr(Pair) other = foreign_new(&(Foreign){.host = "school.example"});
	g_autoptr(GBytes) chain = pair_format_chain(pair);
	g_autoptr(GBytes) key = pair_format_key(pair);
	g_autoptr(GBytes) other_key = pair_format_key(other);
	g_autoptr(GBytes) nothing = bytes_of("");
	g_autoptr(GBytes) locked = bytes_of(
		"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
		"MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiZvTHGzK9sGAICCAAw\n"
		"DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEPUzAdLoYvH3p0lyX1oDYL4EgZDf\n"
		"-----END ENCRYPTED PRIVATE KEY-----\n");
	const struct {
		GBytes *chain, *key;
		const char *words;
	} tries[] = {
		{chain, other_key, "does not belong to the first certificate"},
		{nothing, key, "holds no certificate in PEM"},
		{chain, nothing, "holds no key in PEM"},
		{key, chain, "holds no certificate"},
		{chain, locked, "key"},
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(tries); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(pair_parse(tries[i].chain, "a.crt", tries[i].key, "a.key", &error));
		g_assert_nonnull(strstr(error->message, tries[i].words));
	}
}

/* As `openssl pkey -aes256` writes it. */
static void test_locked_key(void)
{
	g_autoptr(Pair) pair = foreign_new(&(Foreign){.host = "school.example"});
	g_autoptr(GBytes) chain = pair_format_chain(pair);
	g_autoptr(BIO) bio = BIO_new(BIO_s_mem());
	g_autoptr(GBytes) key = NULL;
	g_autoptr(GError) error = NULL;
	char *data;
	long size;

	PEM_write_bio_PKCS8PrivateKey(bio, pair->key, EVP_aes_256_cbc(), "word", 4, NULL, NULL);
	size = BIO_get_mem_data(bio, &data);
	key = g_bytes_new(data, (gsize)size);
	g_assert_null(pair_parse(chain, "a.crt", key, "a.key", &error));
	g_assert_nonnull(strstr(error->message, "locked with a passphrase"));
}

/* An import whose file broke on the disk: the box goes on with its own authority. */
static void test_broken_import(void)
{
	g_auto(Played) box;
	g_autoptr(Pair) pair = foreign_new(&(Foreign){.host = "school.example"});
	g_autofree char *path = NULL;
	g_autofree char *real = NULL;
	g_autofree char *state = NULL;

	played_init(&box, "shkola17", "10.0.0.5");
	g_assert_true(try_import(&box, pair, NULL));
	path = g_build_filename(box.folder, "server.crt", NULL);
	real = realpath(path, NULL);
	g_assert_true(g_file_set_contents(real, "", 0, NULL));
	played_ensure(&box);
	state = played_read(&box, "state.json");
	g_assert_nonnull(strstr(state, "\"kind\":\"own-ca\""));
	g_assert_nonnull(strstr(state, "\"reason\":\"broken\""));
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/import/taken", test_taken);
	g_test_add_func("/import/taken-first", test_taken_first);
	g_test_add_func("/import/refused", test_refused);
	g_test_add_func("/import/order", test_order);
	g_test_add_func("/import/files", test_files);
	g_test_add_func("/import/locked-key", test_locked_key);
	g_test_add_func("/import/broken-import", test_broken_import);
	return g_test_run();
}
