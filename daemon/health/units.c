/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which of our units have failed: systemd is asked over the system bus. */
#include "health/health-private.h"
#include "base/log.h"

#include <string.h>

#define PATIENCE_MS 3000
#define FAILED_MAX  32
#define UNIT_NAME_MAX   128

struct Units {
	GCancellable *cancellable;
	GPtrArray *failed; /* names; NULL: not known */
	UnitsAsked done;
	void *data;
};

/* What a school's server is made of. */
static const char *const PATTERNS[] = {"urok*", "nginx.service", NULL};
static const char *const STATES[] = {"failed", NULL};

static void answer(Units *self, GPtrArray *failed)
{
	g_clear_pointer(&self->failed, g_ptr_array_unref);
	self->failed = failed;
	self->done(self->data);
}

static GPtrArray *read_names(GVariant *reply)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GVariantIter) iter = NULL;
	const char *name;

	g_variant_get(reply, "(a(ssssssouso))", &iter);
	while (g_variant_iter_next(iter, "(&s&s&s&s&s&s&ou&s&o)", &name, NULL, NULL, NULL, NULL, NULL,
	                           NULL, NULL, NULL, NULL))
		if (names->len < FAILED_MAX && strlen(name) <= UNIT_NAME_MAX)
			g_ptr_array_add(names, g_strdup(name));
	return names;
}

static void on_listed(GObject *source, GAsyncResult *result, void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
	        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	answer(data, reply ? read_names(reply) : NULL);
}

static void on_bus(GObject *source, GAsyncResult *result, void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDBusConnection) bus = g_bus_get_finish(result, &error);
	Units *self = data;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	if (!bus) {
		answer(self, NULL);
		return;
	}
	g_dbus_connection_set_exit_on_close(bus, FALSE);
	g_dbus_connection_call(bus, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
	                       "org.freedesktop.systemd1.Manager", "ListUnitsByPatterns",
	                       g_variant_new("(^as^as)", STATES, PATTERNS),
	                       G_VARIANT_TYPE("(a(ssssssouso))"), G_DBUS_CALL_FLAGS_NO_AUTO_START,
	                       PATIENCE_MS, self->cancellable, on_listed, self);
}

void units_ask(Units *self, UnitsAsked done, void *data)
{
	self->done = done;
	self->data = data;
	g_bus_get(G_BUS_TYPE_SYSTEM, self->cancellable, on_bus, self);
}

void units_say(const Units *self, Health *health)
{
	HealthItem item = {.id = "units", .message_id = ALARM_UNIT_FAILED};
	g_autoptr(GString) names = g_string_new(NULL);
	json_t *failed = json_array();

	for (guint i = 0; self->failed && i < self->failed->len; i++) {
		const char *name = self->failed->pdata[i];

		json_array_append_new(failed, json_string(name));
		g_string_append_printf(names, "%s%s", i ? ", " : "", name);
	}
	item.state = !self->failed ? "unknown" : names->len ? "failed" : "fine";
	if (names->len) {
		item.level = HEALTH_ALARM;
		item.sentence = g_strdup_printf("A part of the school's server has failed: %s", names->str);
	}
	item.values = json_pack("{so}", "failed", failed);
	health_say(health, &item);
}

Units *units_new(void)
{
	Units *self = g_new0(Units, 1);

	self->cancellable = g_cancellable_new();
	return self;
}

void units_free(Units *self)
{
	if (!self)
		return;
	g_cancellable_cancel(self->cancellable);
	g_object_unref(self->cancellable);
	g_clear_pointer(&self->failed, g_ptr_array_unref);
	g_free(self);
}
