/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A failure is not the end: an Avahi that refuses, breaks down or comes late, on a bus of the test's
 * own, is asked again until the school is announced. */
#include "announce/announce-private.h"
#include "base/clock.h"

#include <string.h>

#define PATH_GROUP "/Client0/EntryGroup1"

/* The made-up Avahi. */
typedef struct {
	GTestDBus *bus;
	GDBusConnection *connection;
	GPtrArray *objects; /* registration ids */
	char *refuses;      /* a method */
	guint refusals;     /* how often it still does; the group's failure counts as one of "Commit" */
	bool breaks_down;   /* Commit is taken, and the group fails */
	GHashTable *clients; /* who has asked, by unique name */
	guint commits;
	guint beginnings; /* calls of GetState, which is asked first */
	Announce *announce;
	guint changes;
} Fixture;

static const char AVAHI[] =
        "<node>"
        "<interface name='org.freedesktop.Avahi.Server2'>"
        "<method name='GetState'><arg direction='out' type='i'/></method>"
        "<method name='GetHostNameFqdn'><arg direction='out' type='s'/></method>"
        "<method name='EntryGroupNew'><arg direction='out' type='o'/></method>"
        "<method name='ServiceBrowserPrepare'><arg direction='in' type='i'/>"
        "<arg direction='in' type='i'/><arg direction='in' type='s'/><arg direction='in' type='s'/>"
        "<arg direction='in' type='u'/><arg direction='out' type='o'/></method>"
        "</interface>"
        "<interface name='org.freedesktop.Avahi.EntryGroup'>"
        "<method name='Reset'/><method name='Commit'/>"
        "<method name='AddService'><arg direction='in' type='i'/><arg direction='in' type='i'/>"
        "<arg direction='in' type='u'/><arg direction='in' type='s'/><arg direction='in' type='s'/>"
        "<arg direction='in' type='s'/><arg direction='in' type='s'/><arg direction='in' type='q'/>"
        "<arg direction='in' type='aay'/></method>"
        "</interface>"
        "<interface name='org.freedesktop.Avahi.ServiceBrowser'><method name='Start'/></interface>"
        "</node>";

static void tell_group(Fixture *fixture, int state)
{
	g_dbus_connection_emit_signal(fixture->connection, NULL, PATH_GROUP,
	                              "org.freedesktop.Avahi.EntryGroup", "StateChanged",
	                              g_variant_new("(is)", state, "it broke down"), NULL);
}

static GVariant *answer_to(const char *method)
{
	if (strcmp(method, "GetState") == 0)
		return g_variant_new("(i)", 2);
	if (strcmp(method, "GetHostNameFqdn") == 0)
		return g_variant_new("(s)", "school.local");
	if (strcmp(method, "EntryGroupNew") == 0)
		return g_variant_new("(o)", PATH_GROUP);
	if (strcmp(method, "ServiceBrowserPrepare") == 0)
		return g_variant_new("(o)", "/Client0/ServiceBrowser1");
	return NULL;
}

static void on_call(GDBusConnection *connection, const char *sender, const char *path,
                    const char *interface, const char *method, GVariant *parameters,
                    GDBusMethodInvocation *invocation, void *data)
{
	Fixture *fixture = data;
	bool broken = false;

	g_hash_table_add(fixture->clients, g_strdup(sender));
	if (strcmp(method, "GetState") == 0)
		fixture->beginnings++;
	if (fixture->refusals && g_strcmp0(fixture->refuses, method) == 0) {
		fixture->refusals--;
		broken = fixture->breaks_down;
		if (!broken) {
			g_dbus_method_invocation_return_dbus_error(
			        invocation, "org.freedesktop.Avahi.Failure", "Not now");
			return;
		}
	}
	g_dbus_method_invocation_return_value(invocation, answer_to(method));
	if (strcmp(method, "Commit") == 0) {
		fixture->commits++;
		tell_group(fixture, broken ? 4 : 2);
	}
}

static void lay(Fixture *fixture, const GDBusNodeInfo *info, const char *path, int interface)
{
	static const GDBusInterfaceVTable table = {.method_call = on_call};
	guint id = g_dbus_connection_register_object(fixture->connection, path,
	                                             info->interfaces[interface], &table, fixture,
	                                             NULL, NULL);

	g_assert_cmpuint(id, !=, 0);
	g_ptr_array_add(fixture->objects, GUINT_TO_POINTER(id));
}

