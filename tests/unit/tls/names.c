/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a box is called: odd names of machines, addresses, and the configuration's public name. */
#include "tls/names.h"

#include <glib/gstdio.h>

typedef struct {
	const char *host;
	const char *public_name;
	const char *hosts;    /* joined */
	const char *left_out; /* joined */
} Case;

static const Case CASES[] = {
	{"school", NULL, "school.local localhost", ""},
	{"school17", NULL, "school17.local school17 localhost", ""},
	{"School-17", NULL, "school-17.local school-17 localhost", ""},
	{"srv.school.lan", NULL, "srv.local srv.school.lan localhost", ""},
	{"srv1.school.lan", NULL, "srv1.local srv1.school.lan srv1 localhost", ""},
	{"localhost", NULL, "localhost", ""},
	{"Школа", NULL, "xn--80atdl2c.local localhost", ""},
	{"my school", NULL, "urok.local localhost", "my school"},
	{"school_17", NULL, "urok.local localhost", "school_17"},
	{"school", "Urok.School.Example:8443", "urok.school.example school.local localhost", ""},
	{"school", "school.local", "school.local localhost", ""},
	{"school", "school", "school.local localhost", "school"},
	{"srv", "school17", "school17 srv.local localhost", ""},
	{"school", "localhost:8080", "school.local localhost", ""},
	{"school", "10.0.0.9", "school.local localhost", ""},
	{"school", "[fd00::9]:8443", "school.local localhost", ""},
	{"school", "a b", "school.local localhost", "a b"},
	{"school", "-x.example", "school.local localhost", "-x.example"},
};

static void test_case(gconstpointer data)
{
	const Case *one = data;
	const char *const none[] = {NULL};
	const NamesWish wish = {one->host, one->public_name, none};
	g_autoptr(Names) names = names_new(&wish);
	g_autofree char *hosts = g_strjoinv(" ", names->hosts);
	g_autofree char *left_out = g_strjoinv(" ", names->left_out);

	g_assert_cmpstr(hosts, ==, one->hosts);
	g_assert_cmpstr(left_out, ==, one->left_out);
}

static void test_addresses(void)
{
	const char *const given[] = {"10.0.0.5",	"192.168.1.4", "8.8.8.8", "fe80::1",
				     "2001:db8::1",	"fd00::5",     "0.0.0.0", "no address",
				     "10.0.0.5",	"172.20.1.1",  NULL};
	const NamesWish wish = {"school", NULL, given};
	g_autoptr(Names) names = names_new(&wish);
	g_autofree char *addresses = g_strjoinv(" ", names->addresses);
	g_autofree char *left_out = g_strjoinv(" ", names->left_out);

	g_assert_cmpstr(addresses, ==, "10.0.0.5 127.0.0.1 172.20.1.1 192.168.1.4 ::1 fd00::5");
	g_assert_cmpstr(left_out, ==, "8.8.8.8 2001:db8::1");
}

/* Whatever this machine has, a certificate can hold it. */
static void test_this_machine(void)
{
	const NamesWish wish = {0};
	g_autoptr(Names) names = names_new(&wish);

	g_assert_nonnull(names->hosts[0]);
	g_assert_true(g_strv_contains((const char *const *)names->addresses, "127.0.0.1"));
}

static void test_configuration(void)
{
	g_autofree char *folder = g_dir_make_tmp("names-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(folder, "urok.conf", NULL);
	g_autofree char *more = g_build_filename(folder, "conf.d", NULL);
	g_autofree char *first = g_build_filename(more, "10-a.conf", NULL);
	g_autofree char *last = g_build_filename(more, "20-b.conf", NULL);
	g_autofree char *spoilt = g_build_filename(more, "30-c.conf", NULL);
	g_autofree char *none = names_read_public(file);
	g_autofree char *alone = NULL;
	g_autofree char *both = NULL;

	g_assert_null(none);
	g_file_set_contents(file, "[school]\npublic_name=one.example\n", -1, NULL);
	alone = names_read_public(file);
	g_assert_cmpstr(alone, ==, "one.example");
	g_mkdir(more, 0700);
	g_file_set_contents(last, "[school]\npublic_name=two.example\n", -1, NULL);
	g_file_set_contents(first, "[school]\npublic_name=three.example\n", -1, NULL);
	g_file_set_contents(spoilt, "public_name", -1, NULL);
	both = names_read_public(file);
	g_assert_cmpstr(both, ==, "two.example");
	g_remove(spoilt);
	g_remove(first);
	g_remove(last);
	g_remove(more);
	g_remove(file);
	g_remove(folder);
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	for (unsigned i = 0; i < G_N_ELEMENTS(CASES); i++) {
		g_autofree char *path = g_strdup_printf("/names/case/%u", i);

		g_test_add_data_func(path, &CASES[i], test_case);
	}
	g_test_add_func("/names/addresses", test_addresses);
	g_test_add_func("/names/this-machine", test_this_machine);
	g_test_add_func("/names/configuration", test_configuration);
	return g_test_run();
}
