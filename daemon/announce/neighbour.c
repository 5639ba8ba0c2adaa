/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What another machine says of itself, taken apart: anybody in the network may say anything. */
#include "announce/announce-private.h"
#include "base/id.h"
#include "base/text.h"

#include <string.h>

#define NAME_CHARACTERS_MAX 120
#define HOST_BYTES_MAX      253 /* RFC 1035 §2.3.4, as text */
#define VERSION_BYTES_MAX   32
#define PATH_BYTES_MAX      128
#define PAIRS_MAX           32 /* of a TXT that are looked at */

void neighbour_free(void *neighbour)
{
	Neighbour *self = neighbour;

	if (!self)
		return;
	g_free(self->name);
	g_free(self->host);
	g_free(self->path);
	g_free(self->version);
	g_free(self->school_id);
	g_ptr_array_unref(self->addresses);
	g_free(self);
}

static GPtrArray *texts_new(void)
{
	return g_ptr_array_new_with_free_func(g_free);
}

Neighbour *neighbour_copy(const Neighbour *self)
{
	Neighbour *copy = g_new0(Neighbour, 1);

	copy->name = g_strdup(self->name);
	copy->host = g_strdup(self->host);
	copy->port = self->port;
	copy->path = g_strdup(self->path);
	copy->version = g_strdup(self->version);
	copy->school_id = g_strdup(self->school_id);
	copy->addresses = texts_new();
	for (guint i = 0; i < self->addresses->len; i++)
		g_ptr_array_add(copy->addresses, g_strdup(self->addresses->pdata[i]));
	return copy;
}

char *name_cut(const char *name, size_t size)
{
	const char *end = name + strlen(name);

	if ((size_t)(end - name) <= size)
		return g_strdup(name);
	end = g_utf8_find_prev_char(name, name + size + 1);
	return g_strndup(name, (gsize)(end - name));
}

static char *dup_one_line(const char *text)
{
	g_autofree char *trimmed = NULL;

	if (!g_utf8_validate(text, -1, NULL) || text_is_blank(text) || !text_is_one_line(text))
		return NULL;
	trimmed = text_trim(text);
	return text_shorten(trimmed, NAME_CHARACTERS_MAX);
}

static bool is_host(const char *host)
{
	size_t size = strlen(host);

	return size > 0 && size <= HOST_BYTES_MAX && g_ascii_isalnum(host[0]) &&
	       strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-") ==
	               size;
}

/* Becomes a part of a link: nothing that a browser would read as anything but a path. */
static bool is_path(const char *path)
{
	size_t size = strlen(path);

	return size > 0 && size <= PATH_BYTES_MAX && path[0] == '/' && path[1] != '/' &&
	       strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._~-") ==
	               size;
}

static bool is_version(const char *version)
{
	size_t size = strlen(version);

	return size > 0 && size <= VERSION_BYTES_MAX &&
	       strspn(version, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+~-") ==
	               size;
}

/* The value of a key, whatever its case; of several the first (RFC 6763 §6.4). NULL: absent, or
 * not a text. Owned. */
static char *find_value(GVariant *txt, const char *key)
{
	size_t key_size = strlen(key);
	size_t count = MIN(g_variant_n_children(txt), PAIRS_MAX);

	for (size_t i = 0; i < count; i++) {
		g_autoptr(GVariant) pair = g_variant_get_child_value(txt, i);
		gsize size;
		const char *bytes = g_variant_get_fixed_array(pair, &size, 1);

		if (size <= key_size || bytes[key_size] != '=' ||
		    g_ascii_strncasecmp(bytes, key, key_size) != 0)
			continue;
		bytes += key_size + 1;
		size -= key_size + 1;
		return size <= 255 && !memchr(bytes, '\0', size) ? g_strndup(bytes, size) : NULL;
	}
	return NULL;
}

static char *take_if(char *value, bool (*is_good)(const char *value))
{
	if (value && !is_good(value))
		g_clear_pointer(&value, g_free);
	return value;
}

void neighbour_add_address(Neighbour *self, const char *address)
{
	g_autoptr(GInetAddress) read = g_inet_address_new_from_string(address);

	if (!read || self->addresses->len >= NEIGHBOUR_ADDRESSES_MAX ||
	    g_inet_address_get_is_loopback(read) ||
	    g_ptr_array_find_with_equal_func(self->addresses, address, g_str_equal, NULL))
		return;
	g_ptr_array_add(self->addresses, g_inet_address_to_string(read));
}

Neighbour *neighbour_new(const char *name, const char *host, const char *address, guint16 port,
                         GVariant *txt)
{
	g_autofree char *told = find_value(txt, "name");
	g_autofree char *shown = told ? dup_one_line(told) : NULL;
	Neighbour *self;

	/* What the service is called is cut to 63 bytes; the TXT has the name whole. */
	if (!shown)
		shown = dup_one_line(name);
	if (!shown || !is_host(host) || port == 0)
		return NULL;
	self = g_new0(Neighbour, 1);
	self->name = g_steal_pointer(&shown);
	self->host = g_strdup(host);
	self->port = port;
	self->path = take_if(find_value(txt, "path"), is_path);
	if (!self->path)
		self->path = g_strdup("/");
	self->version = take_if(find_value(txt, "version"), is_version);
	self->school_id = take_if(find_value(txt, "id"), id_is_valid);
	self->addresses = texts_new();
	neighbour_add_address(self, address);
	return self;
}