static void avahi_begin(Fixture *fixture)
{
	g_autoptr(GDBusNodeInfo) info = g_dbus_node_info_new_for_xml(AVAHI, NULL);
	g_autoptr(GVariant) reply = NULL;

	fixture->bus = g_test_dbus_new(G_TEST_DBUS_NONE);
	g_test_dbus_up(fixture->bus);
	g_setenv("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address(fixture->bus), TRUE);
	fixture->connection = g_dbus_connection_new_for_address_sync(
	        g_test_dbus_get_bus_address(fixture->bus),
	        G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
	                G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
	        NULL, NULL, NULL);
	g_assert_nonnull(fixture->connection);
	g_dbus_connection_set_exit_on_close(fixture->connection, FALSE);
	fixture->objects = g_ptr_array_new();
	lay(fixture, info, "/", 0);
	lay(fixture, info, PATH_GROUP, 1);
	lay(fixture, info, "/Client0/ServiceBrowser1", 2);
	reply = g_dbus_connection_call_sync(fixture->connection, "org.freedesktop.DBus",
	                                    "/org/freedesktop/DBus", "org.freedesktop.DBus",
	                                    "RequestName", g_variant_new("(su)", AVAHI_NAME, 4),
	                                    NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
	g_assert_nonnull(reply);
}

static void avahi_end(Fixture *fixture)
{
	for (guint i = 0; i < fixture->objects->len; i++)
		g_dbus_connection_unregister_object(fixture->connection,
		                                    GPOINTER_TO_UINT(fixture->objects->pdata[i]));
	g_ptr_array_unref(fixture->objects);
	g_dbus_connection_close_sync(fixture->connection, NULL, NULL);
	g_clear_object(&fixture->connection);
	g_test_dbus_stop(fixture->bus);
	g_clear_object(&fixture->bus);
}

static void set_up(Fixture *fixture, gconstpointer unused)
{
	fixture->clients = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	avahi_begin(fixture);
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
	announce_free(fixture->announce);
	avahi_end(fixture);
	while (g_main_context_iteration(NULL, FALSE))
		;
	g_hash_table_unref(fixture->clients);
}

static void on_changed(void *data)
{
	((Fixture *)data)->changes++;
}

static void begin(Fixture *fixture)
{
	const AnnounceOptions options = {
	        .public_name = "school.local",
	        .scheme = "https",
	        .port = 443,
	        .version = "1",
	        .pause_ms = 1,
	        .on_changed = on_changed,
	        .data = fixture,
	};

	fixture->announce = announce_new(&options);
	announce_set_school(fixture->announce, "Школа № 17", NULL);
}

static void wait_for(Fixture *fixture, AnnounceState state)
{
	while (announce_state(fixture->announce) != state)
		g_main_context_iteration(NULL, TRUE);
}

static void assert_announced(Fixture *fixture)
{
	wait_for(fixture, ANNOUNCE_DONE);
	g_assert_cmpstr(announce_name(fixture->announce), ==, "Школа № 17");
	g_assert_null(announce_detail(fixture->announce));
	g_assert_cmpuint(fixture->announce->pause_ms, ==, 0);
	g_assert_cmpuint(fixture->announce->again_id, ==, 0);
}

/* Each method in turn says no four times. */
static void test_what_refuses_is_asked_again(Fixture *fixture, gconstpointer method)
{
	fixture->refuses = (char *)method;
	fixture->refusals = 4;
	begin(fixture);
	wait_for(fixture, ANNOUNCE_FAILED);
	g_assert_cmpstr(announce_name(fixture->announce), ==, NULL);
	assert_announced(fixture);
	/* It came as somebody new each time, so Avahi has forgotten what there was before. Of a group
	 * two services are refused at once. */
	g_assert_cmpuint(g_hash_table_size(fixture->clients), ==, fixture->beginnings);
	g_assert_cmpuint(fixture->beginnings, >=, strcmp(method, "AddService") == 0 ? 3 : 5);
	/* Failed, announced: that it was tried again is no news. */
	g_assert_cmpuint(fixture->changes, ==, 2);
}

static void test_what_breaks_down_is_asked_again(Fixture *fixture, gconstpointer unused)
{
	fixture->refuses = "Commit";
	fixture->refusals = 2;
	fixture->breaks_down = true;
	begin(fixture);
	wait_for(fixture, ANNOUNCE_FAILED);
	assert_announced(fixture);
	g_assert_cmpuint(fixture->commits, ==, 3);
}

static void test_pauses_grow(Fixture *fixture, gconstpointer unused)
{
	guint before = 0;

	fixture->refuses = "GetState";
	fixture->refusals = 5;
	begin(fixture);
	while (announce_state(fixture->announce) != ANNOUNCE_DONE) {
		guint pause_ms = fixture->announce->pause_ms;

		g_assert_true(pause_ms == before || pause_ms == 0 || pause_ms == MAX(1, 2 * before));
		before = pause_ms;
		g_main_context_iteration(NULL, TRUE);
	}
	fixture->announce->pause_ms = 200 * 1000;
	announce_settle(fixture->announce, ANNOUNCE_FAILED, "for a long time");
	g_assert_cmpuint(fixture->announce->pause_ms, ==, 300 * 1000);
}

static void test_a_bus_that_comes_late(Fixture *fixture, gconstpointer unused)
{
	g_autofree char *address = g_strdup(g_getenv("DBUS_SYSTEM_BUS_ADDRESS"));

	g_setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/at/all", TRUE);
	begin(fixture);
	wait_for(fixture, ANNOUNCE_ABSENT);
	while (fixture->announce->pause_ms < 8)
		g_main_context_iteration(NULL, TRUE);
	g_assert_cmpuint(fixture->changes, ==, 1);
	g_setenv("DBUS_SYSTEM_BUS_ADDRESS", address, TRUE);
	assert_announced(fixture);
}

static void test_a_bus_that_goes_and_comes(Fixture *fixture, gconstpointer unused)
{
	begin(fixture);
	assert_announced(fixture);
	avahi_end(fixture);
	wait_for(fixture, ANNOUNCE_ABSENT);
	avahi_begin(fixture);
	assert_announced(fixture);
}

int main(int argc, char **argv)
{
	static const char *const METHODS[] = {"GetState", "GetHostNameFqdn", "EntryGroupNew",
	                                      "AddService", "Commit"};

	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(METHODS); i++) {
		g_autofree char *path = g_strconcat("/again/", METHODS[i], NULL);

		g_test_add(path, Fixture, METHODS[i], set_up, test_what_refuses_is_asked_again,
		           tear_down);
	}
	g_test_add("/again/breaks-down", Fixture, NULL, set_up, test_what_breaks_down_is_asked_again,
	           tear_down);
	g_test_add("/again/pauses", Fixture, NULL, set_up, test_pauses_grow, tear_down);
	g_test_add("/again/late-bus", Fixture, NULL, set_up, test_a_bus_that_comes_late, tear_down);
	g_test_add("/again/new-bus", Fixture, NULL, set_up, test_a_bus_that_goes_and_comes, tear_down);
	return g_test_run();
}
