/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What another machine says of itself: taken if it is good, left out if it is not. */
#include "announce/announce-private.h"

#include <string.h>

#define ID "0190e6b4-7f6e-7cc3-98c4-dc0c0c07398f"

/* Pairs, NULL at the end. */
static GVariant *txt_of(const char *const pairs[])
{
	GVariantBuilder builder;

	g_variant_builder_init(&builder, G_VARIANT_TYPE("aay"));
	for (int i = 0; pairs[i]; i++)
		g_variant_builder_add_value(
		        &builder, g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, pairs[i],
		                                            strlen(pairs[i]), 1));
	return g_variant_ref_sink(g_variant_builder_end(&builder));
}

static Neighbour *read_pairs(const char *const pairs[])
{
	g_autoptr(GVariant) txt = txt_of(pairs);

	return neighbour_new("Школа № 4", "second.local", "10.77.0.9", 8443, txt);
}

static void test_all_of_it(void)
{
	const char *const pairs[] = {"txtvers=1", "version=0.2.1", "id=" ID, "NAME=Школа № 4, второй корпус",
	                             "path=/school/", NULL};
	Neighbour *one = read_pairs(pairs);

	g_assert_cmpstr(one->name, ==, "Школа № 4, второй корпус");
	g_assert_cmpstr(one->host, ==, "second.local");
	g_assert_cmpint(one->port, ==, 8443);
	g_assert_cmpstr(one->path, ==, "/school/");
	g_assert_cmpstr(one->version, ==, "0.2.1");
	g_assert_cmpstr(one->school_id, ==, ID);
	g_assert_cmpuint(one->addresses->len, ==, 1);
	neighbour_free(one);
}

static void test_nothing_of_it(void)
{
	const char *const pairs[] = {NULL};
	Neighbour *one = read_pairs(pairs);

	g_assert_cmpstr(one->name, ==, "Школа № 4");
	g_assert_cmpstr(one->path, ==, "/");
	g_assert_null(one->version);
	g_assert_null(one->school_id);
	neighbour_free(one);
}

static void test_the_first_of_several_counts(void)
{
	const char *const pairs[] = {"versions=9", "version", "Version=1", "version=2", NULL};
	Neighbour *one = read_pairs(pairs);

	g_assert_cmpstr(one->version, ==, "1");
	neighbour_free(one);
}

static void test_what_is_no_good_is_left_out(void)
{
	static const char *const BAD[] = {
	        "path=//evil.example/", "path=evil", "path=/a b", "path=/\"><script>", "path=",
	        "path=/x?y",            "path=/x#y", "path=/\xff", "id=x",              "id=" ID "0",
	        "version=1 2",          "version=",  "version=<b>", "name=",            "name=  ",
	        "name=a\nb",            "name=\xff", "name=a\x1b[2J", "=x",             "",
	};

	for (guint i = 0; i < G_N_ELEMENTS(BAD); i++) {
		const char *const pairs[] = {BAD[i], NULL};
		Neighbour *one = read_pairs(pairs);

		g_assert_cmpstr(one->name, ==, "Школа № 4");
		g_assert_cmpstr(one->path, ==, "/");
		g_assert_null(one->version);
		g_assert_null(one->school_id);
		neighbour_free(one);
	}
}

static void test_long_things_have_an_end(void)
{
	g_autofree char *path = g_strnfill(200, 'x');
	g_autofree char *name = g_strnfill(240, 'n');
	g_autofree char *path_pair = g_strconcat("path=/", path, NULL);
	g_autofree char *name_pair = g_strconcat("name=", name, NULL);
	const char *const pairs[] = {path_pair, name_pair, NULL};
	Neighbour *one = read_pairs(pairs);

	g_assert_cmpstr(one->path, ==, "/");
	g_assert_cmpint(g_utf8_strlen(one->name, -1), <=, 121);
	neighbour_free(one);
}

static void test_who_cannot_be_shown(void)
{
	const char *const none[] = {NULL};
	g_autoptr(GVariant) txt = txt_of(none);
	static const char *const HOSTS[] = {"", "-x.local", "a b", "evil/x", "a@b", "хост.local", "a:1",
	                                    "x\"y"};
	g_autofree char *long_host = g_strnfill(300, 'h');

	for (guint i = 0; i < G_N_ELEMENTS(HOSTS); i++)
		g_assert_null(neighbour_new("Школа", HOSTS[i], "10.0.0.1", 443, txt));
	g_assert_null(neighbour_new("Школа", long_host, "10.0.0.1", 443, txt));
	g_assert_null(neighbour_new("Школа", "x.local", "10.0.0.1", 0, txt));
	g_assert_null(neighbour_new("", "x.local", "10.0.0.1", 443, txt));
	g_assert_null(neighbour_new("\xff", "x.local", "10.0.0.1", 443, txt));
}

static void test_addresses(void)
{
	const char *const none[] = {NULL};
	Neighbour *one = read_pairs(none);

	neighbour_add_address(one, "10.77.0.9");
	neighbour_add_address(one, "127.0.0.1");
	neighbour_add_address(one, "::1");
	neighbour_add_address(one, "nonsense");
	neighbour_add_address(one, "");
	g_assert_cmpuint(one->addresses->len, ==, 1);
	for (int i = 0; i < 20; i++) {
		g_autofree char *address = g_strdup_printf("fd00::%d", i + 1);

		neighbour_add_address(one, address);
	}
	g_assert_cmpuint(one->addresses->len, ==, NEIGHBOUR_ADDRESSES_MAX);
	neighbour_free(one);
}

static void test_names_are_cut_between_characters(void)
{
	g_autofree char *whole = name_cut("Школа", 63);
	g_autofree char *cut = name_cut("Школа", 5);
	g_autofree char *exact = name_cut("Школа", 10);
	g_autofree char *less = name_cut("Школа", 9);
	g_autofree char *signs = name_cut("a€b", 3);

	g_assert_cmpstr(whole, ==, "Школа");
	g_assert_cmpstr(cut, ==, "Шк");
	g_assert_cmpstr(exact, ==, "Школа");
	g_assert_cmpstr(less, ==, "Школ");
	g_assert_cmpstr(signs, ==, "a");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/neighbour/whole", test_all_of_it);
	g_test_add_func("/neighbour/empty", test_nothing_of_it);
	g_test_add_func("/neighbour/several", test_the_first_of_several_counts);
	g_test_add_func("/neighbour/bad", test_what_is_no_good_is_left_out);
	g_test_add_func("/neighbour/long", test_long_things_have_an_end);
	g_test_add_func("/neighbour/none", test_who_cannot_be_shown);
	g_test_add_func("/neighbour/addresses", test_addresses);
	g_test_add_func("/name/cut", test_names_are_cut_between_characters);
	return g_test_run();
}
