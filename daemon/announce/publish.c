/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Our entries in Avahi: one group of two services under the school's name. A name that is taken is
 * replaced by the next one, and that is an alarm: people look for the old one. */
#include "announce/announce-private.h"
#include "base/log.h"

#include <string.h>

#define GROUP          AVAHI_NAME ".EntryGroup"
#define SERVER_RUNNING 2
#define TRIES_MAX      16
#define COLLISION      "org.freedesktop.Avahi.CollisionError"
#define TXT_BYTES_MAX  255 /* of one pair: RFC 6763 §6.1 */

enum { GROUP_ESTABLISHED = 2, GROUP_COLLISION, GROUP_FAILURE };

static void fill(Announce *self);

/* --- Another name --- */

static void on_alternative(GObject *source, GAsyncResult *result, void *data)
{
	Announce *self = data;
	bool over;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = avahi_reply(source, result, "(s)", &over, &error);

	if (over)
		return;
	self->renaming = false;
	if (!reply) {
		announce_settle(self, ANNOUNCE_FAILED, error->message);
		return;
	}
	/* The school may have been renamed meanwhile. */
	if (self->name) {
		g_free(self->name);
		g_variant_get(reply, "(s)", &self->name);
	}
	fill(self);
}

static void on_collision(Announce *self)
{
	if (self->renaming || !self->name)
		return;
	if (++self->tries > TRIES_MAX) {
		announce_settle(self, ANNOUNCE_FAILED, "every name that was tried is taken");
		return;
	}
	self->renaming = true;
	avahi_call(self, "/", AVAHI_NAME ".Server2", "GetAlternativeServiceName",
	           g_variant_new("(s)", self->name), on_alternative, self);
}

/* --- The group --- */

static void on_established(Announce *self)
{
	g_autofree char *detail = NULL;

	announce_forget_failure(self);
	log_write(LOG_INFO, "The school is announced in the network as «%s»", self->name);
	if (strcmp(self->name, self->wanted) != 0)
		detail = g_strdup_printf("«%s» is taken, so this school is announced as «%s»",
		                         self->wanted, self->name);
	else if (self->host_collides)
		detail = g_strdup(self->detail);
	announce_settle(self, detail ? ANNOUNCE_COLLISION : ANNOUNCE_DONE, detail);
}

static void on_group_signal(GDBusConnection *bus, const char *sender, const char *path,
                            const char *interface, const char *signal, GVariant *arguments,
                            void *data)
{
	Announce *self = data;
	g_autofree char *error = NULL;
	int state;

	if (!g_variant_is_of_type(arguments, G_VARIANT_TYPE("(is)")))
		return;
	g_variant_get(arguments, "(is)", &state, &error);
	if (state == GROUP_ESTABLISHED && !self->renaming && !self->incomplete && self->name)
		on_established(self);
	else if (state == GROUP_COLLISION)
		on_collision(self);
	else if (state == GROUP_FAILURE)
		announce_settle(self, ANNOUNCE_FAILED, error);
}

static void on_filled(GObject *source, GAsyncResult *result, void *data)
{
	Announce *self = data;
	bool over;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = avahi_reply(source, result, "()", &over, &error);
	g_autofree char *remote = NULL;

	if (over || reply)
		return;
	remote = g_dbus_error_is_remote_error(error) ? g_dbus_error_get_remote_error(error) : NULL;
	if (g_strcmp0(remote, COLLISION) == 0)
		on_collision(self);
	else if (!self->renaming) { /* else an empty group was committed: it is filled anew */
		self->incomplete = true;
		announce_settle(self, ANNOUNCE_FAILED, error->message);
	}
}

static void add_pair(GVariantBuilder *txt, const char *key, const char *value)
{
	g_autofree char *whole = g_strdup_printf("%s=%s", key, value);
	g_autofree char *pair = name_cut(whole, TXT_BYTES_MAX);

	g_variant_builder_add_value(txt, g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, pair,
	                                                           strlen(pair), 1));
}

static void add_service(Announce *self, const char *type, bool whole)
{
	g_auto(GVariantBuilder) txt;

	g_variant_builder_init(&txt, G_VARIANT_TYPE("aay"));
	if (whole) {
		add_pair(&txt, "txtvers", "1");
		add_pair(&txt, "version", self->version);
		if (self->school_id)
			add_pair(&txt, "id", self->school_id);
		if (self->school_name)
			add_pair(&txt, "name", self->school_name);
	}
	add_pair(&txt, "path", "/");
	avahi_call(self, self->group, GROUP, "AddService",
	           g_variant_new("(iiussssq@aay)", AVAHI_ANY, AVAHI_ANY, 0u, self->name, type, "", "",
	                         self->port, g_variant_builder_end(&txt)),
	           on_filled, self);
}

/* The bus keeps their order: nothing has to be waited for. */
static void fill(Announce *self)
{
	if (!self->name) {
		self->name = g_strdup(self->wanted);
		self->tries = 0;
	}
	self->incomplete = false;
	avahi_call(self, self->group, GROUP, "Reset", NULL, on_filled, self);
	add_service(self, AVAHI_TYPE, true);
	add_service(self, self->web_type, false);
	avahi_call(self, self->group, GROUP, "Commit", NULL, on_filled, self);
}

static void on_group(GObject *source, GAsyncResult *result, void *data)
{
	Announce *self = data;
	bool over;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = avahi_reply(source, result, "(o)", &over, &error);

	if (over)
		return;
	self->grouping = false;
	if (!reply) {
		announce_settle(self, ANNOUNCE_FAILED, error->message);
		return;
	}
	g_variant_get(reply, "(o)", &self->group);
	self->group_signals = g_dbus_connection_signal_subscribe(
	        self->bus, self->owner, GROUP, "StateChanged", self->group, NULL,
	        G_DBUS_SIGNAL_FLAGS_NONE, on_group_signal, self, NULL);
	publish(self);
}

void publish(Announce *self)
{
	if (!self->era || self->server_state != SERVER_RUNNING || !self->host || !self->wanted ||
	    self->grouping || self->renaming)
		return;
	if (self->group) {
		fill(self);
		return;
	}
	self->grouping = true;
	avahi_call(self, "/", AVAHI_NAME ".Server2", "EntryGroupNew", NULL, on_group, self);
}

void publish_withdraw(Announce *self)
{
	if (self->group)
		avahi_tell(self, self->group, GROUP, "Reset");
}

void publish_end(Announce *self)
{
	if (self->group)
		g_dbus_connection_signal_unsubscribe(self->bus, self->group_signals);
	g_clear_pointer(&self->group, g_free);
	g_clear_pointer(&self->name, g_free);
	self->grouping = false;
	self->renaming = false;
}
