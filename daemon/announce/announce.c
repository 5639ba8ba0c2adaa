/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way to Avahi: the bus comes, Avahi comes and goes on it, and is listened to while it is there.
 *
 * What Avahi keeps for us (our entries, the browser) it keeps as long as our connection to the bus
 * lives, and forgets when it ends itself. So each of its lives is an era: everything of the one
 * before is dropped, replies to what was asked then come back as cancelled. After a failure we come
 * back on another connection, by which Avahi knows nothing of us: sooner at first, then later. */
#include "announce/announce-private.h"
#include "base/log.h"

#include <string.h>
#include <unistd.h>

#define SERVER      AVAHI_NAME ".Server"
#define SERVER2     AVAHI_NAME ".Server2"
#define PATIENCE_MS 20000
#define PAUSE_MS    5000            /* before the first new try */
#define PAUSE_MOST_MS (5 * 60 * 1000) /* each pause is twice the one before */

enum { SERVER_REGISTERING = 1, SERVER_RUNNING, SERVER_COLLISION, SERVER_FAILURE };

/* --- Asking --- */

void avahi_call(Announce *self, const char *path, const char *interface, const char *method,
                GVariant *arguments, GAsyncReadyCallback done, void *data)
{
	g_dbus_connection_call(self->bus, AVAHI_NAME, path, interface, method, arguments, NULL,
	                       G_DBUS_CALL_FLAGS_NO_AUTO_START, PATIENCE_MS, self->era, done, data);
}

void avahi_tell(Announce *self, const char *path, const char *interface, const char *method)
{
	g_dbus_connection_call(self->bus, AVAHI_NAME, path, interface, method, NULL, NULL,
	                       G_DBUS_CALL_FLAGS_NO_AUTO_START, PATIENCE_MS, NULL, NULL, NULL);
}

GVariant *avahi_reply(GObject *source, GAsyncResult *result, const char *type, bool *ret_over,
                      GError **error)
{
	g_autoptr(GError) failure = NULL;
	g_autoptr(GVariant) reply =
	        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &failure);

	*ret_over = g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_CANCELLED);
	if (reply && !g_variant_is_of_type(reply, G_VARIANT_TYPE(type)))
		return error_null(error, ERROR_INTERNAL, "Avahi's answer is not of the type %s", type);
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return g_steal_pointer(&reply);
}

/* --- Another try --- */

static void leave_bus(Announce *self);
static void enter_bus(Announce *self);

static gboolean on_again(void *data)
{
	Announce *self = data;

	self->again_id = 0;
	leave_bus(self);
	enter_bus(self);
	return G_SOURCE_REMOVE;
}

static void plan_again(Announce *self)
{
	if (self->again_id)
		return;
	self->pause_ms = self->pause_ms ? MIN(self->pause_ms * 2, PAUSE_MOST_MS)
	                                : self->first_pause_ms;
	self->again_id = g_timeout_add(self->pause_ms, on_again, self);
}

void announce_forget_failure(Announce *self)
{
	g_clear_handle_id(&self->again_id, g_source_remove);
	self->pause_ms = 0;
}

/* --- What is known --- */

static void tell(Announce *self)
{
	if (self->on_changed)
		self->on_changed(self->data);
}

void announce_settle(Announce *self, AnnounceState state, const char *detail)
{
	if (state == ANNOUNCE_FAILED)
		plan_again(self);
	if (self->state == state && g_strcmp0(self->detail, detail) == 0)
		return;
	self->state = state;
	g_free(self->detail);
	self->detail = g_strdup(detail);
	if (state == ANNOUNCE_COLLISION && !self->alarmed)
		log_alarm(ALARM_NAME_COLLISION, "Two machines want one name in the network: %s", detail);
	else if (state == ANNOUNCE_DONE && self->alarmed)
		log_note(LOG_NOTICE, ALARM_NAME_COLLISION,
		         "The name in the network is this machine's alone again");
	if (state == ANNOUNCE_FAILED)
		log_write(LOG_WARNING, "The school could not be announced in the network: %s", detail);
	if (state == ANNOUNCE_COLLISION || state == ANNOUNCE_DONE)
		self->alarmed = state == ANNOUNCE_COLLISION;
	tell(self);
}

static void become_absent(Announce *self, const char *why)
{
	if (!self->told_absent)
		log_write(LOG_NOTICE, "The school is not announced in the network: %s", why);
	self->told_absent = true;
	announce_settle(self, ANNOUNCE_ABSENT, why);
}

/* --- The machine's name --- */

/* Avahi renames a machine whose name is taken to NAME-2: links, slips and certificates would point to
 * the other one. */
