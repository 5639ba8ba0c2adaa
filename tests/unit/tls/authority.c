/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The box's own authority: OpenSSL itself says what it may vouch for; and what is made anew when. */
#include "played-box.h"

#include <string.h>
#include <unistd.h>

static void test_vouches_for_its_own(void)
{
	g_auto(Played) box;
	g_autoptr(Pair) authority = NULL;
	g_autoptr(Pair) server = NULL;
	g_autoptr(GError) error = NULL;

	played_init(&box, "Shkola17", "10.0.0.5");
	played_ensure(&box);
	authority = played_load(&box, "ca");
	server = played_load(&box, "server");
	g_assert_true(authority_check(authority, pair_own(server), NOON_S, &error));
	g_assert_no_error(error);
	g_assert_true(certificate_is_for(pair_own(server), "shkola17.local"));
	g_assert_true(certificate_is_for(pair_own(server), "shkola17"));
	g_assert_true(certificate_is_for(pair_own(server), "10.0.0.5"));
	g_assert_true(certificate_is_for(pair_own(server), "::1"));
	g_assert_false(certificate_is_for(pair_own(server), "evil.example"));
	g_assert_cmpint(certificate_ends_s(pair_own(server)) - certificate_begins_s(pair_own(server)),
			<=, CERTIFICATE_DAYS * DAY_S);
	g_assert_cmpint(X509_get_pathlen(pair_own(authority)), ==, 0);
}

typedef struct {
	const char *host;
	const char *address;
	bool holds;
} Claim;

static const Claim CLAIMS[] = {
	{"shkola17.local", "10.1.2.3", true},	    {"cams.shkola17.local", "192.168.1.1", true},
	{"shkola17", "172.31.255.255", true},	    {"shkola17.local", "fd12::1", true},
	{"evil.example", NULL, false},		    {"shkola17.local.evil.example", NULL, false},
	{"notshkola17.local", NULL, false},	    {"other.local", NULL, false},
	{"shkola17.local", "8.8.8.8", false},	    {"shkola17.local", "172.32.0.1", false},
	{"shkola17.local", "2001:db8::1", false},   {"www.vk.com", NULL, false},
};

/* A thief of the key signs what he likes; whoever trusts the authority refuses it. */
static void test_claim(gconstpointer data)
{
	const Claim *claim = data;
	g_auto(Played) box;
	g_autoptr(Pair) authority = NULL;
	g_autoptr(Pair) forged = NULL;
	g_autoptr(GError) error = NULL;

	played_init(&box, "shkola17", "10.0.0.5");
	played_ensure(&box);
	authority = played_load(&box, "ca");
	forged = foreign_new(&(Foreign){
		.host = claim->host, .address = claim->address, .above = authority});
	g_assert_cmpint(authority_check(authority, pair_own(forged), NOON_S, &error), ==,
			claim->holds);
	if (!claim->holds)
		g_assert_cmpstr(error_reason_of(error), ==, "other-names");
}

/* Of a box that is called as a top-level domain is, nothing below that domain is vouched for. */
static void test_top_level(gconstpointer host)
{
	g_auto(Played) box;
	g_autoptr(Pair) authority = NULL;
	g_autofree char *below = g_strconcat("lyceum.", host, NULL);
	g_autofree char *local = g_strconcat(host, ".local", NULL);
	const struct {
		const char *host;
		bool holds;
	} claims[] = {{below, false}, {host, false}, {local, true}};

	played_init(&box, host, "10.0.0.5");
	played_ensure(&box);
	authority = played_load(&box, "ca");
	for (size_t i = 0; i < G_N_ELEMENTS(claims); i++) {
		g_autoptr(Pair) forged =
			foreign_new(&(Foreign){.host = claims[i].host, .above = authority});

		g_assert_cmpint(authority_check(authority, pair_own(forged), NOON_S, NULL), ==,
				claims[i].holds);
	}
}

/* Nor does it help to sign an authority in between. */
static void test_no_authority_below(void)
{
	g_auto(Played) box;
	g_autoptr(Pair) authority = NULL;
	g_autoptr(Pair) between = NULL;
	g_autoptr(X509_STORE) store = X509_STORE_new();
	g_autoptr(X509_STORE_CTX) context = X509_STORE_CTX_new();
	g_autoptr(Pair) forged = NULL;
	STACK_OF(X509) *untrusted = sk_X509_new_null();

	played_init(&box, "shkola17", "10.0.0.5");
	played_ensure(&box);
	authority = played_load(&box, "ca");
	between = foreign_new(
		&(Foreign){.host = "Between", .above = authority, .is_authority = true});
	forged = foreign_new(&(Foreign){.host = "shkola17.local", .above = between});
	X509_STORE_add_cert(store, pair_own(authority));
	sk_X509_push(untrusted, pair_own(between));
	X509_STORE_CTX_init(context, store, pair_own(forged), untrusted);
	X509_STORE_CTX_set_time(context, 0, NOON_S);
	g_assert_cmpint(X509_verify_cert(context), !=, 1);
	g_assert_cmpint(X509_STORE_CTX_get_error(context), ==, X509_V_ERR_PATH_LENGTH_EXCEEDED);
	sk_X509_free(untrusted);
}

