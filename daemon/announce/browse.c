/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Other Uroks: what Avahi sees of their kind, each looked into as long as it is there. */
#include "announce/announce-private.h"

#include <string.h>

#define SERVER2    AVAHI_NAME ".Server2"
#define BROWSER    AVAHI_NAME ".ServiceBrowser"
#define RESOLVER   AVAHI_NAME ".ServiceResolver"
#define ITEMS_MAX  256 /* a neighbour has one for each way to it */
#define FLAG_LOCAL 8u  /* AVAHI_LOOKUP_RESULT_LOCAL: this machine's own */

/* One neighbour on one interface by one protocol. */
typedef struct {
	Announce *announce;
	char *key;
	char *service;        /* its name */
	char *resolver;       /* path; NULL: not there yet */
	Neighbour *neighbour; /* NULL: nothing known, or nothing to be shown */
} Item;

struct Browser {
	Announce *announce;
	char *path; /* NULL: not there yet */
	guint browser_signals;
	guint resolver_signals;
	GHashTable *items; /* key → Item */
};

/* What is under way; the item may be gone when the answer comes. */
typedef struct {
	Announce *announce;
	char *key;
} Asked;

static void asked_free(Asked *asked)
{
	g_free(asked->key);
	g_free(asked);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Asked, asked_free)

static void item_free(void *data)
{
	Item *item = data;

	if (item->resolver && item->announce->era)
		avahi_tell(item->announce, item->resolver, RESOLVER, "Free");
	g_free(item->key);
	g_free(item->service);
	g_free(item->resolver);
	neighbour_free(item->neighbour);
	g_free(item);
}

static void tell(Announce *announce)
{
	if (announce->on_changed)
		announce->on_changed(announce->data);
}

/* --- Resolving --- */

static Item *find_by_resolver(const Browser *self, const char *path)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, self->items);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		if (g_strcmp0(((Item *)value)->resolver, path) == 0)
			return value;
	return NULL;
}

static void take_found(Item *item, GVariant *arguments)
{
	g_autoptr(GVariant) txt = NULL;
	const char *name;
	const char *host;
	const char *address;
	guint16 port;

	g_variant_get(arguments, "(ii&sss&si&sq@aayu)", NULL, NULL, &name, NULL, NULL, &host, NULL,
	              &address, &port, &txt, NULL);
	neighbour_free(item->neighbour);
	item->neighbour = neighbour_new(name, host, address, port, txt);
}

static void on_resolver_signal(GDBusConnection *bus, const char *sender, const char *path,
                               const char *interface, const char *signal, GVariant *arguments,
                               void *data)
{
	Browser *self = data;
	Item *item = find_by_resolver(self, path);

	if (!item)
		return;
	if (strcmp(signal, "Found") == 0 &&
	    g_variant_is_of_type(arguments, G_VARIANT_TYPE("(iissssisqaayu)")))
		take_found(item, arguments);
	else
		g_clear_pointer(&item->neighbour, neighbour_free);
	tell(self->announce);
}

static void on_resolver(GObject *source, GAsyncResult *result, void *data)
{
	g_autoptr(Asked) asked = data;
	bool over;
	g_autoptr(GVariant) reply = avahi_reply(source, result, "(o)", &over, NULL);
	g_autofree char *path = NULL;
	Item *item;

	if (over || !reply)
		return;
	g_variant_get(reply, "(o)", &path);
	item = g_hash_table_lookup(asked->announce->browser->items, asked->key);
	if (!item || item->resolver) {
		avahi_tell(asked->announce, path, RESOLVER, "Free");
		return;
	}
	item->resolver = g_steal_pointer(&path);
	avahi_tell(asked->announce, item->resolver, RESOLVER, "Start");
}

/* --- Coming and going --- */

static void add_item(Browser *self, const char *key, GVariant *arguments)
{
	Item *item;
	Asked *asked;
	const char *name;
	const char *domain;
	int interface;
	int protocol;
	guint flags;

	g_variant_get(arguments, "(ii&ss&su)", &interface, &protocol, &name, NULL, &domain, &flags);
	if ((flags & FLAG_LOCAL) || g_hash_table_contains(self->items, key) ||
	    g_hash_table_size(self->items) >= ITEMS_MAX)
		return;
	item = g_new0(Item, 1);
	item->announce = self->announce;
	item->key = g_strdup(key);
	item->service = g_strdup(name);
	g_hash_table_insert(self->items, item->key, item);
	asked = g_new0(Asked, 1);
	asked->announce = self->announce;
	asked->key = g_strdup(key);
	avahi_call(self->announce, "/", SERVER2, "ServiceResolverPrepare",
	           g_variant_new("(iisssiu)", interface, protocol, name, AVAHI_TYPE, domain, protocol,
	                         0u),
	           on_resolver, asked);
}

