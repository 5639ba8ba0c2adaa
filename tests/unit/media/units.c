/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The launcher of units against a system bus of the test's own, on which a made-up systemd answers.
 */
#include "media/media.h"

#include <gio/gio.h>
#include <string.h>

typedef struct {
	Launcher *launcher;
	GDBusConnection *connection; /* of the made-up systemd */
	unsigned object_id;
	GPtrArray *calls; /* "StartUnit urok-broadcast@x.service replace" */
	bool refuses;
	GPtrArray *exits;
} Fixture;

static const char MANAGER[] =
	"<node><interface name='org.freedesktop.systemd1.Manager'>"
	"<method name='StartUnit'><arg direction='in' type='s'/>"
	"<arg direction='in' type='s'/><arg direction='out' type='o'/></method>"
	"<method name='StopUnit'><arg direction='in' type='s'/>"
	"<arg direction='in' type='s'/><arg direction='out' type='o'/></method>"
	"</interface></node>";

static void on_call(GDBusConnection *connection, const char *sender, const char *path,
		    const char *interface, const char *method, GVariant *parameters,
		    GDBusMethodInvocation *invocation, void *data)
{
	Fixture *fixture = data;
	const char *unit;
	const char *mode;

	g_variant_get(parameters, "(&s&s)", &unit, &mode);
	g_ptr_array_add(fixture->calls, g_strdup_printf("%s %s %s", method, unit, mode));
	if (fixture->refuses)
		g_dbus_method_invocation_return_dbus_error(
			invocation, "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
			"Interactive authentication required.");
	else
		g_dbus_method_invocation_return_value(invocation, g_variant_new("(o)", "/job/1"));
}

static void on_exit_of(void *media, const char *name)
{
	g_ptr_array_add(((Fixture *)media)->exits, g_strdup(name));
}

static void set_up(Fixture *fixture, gconstpointer address)
{
	static const GDBusInterfaceVTable table = {.method_call = on_call};
	g_autoptr(GDBusNodeInfo) info = g_dbus_node_info_new_for_xml(MANAGER, NULL);
	g_autoptr(GVariant) reply = NULL;

	fixture->calls = g_ptr_array_new_with_free_func(g_free);
	fixture->exits = g_ptr_array_new_with_free_func(g_free);
	fixture->connection = g_dbus_connection_new_for_address_sync(
		address,
		G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
			G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
		NULL, NULL, NULL);
	g_assert_nonnull(fixture->connection);
	fixture->object_id =
		g_dbus_connection_register_object(fixture->connection, "/org/freedesktop/systemd1",
						  info->interfaces[0], &table, fixture, NULL, NULL);
	reply = g_dbus_connection_call_sync(fixture->connection, "org.freedesktop.DBus",
					    "/org/freedesktop/DBus", "org.freedesktop.DBus",
					    "RequestName",
					    g_variant_new("(su)", "org.freedesktop.systemd1", 4),
					    NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
	g_assert_nonnull(reply);
	fixture->launcher = launcher_units_new();
	fixture->launcher->on_exit = on_exit_of;
	fixture->launcher->media = fixture;
}

static void tear_down(Fixture *fixture, gconstpointer address)
{
	launcher_free(fixture->launcher);
	g_dbus_connection_unregister_object(fixture->connection, fixture->object_id);
	g_dbus_connection_close_sync(fixture->connection, NULL, NULL);
	while (g_main_context_iteration(NULL, FALSE))
		;
	g_object_unref(fixture->connection);
	g_ptr_array_unref(fixture->calls);
	g_ptr_array_unref(fixture->exits);
}

static const char *call(Fixture *fixture, unsigned index)
{
	while (fixture->calls->len <= index)
		g_main_context_iteration(NULL, TRUE);
	return fixture->calls->pdata[index];
}

static void test_start_and_stop(Fixture *fixture, gconstpointer address)
{
	g_autoptr(GError) error = NULL;

	g_assert_true(fixture->launcher->start(fixture->launcher, "kabinet-12", &error));
	g_assert_cmpstr(call(fixture, 0), ==,
			"StartUnit urok-broadcast@kabinet-12.service replace");
	fixture->launcher->adopt(fixture->launcher, "kabinet-12", 1);
	fixture->launcher->stop(fixture->launcher, "kabinet-12");
	g_assert_cmpstr(call(fixture, 1), ==, "StopUnit urok-broadcast@kabinet-12.service replace");
	g_assert_cmpuint(fixture->exits->len, ==, 0);
}

static void test_refused(Fixture *fixture, gconstpointer address)
{
	fixture->refuses = true;
	g_assert_true(fixture->launcher->start(fixture->launcher, "kabinet-12", NULL));
	while (fixture->exits->len == 0)
		g_main_context_iteration(NULL, TRUE);
	g_assert_cmpstr(fixture->exits->pdata[0], ==, "kabinet-12");
}

/* What is under way when a launcher goes is told to nobody; the answers come in order. */
static void test_freed(Fixture *fixture, gconstpointer address)
{
	Launcher *launcher = launcher_units_new();

	fixture->refuses = true;
	launcher->on_exit = on_exit_of;
	launcher->media = fixture;
	g_assert_true(launcher->start(launcher, "freed", NULL));
	launcher_free(launcher);
	g_assert_true(fixture->launcher->start(fixture->launcher, "kept", NULL));
	while (fixture->exits->len == 0)
		g_main_context_iteration(NULL, TRUE);
	g_assert_cmpuint(fixture->exits->len, ==, 1);
	g_assert_cmpstr(fixture->exits->pdata[0], ==, "kept");
}

int main(int argc, char *argv[])
{
	GTestDBus *bus;
	const char *address;
	int result;

	g_test_init(&argc, &argv, NULL);
	bus = g_test_dbus_new(G_TEST_DBUS_NONE);
	g_test_dbus_up(bus);
	address = g_test_dbus_get_bus_address(bus);
	g_setenv("DBUS_SYSTEM_BUS_ADDRESS", address, TRUE);
	g_test_add("/units/start-and-stop", Fixture, address, set_up, test_start_and_stop,
		   tear_down);
	g_test_add("/units/refused", Fixture, address, set_up, test_refused, tear_down);
	g_test_add("/units/freed", Fixture, address, set_up, test_freed, tear_down);
	result = g_test_run();
	g_test_dbus_stop(bus);
	g_object_unref(bus);
	return result;
}