typedef struct {
	const char *ca;
	const char *server;
} Prints;

static Prints prints(const Played *box)
{
	return (Prints){played_fingerprint(box, "ca"), played_fingerprint(box, "server")};
}

/* What is another one in the second run? */
static void check_changed(Played *box, bool ca, bool server)
{
	Prints before = prints(box);
	Prints after;

	played_ensure(box);
	after = prints(box);
	g_assert_cmpint(strcmp(before.ca, after.ca) != 0, ==, ca);
	g_assert_cmpint(strcmp(before.server, after.server) != 0, ==, server);
	g_free((char *)before.ca);
	g_free((char *)before.server);
	g_free((char *)after.ca);
	g_free((char *)after.server);
}

static bool has_problem(const Played *box, const char *reason)
{
	g_autofree char *state = played_read(box, "state.json");
	g_autofree char *wanted = g_strdup_printf("\"reason\":\"%s\"", reason);

	return strstr(state, wanted) != NULL;
}

static void test_rests(void)
{
	g_auto(Played) box;

	played_init(&box, "shkola17", "10.0.0.5");
	played_ensure(&box);
	check_changed(&box, false, false);
}

static void test_address(void)
{
	g_auto(Played) box;
	g_autoptr(Pair) server = NULL;

	played_init(&box, "shkola17", "10.0.0.5");
	played_ensure(&box);
	played_rename(&box, "shkola17", NULL, "10.0.0.6");
	check_changed(&box, false, true);
	server = played_load(&box, "server");
	g_assert_true(certificate_is_for(pair_own(server), "10.0.0.6"));
	g_assert_false(certificate_is_for(pair_own(server), "10.0.0.5"));
}

static void test_address_gone(void)
{
	g_auto(Played) box;

	played_init(&box, "shkola17", "10.0.0.5");
	played_ensure(&box);
	played_rename(&box, "shkola17", NULL, NULL);
	check_changed(&box, false, false);
}

static void test_public_address(void)
{
	g_auto(Played) box;

	played_init(&box, "shkola17", "93.184.216.34");
	played_ensure(&box);
	g_assert_true(has_problem(&box, "left-out"));
	check_changed(&box, false, false);
}

static void test_name(void)
{
	g_auto(Played) box;

	played_init(&box, "shkola17", "10.0.0.5");
	played_ensure(&box);
	g_assert_false(has_problem(&box, "authority-replaced"));
	played_rename(&box, "shkola18", NULL, "10.0.0.5");
	check_changed(&box, true, true);
	g_assert_true(has_problem(&box, "authority-replaced"));
	check_changed(&box, false, false);
}

static void test_public_name(void)
{
	g_auto(Played) box;
	g_autoptr(Pair) server = NULL;

	played_init(&box, "shkola17", "10.0.0.5");
	played_ensure(&box);
	played_rename(&box, "shkola17", "урок.школа17.рф:8443", "10.0.0.5");
	check_changed(&box, true, true);
	server = played_load(&box, "server");
	g_assert_true(g_str_has_suffix(box.names->hosts[0], ".xn--p1ai"));
	g_assert_true(certificate_is_for(pair_own(server), box.names->hosts[0]));
}

static void test_renewed(void)
{
	g_auto(Played) box;

	played_init(&box, "shkola17", "10.0.0.5");
	played_ensure(&box);
	box.box.wall_ms += (CERTIFICATE_DAYS - 33) * DAY_S * 1000LL;
	check_changed(&box, false, false);
	box.box.wall_ms += 5 * DAY_S * 1000LL;
	check_changed(&box, false, true);
}

static void test_authority_ends(void)
{
	g_auto(Played) box;

	played_init(&box, "shkola17", "10.0.0.5");
	played_ensure(&box);
	box.box.wall_ms += (AUTHORITY_DAYS - 300) * DAY_S * 1000LL;
	check_changed(&box, false, true);
	g_assert_true(has_problem(&box, "authority-ends-soon"));
	box.box.wall_ms += 280 * DAY_S * 1000LL;
	check_changed(&box, true, true);
}

/* A clock that shows 2060 for an hour costs nobody their trust. */
static void test_clock_leaps(void)
{
	g_auto(Played) box;

	played_init(&box, "shkola17", "10.0.0.5");
	played_ensure(&box);
	box.box.time_is_vouched = false;
	box.box.wall_ms += 2LL * AUTHORITY_DAYS * DAY_S * 1000;
	check_changed(&box, false, true);
	g_assert_true(has_problem(&box, "clock"));
	box.box.wall_ms = NOON_S * 1000 + 3600 * 1000;
	check_changed(&box, false, true);
	g_assert_false(has_problem(&box, "clock"));
	check_changed(&box, false, false);
}

