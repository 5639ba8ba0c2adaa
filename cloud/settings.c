/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reading the configuration file of urok-cloud by a table of its keys. */
#include "settings.h"

#include <gio/gio.h>
#include <stddef.h>
#include <string.h>

#define GROUP "cloud"
#define AT(field) offsetof(Settings, field)

static const struct {
	const char *name;
	const char *fallback; /* NULL: it must be given */
	size_t offset;
} TEXTS[] = {
        {"postgres", "host=/var/run/postgresql dbname=urok", AT(postgres)},
        {"name", "cloud", AT(name)},
        {"data", "/var/lib/urok-cloud", AT(data)},
        {"files", "/var/lib/urok-cloud/files", AT(files)},
        {"runtime", "/run/urok-cloud", AT(runtime)},
        {"address", NULL, AT(address)},
        {"broker", "", AT(broker)},
        {"broker_inside", "", AT(broker_inside)},
        {"school_keys", "", AT(school_keys)},
        {"papers_worker", "/usr/lib/urok/urok-papers", AT(papers_worker)},
        {"errands_worker", "/usr/lib/urok/urok-errands", AT(errands_worker)},
};

static const struct {
	const char *name;
	int fallback;
	int least;
	int most;
	size_t offset;
} NUMBERS[] = {
        {"connections", 4, 1, 64, AT(connections)},
        {"idle_seconds", 300, 1, 86400, AT(idle_s)},
        {"lease_seconds", 5, 1, 600, AT(lease_s)},
        {"files_mib", 2048, 1, 1048576, AT(files_mib)},
};

static bool is_known(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(TEXTS); i++)
		if (g_str_equal(TEXTS[i].name, name))
			return true;
	for (size_t i = 0; i < G_N_ELEMENTS(NUMBERS); i++)
		if (g_str_equal(NUMBERS[i].name, name))
			return true;
	return g_str_equal(name, "key_file");
}

static bool check_names(GKeyFile *file, const char *path, GError **error)
{
	g_auto(GStrv) names = g_key_file_get_keys(file, GROUP, NULL, NULL);

	for (guint i = 0; names && names[i]; i++)
		if (!is_known(names[i]))
			return error_set(error, ERROR_INVALID, "%s: [cloud] %s: there is no such key",
			                 path, names[i]);
	return true;
}

static bool read_texts(Settings *self, GKeyFile *file, const char *path, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(TEXTS); i++) {
		char **field = (char **)((char *)self + TEXTS[i].offset);

		*field = g_key_file_get_string(file, GROUP, TEXTS[i].name, NULL);
		if (!*field)
			*field = g_strdup(TEXTS[i].fallback);
		if (!*field)
			return error_set(error, ERROR_INVALID, "%s: [cloud] %s is missing", path,
			                 TEXTS[i].name);
	}
	if (strchr(self->address, '*') && strchr(self->address, '*') == strrchr(self->address, '*'))
		return true;
	return error_set(error, ERROR_INVALID,
	                 "%s: [cloud] address must be like https://*.cloud.example, with one star",
	                 path);
}

static bool read_place(const char *text, Place *ret_place)
{
	g_autofree char *scheme = NULL;

	if (!g_uri_split_network(text, G_URI_FLAGS_NONE, &scheme, &ret_place->host, &ret_place->port,
	                         NULL) ||
	    (!g_str_equal(scheme, "mqtts") && !g_str_equal(scheme, "mqtt")) || !ret_place->host)
		return false;
	ret_place->is_tls = g_str_equal(scheme, "mqtts");
	if (ret_place->port < 1)
		ret_place->port = ret_place->is_tls ? 8883 : 1883;
	return true;
}

static bool read_broker(Settings *self, const char *path, GError **error)
{
	const char *inside = *self->broker_inside ? self->broker_inside : self->broker;

	if (!*self->broker && !*self->broker_inside)
		return true;
	if (!read_place(self->broker, &self->outside))
		return error_set(error, ERROR_INVALID,
		                 "%s: [cloud] broker must be like mqtts://cloud.example:8883", path);
	return read_place(inside, &self->inside) ||
	       error_set(error, ERROR_INVALID,
	                 "%s: [cloud] broker_inside must be like mqtts://localhost:8884", path);
}

static bool read_numbers(Settings *self, GKeyFile *file, const char *path, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(NUMBERS); i++) {
		int *field = (int *)((char *)self + NUMBERS[i].offset);

		*field = NUMBERS[i].fallback;
		if (!g_key_file_has_key(file, GROUP, NUMBERS[i].name, NULL))
			continue;
		*field = g_key_file_get_integer(file, GROUP, NUMBERS[i].name, NULL);
		if (*field < NUMBERS[i].least || *field > NUMBERS[i].most)
			return error_set(error, ERROR_INVALID,
			                 "%s: [cloud] %s must be a number from %d to %d", path,
			                 NUMBERS[i].name, NUMBERS[i].least, NUMBERS[i].most);
	}
	return true;
}

static bool read_key(Settings *self, GKeyFile *file, const char *path, GError **error)
{
	g_autofree char *name = g_key_file_get_string(file, GROUP, "key_file", NULL);
	g_autofree char *text = NULL;
	g_autofree uint8_t *key = NULL;
	size_t size = 0;

	if (!name)
		name = g_strdup("/etc/urok/cloud.key");
	if (g_file_get_contents(name, &text, NULL, error))
		key = base64url_decode(g_strchomp(text), &size);
	else
		return false;
	if (!key || size != SEAL_KEY_SIZE)
		return error_set(error, ERROR_INVALID,
		                 "%s does not hold 32 bytes in base64url (urok-cloud --make-key prints "
		                 "some)",
		                 name);
	memcpy(self->key, key, SEAL_KEY_SIZE);
	return true;
}

Settings *settings_load(const char *path, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(Settings) self = g_new0(Settings, 1);

	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, error) ||
	    !check_names(file, path, error) || !read_texts(self, file, path, error) ||
	    !read_broker(self, path, error) ||
	    !read_numbers(self, file, path, error) || !read_key(self, file, path, error))
		return NULL;
	self->path = g_canonicalize_filename(path, NULL);
	return g_steal_pointer(&self);
}

void settings_free(Settings *self)
{
	if (!self)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(TEXTS); i++)
		g_free(*(char **)((char *)self + TEXTS[i].offset));
	g_free(self->outside.host);
	g_free(self->inside.host);
	g_free(self->path);
	memset(self->key, 0, sizeof self->key);
	g_free(self);
}

void settings_derive(const Settings *self, const char *purpose, uint8_t ret_key[SEAL_KEY_SIZE])
{
	Digest key = digest_hmac(self->key, purpose, strlen(purpose));

	memcpy(ret_key, key.bytes, SEAL_KEY_SIZE);
}
