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
	check_refused("data = /x\n", "urok.conf:1: a line like [school]");
	check_refused("[school]\npublic_name = школа 17\n", "school.example");
	check_refused("[school]\npublic_name = box:0\n", "box.local:8443");
	check_refused("[broadcast]\ncamera_networks = 10.20.0.7/16\n", "10.20.0.0/16");
	check_refused("[http]\norigins = https://school.example/urok\n", "school.example/urok");
}

static void test_all_mistakes_have_their_lines(void)
{
	check_refused("[sign_in]\n\nown_device_days = 0\n# a comment\n[paths\ndata = /x\nnothing\n"
	              "[chats]\nmessages_a_minute = 1\nmessages_a_minute = 2\nand more\n",
	              "urok.conf:5: expected a group");
	check_refused("[sign_in]\nown_device_days = 0\nwhat\n[chats]\nmessages_a_minute = 0\n",
	              "days: must be a number from 1 to 3650\n");
	check_refused("[sign_in]\n\nown_device_days = 0\n[chats]\nmessages_a_minute = x\n",
	              "urok.conf:3: [sign_in] own_device_days: must be a number from 1 to 3650\n");
	check_refused("[sign_in]\n\nown_device_days = 0\n[chats]\nmessages_a_minute = x\n",
	              "urok.conf:5: [chats] messages_a_minute");
	check_refused("[chats]\nmessages_a_minute = 1\nmessages_a_minute = 2\n",
	              "urok.conf:3: [chats] messages_a_minute: stands in line 2 already");
	check_refused("[chats]\nand more\n", "urok.conf:2: expected [group], name=value");
	check_refused("[chats]\n\n\xff = 1\n", "urok.conf:3: is no UTF-8 text");
}

static void test_a_slip_of_the_pen_is_guessed(void)
{
	check_refused("[sign_in]\nown_devices_days = 3\n", "did you mean [sign_in] own_device_days?");
	check_refused("[signin]\nown_device_days = 3\n", "did you mean [sign_in] own_device_days?");
	check_refused("[http]\npublic_name = x\n", "did you mean [school] public_name?");
	check_refused("[http]\nbanana = x\n", "[http] banana: there is no such key");
}

static void test_names_are_as_a_browser_writes_them(void)
{
	g_autoptr(Config) config = load("\xef\xbb\xbf[school]\r\npublic_name = Школа.РФ:8443\r\n"
	                                "[http]\norigins = https://School.Example:8443;"
	                                "https://школа.рф;http://[FE80::1]:80\n",
	                                NULL);

	g_assert_cmpstr(config->public_name, ==, "xn--80atdl2c.xn--p1ai:8443");
	g_assert_cmpstr(config->origins[0], ==, "https://school.example:8443");
	g_assert_cmpstr(config->origins[1], ==, "https://xn--80atdl2c.xn--p1ai");
	g_assert_cmpstr(config->origins[2], ==, "http://[fe80::1]:80");
}

static void write_file(const char *directory, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);
	g_autofree char *folder = g_path_get_dirname(path);

	g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void test_later_files_win_in_the_order_of_their_names(void)
{
	g_autofree char *directory = g_dir_make_tmp("urok-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(directory, "urok.conf", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = NULL;

	write_file(directory, "urok.conf", "[database]\ncheck_hour=1\ncache_kib=100\n");
	write_file(directory, "conf.d/20-b.conf", "[database]\ncheck_hour=5\n");
	write_file(directory, "conf.d/10-a.conf", "[database]\ncheck_hour=4\ncache_kib=200\n");
	write_file(directory, "conf.d/30-c.conf.dpkg-old", "[database]\ncheck_hour=99\n");
	write_file(directory, "conf.d/.hidden.conf", "[database]\ncheck_hour=99\n");
	config = config_load(path, &error);
	g_assert_no_error(error);
	g_assert_cmpint(config->check_hour, ==, 5);
	g_assert_cmpint(config->cache_kib, ==, 200);
	write_file(directory, "conf.d/40-d.conf", "\n[database]\ncheck_hour=99\n");
	g_assert_null(config_load(path, &error));
	g_assert_nonnull(strstr(error->message, "conf.d/40-d.conf:3: [database] check_hour"));
	scratch_remove(directory);
}

static void test_changes_are_named(void)
{
	g_autoptr(Config) before = load("", NULL);
	g_autoptr(Config) after = load("[sign_in]\nown_device_days=3\n[paths]\ndata=/x\n", NULL);
	g_autoptr(GPtrArray) followed = config_changes(before, after, true);
	g_autoptr(GPtrArray) others = config_changes(before, after, false);

	g_assert_cmpuint(followed->len, ==, 1);
	g_assert_cmpstr(followed->pdata[0], ==, "[sign_in] own_device_days");
	g_assert_cmpuint(others->len, ==, 1);
	g_assert_cmpstr(others->pdata[0], ==, "[paths] data");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/defaults", test_an_empty_file_has_defaults);
	g_test_add_func("/config/values", test_values_are_read);
	g_test_add_func("/config/mistakes", test_mistakes_are_named);
	g_test_add_func("/config/lines", test_all_mistakes_have_their_lines);
	g_test_add_func("/config/slips", test_a_slip_of_the_pen_is_guessed);
	g_test_add_func("/config/browser-names", test_names_are_as_a_browser_writes_them);
	g_test_add_func("/config/later-files", test_later_files_win_in_the_order_of_their_names);
	g_test_add_func("/config/changes", test_changes_are_named);
	return g_test_run();
}