/* Without a battery the clock begins in 1970: what is made holds when the time is right. */
static void test_clock_unset(void)
{
	g_auto(Played) box;
	g_autoptr(Pair) authority = NULL;
	g_autoptr(Pair) server = NULL;
	gint64 built_s;

	played_init(&box, "shkola17", "10.0.0.5");
	box.box.time_is_vouched = false;
	box.box.wall_ms = 5000;
	played_ensure(&box);
	g_assert_true(has_problem(&box, "clock"));
	authority = played_load(&box, "ca");
	server = played_load(&box, "server");
	built_s = certificate_begins_s(pair_own(server));
	g_assert_cmpint(built_s, >, 1750000000);
	g_assert_true(authority_check(authority, pair_own(server), built_s + 300 * DAY_S, NULL));
	box.box.wall_ms += 3600 * 1000;
	check_changed(&box, false, false);
	box.box.wall_ms = NOON_S * 1000;
	box.box.time_is_vouched = true;
	check_changed(&box, false, true);
}

static void spoil(const Played *box, const char *file, const char *text)
{
	g_autofree char *path = g_build_filename(box->folder, file, NULL);
	g_autofree char *real = realpath(path, NULL);

	g_assert_true(g_file_set_contents(real, text, -1, NULL));
}

static bool has_broken(const Played *box)
{
	g_autoptr(GDir) dir = g_dir_open(box->folder, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir)))
		if (g_str_has_prefix(name, "broken."))
			return true;
	return false;
}

static void test_broken_server(gconstpointer file)
{
	g_auto(Played) box;
	g_autofree char *ca = NULL;
	g_autofree char *ca_after = NULL;
	g_autoptr(Pair) server = NULL;

	played_init(&box, "shkola17", "10.0.0.5");
	played_ensure(&box);
	ca = played_fingerprint(&box, "ca");
	spoil(&box, file, "-----BEGIN NOTHING-----\n");
	played_ensure(&box);
	ca_after = played_fingerprint(&box, "ca");
	g_assert_cmpstr(ca, ==, ca_after);
	server = played_load(&box, "server");
	g_assert_true(has_broken(&box));
	g_assert_true(has_problem(&box, "broken"));
	check_changed(&box, false, false);
}

/* A key from another pair. */
static void test_mismatch(void)
{
	g_auto(Played) box;
	g_autoptr(Pair) other = foreign_new(&(Foreign){.host = "shkola17.local"});
	g_autoptr(GBytes) key = pair_format_key(other);
	g_autofree char *text = g_strndup(g_bytes_get_data(key, NULL), g_bytes_get_size(key));
	g_autoptr(Pair) server = NULL;

	played_init(&box, "shkola17", "10.0.0.5");
	played_ensure(&box);
	spoil(&box, "server.key", text);
	played_ensure(&box);
	server = played_load(&box, "server");
	g_assert_true(has_problem(&box, "broken"));
}

static void test_broken_authority(void)
{
	g_auto(Played) box;
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	played_init(&box, "shkola17", "10.0.0.5");
	played_ensure(&box);
	before = played_fingerprint(&box, "ca");
	spoil(&box, "ca.key", "");
	played_ensure(&box);
	after = played_fingerprint(&box, "ca");
	g_assert_cmpstr(before, !=, after);
	g_assert_true(has_problem(&box, "authority-replaced"));
	check_changed(&box, false, false);
}

static void test_links_come_back(void)
{
	g_auto(Played) box;
	g_autofree char *link = NULL;
	g_autoptr(Pair) server = NULL;

	played_init(&box, "shkola17", "10.0.0.5");
	played_ensure(&box);
	link = g_build_filename(box.folder, "server.crt", NULL);
	g_assert_cmpint(unlink(link), ==, 0);
	played_ensure(&box);
	server = played_load(&box, "server");
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/authority/vouches-for-its-own", test_vouches_for_its_own);
	for (unsigned i = 0; i < G_N_ELEMENTS(CLAIMS); i++) {
		g_autofree char *path = g_strdup_printf("/authority/claim/%u", i);

		g_test_add_data_func(path, &CLAIMS[i], test_claim);
	}
	g_test_add_data_func("/authority/top-level/letters", "school", test_top_level);
	g_test_add_data_func("/authority/top-level/idn", "xn--80asehdb", test_top_level);
	g_test_add_func("/authority/no-authority-below", test_no_authority_below);
	g_test_add_func("/ensure/rests", test_rests);
	g_test_add_func("/ensure/address", test_address);
	g_test_add_func("/ensure/address-gone", test_address_gone);
	g_test_add_func("/ensure/public-address", test_public_address);
	g_test_add_func("/ensure/name", test_name);
	g_test_add_func("/ensure/public-name", test_public_name);
	g_test_add_func("/ensure/renewed", test_renewed);
	g_test_add_func("/ensure/authority-ends", test_authority_ends);
	g_test_add_func("/ensure/clock-leaps", test_clock_leaps);
	g_test_add_func("/ensure/clock-unset", test_clock_unset);
	g_test_add_data_func("/ensure/broken-certificate", "server.crt", test_broken_server);
	g_test_add_data_func("/ensure/broken-key", "server.key", test_broken_server);
	g_test_add_func("/ensure/mismatch", test_mismatch);
	g_test_add_func("/ensure/broken-authority", test_broken_authority);
	g_test_add_func("/ensure/links-come-back", test_links_come_back);
	return g_test_run();
}
