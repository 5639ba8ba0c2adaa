/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The configuration file: defaults, values, and what is refused with which words. */
#include "app/config.h"
#include "scratch.h"

#include <string.h>

static Config *load(const char *text, GError **error)
{
	g_autofree char *directory = g_dir_make_tmp("urok-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(directory, "urok.conf", NULL);
	Config *config;

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	config = config_load(path, error);
	scratch_remove(directory);
	return config;
}

static void check_refused(const char *text, const char *words)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = load(text, &error);

	g_assert_null(config);
	g_assert_true(error_is(error, ERROR_INVALID));
	if (!strstr(error->message, words))
		g_error("«%s» does not say «%s»", error->message, words);
}

static void test_an_empty_file_has_defaults(void)
{
	g_autoptr(Config) config = load("", NULL);

	g_assert_cmpstr(config->data_directory, ==, "/var/lib/urok/data");
	g_assert_cmpstr(config->cookie_name, ==, "__Host-sid");
	g_assert_cmpint(config->shared_idle_s, ==, 1800);
	g_assert_true(config->launcher_is_units);
	g_assert_cmpint(config->check_hour, ==, 3);
	g_assert_true(config->synchronisation_confirms);
	g_assert_null(config->camera_networks[0]);
}

static void test_values_are_read(void)
{
	g_autoptr(Config) config = load("[http]\norigins = http://localhost:8080; http://127.0.0.1:8080\n"
	                                "[broadcast]\nlauncher = children\n"
	                                "camera_networks = 127.0.0.0/8\n",
	                                NULL);

	g_assert_cmpstr(config->cookie_name, ==, "__Host-sid-8080");
	g_assert_cmpstr(config->origins[1], ==, "http://127.0.0.1:8080");
	g_assert_false(config->launcher_is_units);
	g_assert_cmpstr(config->camera_networks[0], ==, "127.0.0.0/8");
}

static void test_mistakes_are_named(void)
{
	check_refused("[paths]\ndata = relative\n", "[paths] data: must be an absolute path");
	check_refused("[paths]\ndate = /x\n", "[paths] date: there is no such key");
	check_refused("[sign_in]\nown_device_days = 0\n", "own_device_days");
	check_refused("[chats]\nmessages_a_minute = 1000001\n", "from 1 to 1000000");
	check_refused("[broadcast]\nlauncher = both\n", "units");
	check_refused("[database]\ncheck_hour = 24\n", "from 0 to 23");
	check_refused("[database]\ncache_kib = 63\n", "from 64");
	check_refused("[clock]\nsynchronisation_confirms = maybe\n", "\"yes\" or \"no\"");
	check_refused("[http]\norigins = school.example\n", "school.example");
	check_refused("[http]\norigins = \n", "origins");
	check_refused("data = /x\n", "urok.conf");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/defaults", test_an_empty_file_has_defaults);
	g_test_add_func("/config/values", test_values_are_read);
	g_test_add_func("/config/mistakes", test_mistakes_are_named);
	return g_test_run();
}