static char *find_host_collision(const Announce *self)
{
	g_autofree char *own = NULL;
	const char *rest;

	if (self->public_host && g_ascii_strcasecmp(self->public_host, self->host) != 0)
		return g_strdup_printf("pages and certificates are made for %s, but this machine is "
		                       "known as %s",
		                       self->public_host, self->host);
	if (self->public_host)
		return NULL;
	own = g_strdup_printf("%s-", g_get_host_name());
	if (strchr(own, '.'))
		strcpy(strchr(own, '.'), "-");
	if (g_ascii_strncasecmp(self->host, own, strlen(own)) != 0)
		return NULL;
	rest = self->host + strlen(own);
	if (!g_ascii_isdigit(*rest) || strcmp(rest + strspn(rest, "0123456789"), ".local") != 0)
		return NULL;
	return g_strdup_printf("another machine is called %.*s.local too, so this one is known as %s",
	                       (int)strlen(own) - 1, own, self->host);
}

static void on_host(GObject *source, GAsyncResult *result, void *data)
{
	Announce *self = data;
	bool over;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = avahi_reply(source, result, "(s)", &over, &error);
	g_autofree char *collision = NULL;

	if (over)
		return;
	if (!reply) {
		announce_settle(self, ANNOUNCE_FAILED, error->message);
		return;
	}
	g_free(self->host);
	g_variant_get(reply, "(s)", &self->host);
	collision = find_host_collision(self);
	self->host_collides = collision != NULL;
	if (collision)
		announce_settle(self, ANNOUNCE_COLLISION, collision);
	publish(self);
}

/* --- Avahi's own state --- */

static void on_server_state(Announce *self, int state)
{
	if (self->server_state == state)
		return;
	self->server_state = state;
	switch (state) {
	case SERVER_RUNNING:
		avahi_call(self, "/", SERVER2, "GetHostNameFqdn", NULL, on_host, self);
		break;
	case SERVER_COLLISION:
		publish_withdraw(self);
		self->host_collides = true;
		announce_settle(self, ANNOUNCE_COLLISION,
		                "another machine in the network has this machine's name");
		break;
	case SERVER_REGISTERING:
		publish_withdraw(self);
		break;
	case SERVER_FAILURE:
		publish_withdraw(self);
		announce_settle(self, ANNOUNCE_FAILED, "Avahi says that it has failed");
		break;
	default:
		break;
	}
}

static void on_server_signal(GDBusConnection *bus, const char *sender, const char *path,
                             const char *interface, const char *signal, GVariant *arguments,
                             void *data)
{
	int state;

	if (!g_variant_is_of_type(arguments, G_VARIANT_TYPE("(is)")))
		return;
	g_variant_get(arguments, "(is)", &state, NULL);
	on_server_state(data, state);
}

static void on_first_state(GObject *source, GAsyncResult *result, void *data)
{
	Announce *self = data;
	bool over;
	int state;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = avahi_reply(source, result, "(i)", &over, &error);

	if (over)
		return;
	if (!reply) {
		announce_settle(self, ANNOUNCE_FAILED, error->message);
		return;
	}
	g_variant_get(reply, "(i)", &state);
	on_server_state(self, state);
}

/* --- Avahi comes and goes --- */

static void end_era(Announce *self)
{
	if (!self->era)
		return;
	g_cancellable_cancel(self->era);
	g_clear_object(&self->era);
	g_dbus_connection_signal_unsubscribe(self->bus, self->server_signals);
	publish_end(self);
	g_clear_pointer(&self->browser, browser_free);
	g_clear_pointer(&self->host, g_free);
	g_clear_pointer(&self->owner, g_free);
	self->server_state = -1;
	self->host_collides = false;
}

static void on_appeared(GDBusConnection *bus, const char *name, const char *owner, void *data)
{
	Announce *self = data;

	end_era(self);
	self->told_absent = false;
	self->era = g_cancellable_new();
	self->owner = g_strdup(owner);
	/* A failure is told until it is over. */
	if (self->state != ANNOUNCE_FAILED)
		announce_settle(self, ANNOUNCE_STARTING, NULL);
	/* Of both interfaces: which one signals is up to Avahi's version. */
	self->server_signals = g_dbus_connection_signal_subscribe(
	        bus, owner, NULL, "StateChanged", "/", NULL, G_DBUS_SIGNAL_FLAGS_NONE,
	        on_server_signal, self, NULL);
	avahi_call(self, "/", SERVER2, "GetState", NULL, on_first_state, self);
	self->browser = browser_new(self);
}

static void on_vanished(GDBusConnection *bus, const char *name, void *data)
{
	Announce *self = data;

	end_era(self);
	announce_forget_failure(self); /* the bus tells when it comes */
	become_absent(self, "Avahi (the package avahi-daemon) does not run");
}

