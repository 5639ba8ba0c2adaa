/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reading the configuration file by a table of its keys. */
#include "app/config.h"

#include <string.h>

typedef enum { KEY_TEXT, KEY_PATH, KEY_LIST, KEY_MINUTES, KEY_DAYS, KEY_COUNT, KEY_LAUNCHER,
               KEY_KIB, KEY_HOUR, KEY_BOOL } KeyType;

typedef struct {
	const char *group;
	const char *name;
	KeyType type;
	const char *fallback;
	size_t offset; /* in Config */
} Key;

#define AT(field) offsetof(Config, field)

static const Key KEYS[] = {
        {"school", "public_name", KEY_TEXT, "localhost", AT(public_name)},
        {"paths", "data", KEY_PATH, "/var/lib/urok/data", AT(data_directory)},
        {"paths", "runtime", KEY_PATH, "/run/urok", AT(runtime_directory)},
        {"sockets", "rest", KEY_PATH, "/run/urok/rest.sock", AT(rest_socket)},
        {"sockets", "live", KEY_PATH, "/run/urok/live.sock", AT(live_socket)},
        {"sockets", "control", KEY_PATH, "/run/urok/control.sock", AT(control_socket)},
        {"http", "origins", KEY_LIST, "https://localhost", AT(origins)},
        {"database", "cache_kib", KEY_KIB, "2000", AT(cache_kib)},
        {"database", "check_hour", KEY_HOUR, "3", AT(check_hour)},
        {"clock", "synchronisation_confirms", KEY_BOOL, "yes", AT(synchronisation_confirms)},
        {"sign_in", "shared_idle_minutes", KEY_MINUTES, "30", AT(shared_idle_s)},
        {"sign_in", "own_device_days", KEY_DAYS, "30", AT(own_device_s)},
        {"chats", "messages_a_minute", KEY_COUNT, "120", AT(messages_a_minute)},
        {"broadcast", "worker", KEY_PATH, "/usr/lib/urok/urok-broadcast", AT(broadcast_worker)},
        {"broadcast", "pipelines", KEY_PATH, "/usr/share/urok/gst-pipelines",
         AT(pipelines_directory)},
        {"broadcast", "worker_arguments", KEY_LIST, "", AT(worker_arguments)},
        {"broadcast", "launcher", KEY_LAUNCHER, "units", AT(launcher_is_units)},
        {"broadcast", "camera_networks", KEY_LIST, "", AT(camera_networks)},
};

static bool refuse(const Key *key, const char *what, GError **error)
{
	return error_set(error, ERROR_INVALID, "[%s] %s: %s", key->group, key->name, what);
}

static bool set_within(const Key *key, const char *text, unsigned from, unsigned to, int *ret,
                       GError **error)
{
	g_autofree char *refusal = g_strdup_printf("must be a number from %u to %u", from, to);
	guint64 number;

	if (!g_ascii_string_to_unsigned(text, 10, from, to, &number, NULL))
		return refuse(key, refusal, error);
	*ret = (int)number;
	return true;
}

static bool set_number(const Key *key, const char *text, int unit_s, int *ret, GError **error)
{
	if (!set_within(key, text, 1, 3650, ret, error))
		return false;
	*ret *= unit_s;
	return true;
}

static bool set_bool(const Key *key, const char *text, bool *ret, GError **error)
{
	*ret = strcmp(text, "yes") == 0;
	return *ret || strcmp(text, "no") == 0 || refuse(key, "must be \"yes\" or \"no\"", error);
}

static bool set_launcher(const Key *key, const char *text, bool *ret, GError **error)
{
	*ret = strcmp(text, "units") == 0;
	return *ret || strcmp(text, "children") == 0 ||
	       refuse(key, "must be \"units\" or \"children\"", error);
}

static char **split(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, ";", -1);
	g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; parts[i]; i++)
		if (*g_strstrip(parts[i]))
			g_ptr_array_add(kept, g_strdup(parts[i]));
	g_ptr_array_set_free_func(kept, NULL);
	g_ptr_array_add(kept, NULL);
	return (char **)g_ptr_array_steal(kept, NULL);
}