/* Whoever had the name that this school wants may have gone. */
static void remove_item(Browser *self, const char *key)
{
	Announce *announce = self->announce;
	const Item *item = g_hash_table_lookup(self->items, key);
	bool frees = item && announce->name && g_strcmp0(item->service, announce->wanted) == 0 &&
	             g_strcmp0(announce->name, announce->wanted) != 0;

	if (!g_hash_table_remove(self->items, key))
		return;
	if (frees && !announce->renaming) {
		g_clear_pointer(&announce->name, g_free);
		publish(announce);
	}
	tell(announce);
}

static void on_browser_signal(GDBusConnection *bus, const char *sender, const char *path,
                              const char *interface, const char *signal, GVariant *arguments,
                              void *data)
{
	Browser *self = data;
	g_autofree char *key = NULL;
	const char *name;
	const char *domain;
	int number;
	int protocol;

	if (!g_variant_is_of_type(arguments, G_VARIANT_TYPE("(iisssu)")))
		return;
	g_variant_get(arguments, "(ii&ss&su)", &number, &protocol, &name, NULL, &domain, NULL);
	key = g_strdup_printf("%d %d %s %s", number, protocol, domain, name);
	if (strcmp(signal, "ItemNew") == 0)
		add_item(self, key, arguments);
	else if (strcmp(signal, "ItemRemove") == 0)
		remove_item(self, key);
}

/* --- The browser --- */

static void on_browser(GObject *source, GAsyncResult *result, void *data)
{
	Announce *announce = data;
	bool over;
	g_autoptr(GVariant) reply = avahi_reply(source, result, "(o)", &over, NULL);
	Browser *self;

	if (over || !reply)
		return;
	self = announce->browser;
	g_variant_get(reply, "(o)", &self->path);
	self->browser_signals = g_dbus_connection_signal_subscribe(
	        announce->bus, announce->owner, BROWSER, NULL, self->path, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
	        on_browser_signal, self, NULL);
	avahi_tell(announce, self->path, BROWSER, "Start");
}

Browser *browser_new(Announce *announce)
{
	Browser *self = g_new0(Browser, 1);

	self->announce = announce;
	self->items = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, item_free);
	self->resolver_signals = g_dbus_connection_signal_subscribe(
	        announce->bus, announce->owner, RESOLVER, NULL, NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
	        on_resolver_signal, self, NULL);
	avahi_call(announce, "/", SERVER2, "ServiceBrowserPrepare",
	           g_variant_new("(iissu)", AVAHI_ANY, AVAHI_ANY, AVAHI_TYPE, "", 0u), on_browser,
	           announce);
	return self;
}

/* Called when the era is over: Avahi has forgotten it all. */
void browser_free(Browser *self)
{
	if (!self)
		return;
	if (self->path)
		g_dbus_connection_signal_unsubscribe(self->announce->bus, self->browser_signals);
	g_dbus_connection_signal_unsubscribe(self->announce->bus, self->resolver_signals);
	g_hash_table_unref(self->items);
	g_free(self->path);
	g_free(self);
}

static Neighbour *find_same(const GPtrArray *list, const Neighbour *one)
{
	for (guint i = 0; i < list->len; i++) {
		Neighbour *other = list->pdata[i];

		if (other->port == one->port && strcmp(other->host, one->host) == 0 &&
		    strcmp(other->name, one->name) == 0)
			return other;
	}
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	const Neighbour *one = *(Neighbour *const *)a;
	const Neighbour *other = *(Neighbour *const *)b;
	int order = g_utf8_collate(one->name, other->name);

	return order ? order : strcmp(one->host, other->host);
}

GPtrArray *browser_list(const Browser *self)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(neighbour_free);
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, self->items);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const Neighbour *one = ((Item *)value)->neighbour;
		Neighbour *same = one ? find_same(list, one) : NULL;

		for (guint i = 0; same && i < one->addresses->len; i++)
			neighbour_add_address(same, one->addresses->pdata[i]);
		if (one && !same && list->len < NEIGHBOURS_MAX)
			g_ptr_array_add(list, neighbour_copy(one));
	}
	g_ptr_array_sort(list, by_name);
	return list;
}