/* --- The bus --- */

static void leave_bus(Announce *self)
{
	end_era(self);
	g_clear_handle_id(&self->name_watch, g_bus_unwatch_name);
	if (!self->bus)
		return;
	g_clear_signal_handler(&self->closed_handler, self->bus);
	g_dbus_connection_close(self->bus, NULL, NULL, NULL);
	g_clear_object(&self->bus);
}

static void on_closed(GDBusConnection *bus, gboolean by_peer, GError *error, void *data)
{
	Announce *self = data;

	leave_bus(self);
	become_absent(self, "the system bus has gone");
	plan_again(self);
}

static void on_bus(GObject *source, GAsyncResult *result, void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDBusConnection) bus = g_dbus_connection_new_for_address_finish(result, &error);
	Announce *self = data;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	if (!bus) {
		become_absent(self, "there is no system bus (the package dbus)");
		plan_again(self);
		return;
	}
	g_dbus_connection_set_exit_on_close(bus, FALSE);
	self->bus = g_steal_pointer(&bus);
	self->closed_handler = g_signal_connect(self->bus, "closed", G_CALLBACK(on_closed), self);
	self->name_watch = g_bus_watch_name_on_connection(self->bus, AVAHI_NAME,
	                                                  G_BUS_NAME_WATCHER_FLAGS_NONE,
	                                                  on_appeared, on_vanished, self, NULL);
}

/* A connection of our own: Avahi drops what it holds for us together with it. */
static void enter_bus(Announce *self)
{
	g_autofree char *address =
	        g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SYSTEM, self->life, NULL);

	if (!address) {
		become_absent(self, "there is no system bus (the package dbus)");
		plan_again(self);
		return;
	}
	g_dbus_connection_new_for_address(address,
	                                  G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
	                                          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
	                                  NULL, self->life, on_bus, self);
}

/* --- The room --- */

static char *host_in_local(const char *public_name)
{
	g_autofree char *host = g_strdup(public_name ? public_name : "");
	char *port = strrchr(host, ':');

	if (port)
		*port = '\0';
	return g_str_has_suffix(host, ".local") ? g_steal_pointer(&host) : NULL;
}

Announce *announce_new(const AnnounceOptions *options)
{
	Announce *self = g_new0(Announce, 1);

	self->off = options->off;
	self->public_host = host_in_local(options->public_name);
	self->web_type = g_strdup_printf("_%s._tcp", options->scheme);
	self->port = options->port;
	self->version = g_strdup(options->version);
	self->on_changed = options->on_changed;
	self->data = options->data;
	self->life = g_cancellable_new();
	self->server_state = -1;
	self->first_pause_ms = options->pause_ms ? options->pause_ms : PAUSE_MS;
	self->state = self->off ? ANNOUNCE_OFF : ANNOUNCE_STARTING;
	if (!self->off)
		enter_bus(self);
	return self;
}

void announce_free(Announce *self)
{
	if (!self)
		return;
	self->on_changed = NULL;
	g_cancellable_cancel(self->life);
	g_object_unref(self->life);
	g_clear_handle_id(&self->again_id, g_source_remove);
	leave_bus(self);
	g_free(self->public_host);
	g_free(self->web_type);
	g_free(self->version);
	g_free(self->school_name);
	g_free(self->school_id);
	g_free(self->wanted);
	g_free(self->detail);
	g_free(self);
}

static char *name_for(const char *school)
{
	g_autofree char *made = NULL;

	if (!school)
		made = g_strdup_printf("Урок (%s)", g_get_host_name());
	return name_cut(school ? school : made, NAME_BYTES_MAX);
}

void announce_set_school(Announce *self, const char *name, const char *id)
{
	if (self->wanted && g_strcmp0(name, self->school_name) == 0 &&
	    g_strcmp0(id, self->school_id) == 0)
		return;
	g_free(self->school_name);
	self->school_name = g_strdup(name);
	g_free(self->school_id);
	self->school_id = g_strdup(id);
	g_free(self->wanted);
	self->wanted = name_for(name);
	g_clear_pointer(&self->name, g_free);
	publish(self);
}

AnnounceState announce_state(const Announce *self)
{
	return self->state;
}

const char *announce_name(const Announce *self)
{
	return self->state == ANNOUNCE_DONE || self->state == ANNOUNCE_COLLISION ? self->name : NULL;
}

const char *announce_host(const Announce *self)
{
	return self->host;
}

const char *announce_detail(const Announce *self)
{
	return self->detail;
}

GPtrArray *announce_list_neighbours(const Announce *self)
{
	return self->browser ? browser_list(self->browser)
	                     : g_ptr_array_new_with_free_func(neighbour_free);
}