static bool set_key(Config *self, const Key *key, const char *text, GError **error)
{
	void *field = (char *)self + key->offset;

	switch (key->type) {
	case KEY_PATH:
		if (!g_path_is_absolute(text))
			return refuse(key, "must be an absolute path", error);
		*(char **)field = g_strdup(text);
		return true;
	case KEY_TEXT:
		if (!*text)
			return refuse(key, "must not be empty", error);
		*(char **)field = g_strdup(text);
		return true;
	case KEY_LIST:
		*(char ***)field = split(text);
		return true;
	case KEY_MINUTES:
		return set_number(key, text, 60, field, error);
	case KEY_DAYS:
		return set_number(key, text, 24 * 3600, field, error);
	case KEY_COUNT:
		return set_within(key, text, 1, 1000000, field, error);
	case KEY_KIB:
		return set_within(key, text, 64, 1024 * 1024, field, error);
	case KEY_HOUR:
		return set_within(key, text, 0, 23, field, error);
	case KEY_BOOL:
		return set_bool(key, text, field, error);
	case KEY_LAUNCHER:
		return set_launcher(key, text, field, error);
	}
	return false;
}

static bool is_known(const char *group, const char *name)
{
	for (guint i = 0; i < G_N_ELEMENTS(KEYS); i++)
		if (strcmp(KEYS[i].group, group) == 0 && strcmp(KEYS[i].name, name) == 0)
			return true;
	return false;
}

static bool check_known(GKeyFile *file, GError **error)
{
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

	for (guint i = 0; groups[i]; i++) {
		g_auto(GStrv) names = g_key_file_get_keys(file, groups[i], NULL, NULL);

		for (guint j = 0; names && names[j]; j++)
			if (!is_known(groups[i], names[j]))
				return error_set(error, ERROR_INVALID, "[%s] %s: there is no such key",
				                 groups[i], names[j]);
	}
	return true;
}

static bool check_origins(const Config *self, GError **error)
{
	if (!self->origins[0])
		return error_set(error, ERROR_INVALID, "[http] origins: at least one is needed");
	for (guint i = 0; self->origins[i]; i++) {
		g_autoptr(GUri) uri = g_uri_parse(self->origins[i], G_URI_FLAGS_NONE, NULL);

		if (!uri || !g_uri_get_host(uri) || *g_uri_get_path(uri) ||
		    !g_str_has_prefix(self->origins[i], "http"))
			return error_set(error, ERROR_INVALID,
			                 "[http] origins: %s is not like https://school.example",
			                 self->origins[i]);
	}
	return true;
}

/* All ports of a host share their cookies, so the port goes into the name. */
static char *cookie_name_of(const char *origin)
{
	g_autoptr(GUri) uri = g_uri_parse(origin, G_URI_FLAGS_NONE, NULL);
	int port = g_uri_get_port(uri);

	return port == -1 || port == 443 ? g_strdup("__Host-sid")
	                                 : g_strdup_printf("__Host-sid-%d", port);
}

static bool read_keys(Config *self, GKeyFile *file, GError **error)
{
	for (guint i = 0; i < G_N_ELEMENTS(KEYS); i++) {
		const Key *key = &KEYS[i];
		g_autofree char *text = g_key_file_get_string(file, key->group, key->name, NULL);

		if (!set_key(self, key, text ? text : key->fallback, error))
			return false;
	}
	return true;
}

Config *config_load(const char *path, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(Config) self = g_new0(Config, 1);
	g_autoptr(GError) failure = NULL;

	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &failure)) {
		error_set(error, ERROR_INVALID, "%s: %s", path, failure->message);
		return NULL;
	}
	if (!check_known(file, error) || !read_keys(self, file, error) ||
	    !check_origins(self, error)) {
		g_prefix_error(error, "%s: ", path);
		return NULL;
	}
	self->cookie_name = cookie_name_of(self->origins[0]);
	return g_steal_pointer(&self);
}

void config_free(Config *self)
{
	if (!self)
		return;
	g_free(self->public_name);
	g_free(self->data_directory);
	g_free(self->runtime_directory);
	g_free(self->rest_socket);
	g_free(self->live_socket);
	g_free(self->control_socket);
	g_strfreev(self->origins);
	g_free(self->cookie_name);
	g_free(self->broadcast_worker);
	g_free(self->pipelines_directory);
	g_strfreev(self->worker_arguments);
	g_strfreev(self->camera_networks);
	g_free(self);
}
