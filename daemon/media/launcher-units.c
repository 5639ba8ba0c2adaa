/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Workers as units of systemd: each with its own limits and journal, alive whatever happens to the
 * daemon. A polkit rule allows just these names. */
#include "media/media.h"

#include "base/log.h"

#include <gio/gio.h>

#define PATIENCE_MS 10000

typedef struct {
	Launcher launcher; /* first: it is the same address */
	GDBusConnection *bus;
	GCancellable *cancellable; /* what is under way when the launcher goes */
	bool failing; /* nothing can be started: said once, and once when it can again */
} Units;

typedef struct {
	Units *units;
	char *name;
} Call;

static void call_free(Call *call)
{
	g_free(call->name);
	g_free(call);
}

/* Without D-Bus or polkit each try fails, and a broadcast tries again and again. */
static void tell_failure(Units *self, const char *name, const char *why)
{
	if (!self->failing)
		log_alarm(ALARM_CANNOT_START_WORKERS,
			  "systemd does not start urok-broadcast@%s: %s. Is polkitd installed, and "
			  "does D-Bus run? (urokctl doctor)",
			  name, why);
	self->failing = true;
}

static void tell_success(Units *self)
{
	if (self->failing)
		log_write(LOG_NOTICE, "systemd starts broadcasts again");
	self->failing = false;
}

static void on_started(GObject *source, GAsyncResult *result, void *data)
{
	Call *call = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply G_GNUC_UNUSED =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

	if (error && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		Launcher *launcher = &call->units->launcher;

		tell_failure(call->units, call->name, error->message);
		launcher->on_exit(launcher->media, call->name);
	} else if (!error) {
		tell_success(call->units);
	}
	call_free(call);
}

static void on_stopped(GObject *source, GAsyncResult *result, void *data)
{
	Call *call = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply G_GNUC_UNUSED =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

	if (error && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		log_failure(LOG_WARNING, error, "systemd did not stop urok-broadcast@%s",
			    call->name);
	call_free(call);
}

static bool connect_bus(Units *self, GError **error)
{
	g_autoptr(GError) cause = NULL;

	if (self->bus && !g_dbus_connection_is_closed(self->bus))
		return true;
	g_clear_object(&self->bus);
	self->bus = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, &cause);
	if (self->bus)
		g_dbus_connection_set_exit_on_close(self->bus, FALSE);
	return self->bus ||
	       error_set(error, ERROR_UNAVAILABLE, "The system bus: %s", cause->message);
}

static void tell_manager(Units *self, const char *method, const char *name,
			 GAsyncReadyCallback callback)
{
	g_autofree char *unit = g_strdup_printf("urok-broadcast@%s.service", name);
	Call *call = g_new0(Call, 1);

	call->units = self;
	call->name = g_strdup(name);
	g_dbus_connection_call(self->bus, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
			       "org.freedesktop.systemd1.Manager", method,
			       g_variant_new("(ss)", unit, "replace"), G_VARIANT_TYPE("(o)"),
			       G_DBUS_CALL_FLAGS_NONE, PATIENCE_MS, self->cancellable, callback,
			       call);
}

static bool start(Launcher *launcher, const char *name, GError **error)
{
	Units *self = (Units *)launcher;

	if (!connect_bus(self, error)) {
		tell_failure(self, name, "there is no system bus");
		return false;
	}
	tell_manager(self, "StartUnit", name, on_started);
	return true;
}

static void stop(Launcher *launcher, const char *name)
{
	Units *self = (Units *)launcher;
	g_autoptr(GError) error = NULL;

	if (connect_bus(self, &error))
		tell_manager(self, "StopUnit", name, on_stopped);
	else
		log_failure(LOG_WARNING, error, "urok-broadcast@%s was not stopped", name);
}

static void adopt(Launcher *launcher, const char *name, GPid pid)
{
	/* systemd knows its units. */
}

static void free_units(Launcher *launcher)
{
	Units *self = (Units *)launcher;

	g_cancellable_cancel(self->cancellable);
	g_object_unref(self->cancellable);
	g_clear_object(&self->bus);
	g_free(self);
}

Launcher *launcher_units_new(void)
{
	Units *self = g_new0(Units, 1);

	self->launcher =
		(Launcher){.start = start, .stop = stop, .adopt = adopt, .free = free_units};
	self->cancellable = g_cancellable_new();
	return &self->launcher;
}
