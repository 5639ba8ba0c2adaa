/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reading the configuration file by a table of its keys. */
#include "app/config.h"

#include "app/config-file.h"
#include "base/text.h"

#include <gio/gio.h>
#include <string.h>

typedef enum { KEY_NAME, KEY_PATH, KEY_LIST, KEY_ORIGINS, KEY_NETWORKS, KEY_MINUTES, KEY_DAYS,
               KEY_COUNT, KEY_LAUNCHER, KEY_KIB, KEY_HOUR, KEY_BOOL, KEY_WORD, KEY_FILE, KEY_PORT,
               KEY_SECURITY, KEY_TEXT } KeyType;

typedef struct {
	const char *group;
	const char *name;
	KeyType type;
	const char *fallback;
	size_t offset; /* in Config */
	bool followed; /* by a running daemon: app_follow() hands it on */
} Key;

#define TEXT_CHARACTERS_MAX 120

#define AT(field) offsetof(Config, field)

static const Key KEYS[] = {
        {"school", "public_name", KEY_NAME, "localhost", AT(public_name)},
        {"school", "name", KEY_TEXT, "", AT(school_name)},
        {"paths", "data", KEY_PATH, "/var/lib/urok/data", AT(data_directory)},
        {"paths", "files", KEY_PATH, "/var/lib/urok/files", AT(files_directory)},
        {"paths", "runtime", KEY_PATH, "/run/urok", AT(runtime_directory)},
        {"paths", "media", KEY_PATH, "/var/lib/urok-media", AT(media_directory)},
        {"paths", "logs", KEY_PATH, "/var/log/journal", AT(logs_directory)},
        {"sockets", "rest", KEY_PATH, "/run/urok/rest.sock", AT(rest_socket)},
        {"sockets", "live", KEY_PATH, "/run/urok/live.sock", AT(live_socket)},
        {"sockets", "control", KEY_PATH, "/run/urok/control.sock", AT(control_socket)},
        {"sockets", "metrics", KEY_PATH, "/run/urok/metrics.sock", AT(metrics_socket)},
        {"http", "origins", KEY_ORIGINS, "https://localhost", AT(origins)},
        {"network", "announce", KEY_BOOL, "yes", AT(announce)},
        {"health", "disks", KEY_PATH, "/run/urok-health/disks.json", AT(disks_report)},
        {"health", "power", KEY_PATH, "/sys/class/power_supply", AT(power_directory)},
        {"health", "certificate", KEY_PATH, "/var/lib/urok-tls/state.json",
         AT(certificate_report)},
        {"backup", "folder", KEY_PATH, "/var/lib/urok/backups", AT(backup_folder)},
        {"backup", "state", KEY_PATH, "/var/lib/urok-backup", AT(backup_state)},
        {"backup", "certificates", KEY_PATH, "/var/lib/urok-tls", AT(backup_certificates)},
        {"backup", "program", KEY_PATH, "/usr/lib/urok/urok-backup", AT(backup_program)},
        {"backup", "send", KEY_TEXT, "", AT(backup_send)},
        {"backup", "launcher", KEY_LAUNCHER, "units", AT(backup_is_unit)},
        {"database", "cache_kib", KEY_KIB, "2000", AT(cache_kib)},
        {"database", "check_hour", KEY_HOUR, "3", AT(check_hour), true},
        {"clock", "synchronisation_confirms", KEY_BOOL, "yes", AT(synchronisation_confirms), true},
        {"sign_in", "shared_idle_minutes", KEY_MINUTES, "30", AT(shared_idle_s), true},
        {"sign_in", "own_device_days", KEY_DAYS, "30", AT(own_device_s), true},
        {"chats", "messages_a_minute", KEY_COUNT, "120", AT(messages_a_minute), true},
        {"broadcast", "worker", KEY_PATH, "/usr/lib/urok/urok-broadcast", AT(broadcast_worker)},
        {"broadcast", "pipelines", KEY_PATH, "/usr/share/urok/gst-pipelines",
         AT(pipelines_directory)},
        {"broadcast", "worker_arguments", KEY_LIST, "", AT(worker_arguments)},
        {"broadcast", "launcher", KEY_LAUNCHER, "units", AT(launcher_is_units)},
        {"broadcast", "camera_networks", KEY_NETWORKS, "", AT(camera_networks), true},
        {"jobs", "launcher", KEY_LAUNCHER, "units", AT(jobs_are_units)},
        {"jobs", "papers_socket", KEY_PATH, "/run/urok/papers.sock", AT(papers_socket)},
        {"jobs", "errands_socket", KEY_PATH, "/run/urok/errands.sock", AT(errands_socket)},
        {"jobs", "papers_worker", KEY_PATH, "/usr/lib/urok/urok-papers", AT(papers_worker)},
        {"jobs", "errands_worker", KEY_PATH, "/usr/lib/urok/urok-errands", AT(errands_worker)},
        {"mail", "server", KEY_WORD, "", AT(mail_server), true},
        {"mail", "port", KEY_PORT, "587", AT(mail_port), true},
        {"mail", "security", KEY_SECURITY, "starttls", AT(mail_tls_at_once), true},
        {"mail", "from", KEY_WORD, "", AT(mail_from), true},
        {"mail", "login", KEY_WORD, "", AT(mail_login), true},
        {"mail", "password_file", KEY_FILE, "", AT(mail_password_file), true},
        {"mail", "authority_file", KEY_FILE, "", AT(mail_authority_file), true},
        {"mail", "retry_seconds", KEY_COUNT, "60", AT(mail_retry_s), true},
};

static bool refuse(const Key *key, const char *what, GError **error)
{
	return error_set(error, ERROR_INVALID, "[%s] %s: %s", key->group, key->name, what);
}

static void replace(char **field, char *text)
{
	g_free(*field);
	*field = text;
}

static void replace_list(char ***field, char **list)
{
	g_strfreev(*field);
	*field = list;
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

static bool set_security(const Key *key, const char *text, bool *ret, GError **error)
{
	*ret = strcmp(text, "tls") == 0;
	return *ret || strcmp(text, "starttls") == 0 ||
	       refuse(key, "must be \"starttls\" or \"tls\"", error);
}

/* One word or nothing. */
static bool set_word(const Key *key, const char *text, char **ret, GError **error)
{
	if (strpbrk(text, " \t\"<>"))
		return refuse(key, "must be one word", error);
	replace(ret, g_strdup(text));
	return true;
}

static bool set_text(const Key *key, const char *text, char **ret, GError **error)
{
	if (!text_is_one_line(text) || text_length(text) > TEXT_CHARACTERS_MAX)
		return refuse(key, "must be one line of at most 120 characters", error);
	replace(ret, g_strdup(text));
	return true;
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

/* As a browser writes it: small letters, other scripts as xn--. NULL: it is none. */
static char *browser_host(const char *host)
{
	g_autofree char *ascii = g_hostname_to_ascii(host);

	return ascii && *ascii ? g_ascii_strdown(ascii, -1) : NULL;
}

/* NAME or NAME:PORT. */
static bool set_name(const Key *key, const char *text, char **ret, GError **error)
{
	const char *port = strrchr(text, ':');
	g_autofree char *name = port ? g_strndup(text, (gsize)(port - text)) : g_strdup(text);
	g_autofree char *host = browser_host(name);
	guint64 number;

	if (!host || strpbrk(host, "/@: \t?#") ||
	    (port && !g_ascii_string_to_unsigned(port + 1, 10, 1, 65535, &number, NULL)))
		return refuse(key, "must be a name like school.example or box.local:8443", error);
	replace(ret, g_strconcat(host, port, NULL));
	return true;
}

static char *browser_origin(const char *text)
{
	g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
	g_autofree char *host = uri && g_uri_get_host(uri) ? browser_host(g_uri_get_host(uri)) : NULL;
	const char *scheme = uri ? g_uri_get_scheme(uri) : NULL;

	if (!host || *g_uri_get_path(uri) || g_uri_get_query(uri) || g_uri_get_fragment(uri) ||
	    g_uri_get_userinfo(uri) || !(g_str_equal(scheme, "http") || g_str_equal(scheme, "https")))
		return NULL;
	return g_uri_join(G_URI_FLAGS_NONE, scheme, NULL, host, g_uri_get_port(uri), "", NULL, NULL);
}

static bool set_origins(const Key *key, const char *text, char ***ret, GError **error)
{
	g_auto(GStrv) origins = split(text);

	for (guint i = 0; origins[i]; i++) {
		g_autofree char *refusal =
		        g_strdup_printf("%s is not like https://school.example", origins[i]);

		replace(&origins[i], browser_origin(origins[i]));
		if (!origins[i])
			return refuse(key, refusal, error);
	}
	if (!origins[0])
		return refuse(key, "at least one is needed", error);
	replace_list(ret, g_steal_pointer(&origins));
	return true;
}

static bool set_networks(const Key *key, const char *text, char ***ret, GError **error)
{
	g_auto(GStrv) networks = split(text);

	for (guint i = 0; networks[i]; i++) {
		g_autoptr(GInetAddressMask) mask =
		        g_inet_address_mask_new_from_string(networks[i], NULL);
		g_autofree char *refusal =
		        g_strdup_printf("%s is not a network like 10.20.0.0/16", networks[i]);

		if (!mask)
			return refuse(key, refusal, error);
	}
	replace_list(ret, g_steal_pointer(&networks));
	return true;
}

static bool set_path(const Key *key, const char *text, char **ret, GError **error)
{
	if (!g_path_is_absolute(text))
		return refuse(key, "must be an absolute path", error);
	replace(ret, g_strdup(text));
	return true;
}

static bool set_key(Config *self, const Key *key, const char *text, GError **error)
{
	void *field = (char *)self + key->offset;

	switch (key->type) {
	case KEY_NAME:
		return set_name(key, text, field, error);
	case KEY_PATH:
		return set_path(key, text, field, error);
	case KEY_FILE:
		return !*text ? set_word(key, text, field, error) : set_path(key, text, field, error);
	case KEY_WORD:
		return set_word(key, text, field, error);
	case KEY_TEXT:
		return set_text(key, text, field, error);
	case KEY_LIST:
		replace_list(field, split(text));
		return true;
	case KEY_ORIGINS:
		return set_origins(key, text, field, error);
	case KEY_NETWORKS:
		return set_networks(key, text, field, error);
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
	case KEY_PORT:
		return set_within(key, text, 1, 65535, field, error);
	case KEY_SECURITY:
		return set_security(key, text, field, error);
	case KEY_LAUNCHER:
		return set_launcher(key, text, field, error);
	}
	return false;
}

/* --- What nobody knows --- */

#define NAME_BYTES_MAX 40 /* a longer name is nobody's slip of the pen */

/* How many letters have to be changed, added or left out (Levenshtein); both are short. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[NAME_BYTES_MAX + 1];
	size_t length = strlen(b);

	for (size_t j = 0; j <= length; j++)
		row[j] = (unsigned)j;
	for (size_t i = 0; a[i]; i++) {
		unsigned corner = row[0]++;

		for (size_t j = 0; j < length; j++) {
			unsigned above = row[j + 1];

			row[j + 1] = MIN(MIN(above, row[j]) + 1, corner + (a[i] != b[j]));
			corner = above;
		}
	}
	return row[length];
}

/* The same key in another group, or the one of this group that is written nearly so. */
static const Key *likely_key(const char *group, const char *name)
{
	const Key *likely = NULL;
	unsigned best = 3;

	if (strlen(name) > NAME_BYTES_MAX || strlen(group) > NAME_BYTES_MAX)
		return NULL;
	for (guint i = 0; i < G_N_ELEMENTS(KEYS); i++) {
		unsigned far = distance(name, KEYS[i].name) + distance(group, KEYS[i].group);

		if (g_str_equal(KEYS[i].name, name))
			far = MIN(far, 2);
		if (far < best) {
			best = far;
			likely = &KEYS[i];
		}
	}
	return likely;
}

static void refuse_unknown(ConfigFile *file, const ConfigLine *line)
{
	const Key *likely = likely_key(line->group, line->name);

	if (likely)
		config_file_refuse(file, line->file, line->line,
		                   "[%s] %s: there is no such key; did you mean [%s] %s?",
		                   line->group, line->name, likely->group, likely->name);
	else
		config_file_refuse(file, line->file, line->line, "[%s] %s: there is no such key",
		                   line->group, line->name);
}

/* --- The whole --- */

static void set_defaults(Config *self)
{
	self->texts = g_new0(char *, G_N_ELEMENTS(KEYS) + 1);
	for (guint i = 0; i < G_N_ELEMENTS(KEYS); i++) {
		bool right = set_key(self, &KEYS[i], KEYS[i].fallback, NULL);

		g_assert(right);
		self->texts[i] = g_strdup(KEYS[i].fallback);
	}
}

static void read_line(Config *self, ConfigFile *file, const ConfigLine *line)
{
	g_autoptr(GError) error = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(KEYS); i++) {
		if (!g_str_equal(KEYS[i].group, line->group) || !g_str_equal(KEYS[i].name, line->name))
			continue;
		if (set_key(self, &KEYS[i], line->value, &error))
			replace(&self->texts[i], g_strdup(line->value));
		else
			config_file_refuse(file, line->file, line->line, "%s", error->message);
		return;
	}
	refuse_unknown(file, line);
}

static bool check_problems(ConfigFile *file, GError **error)
{
	g_autofree char *all = config_file_problems(file);

	return !all || error_set(error, ERROR_INVALID, "%s", all);
}

/* All ports of a host share their cookies, so the port goes into the name. */
static char *cookie_name_of(const char *origin)
{
	g_autoptr(GUri) uri = g_uri_parse(origin, G_URI_FLAGS_NONE, NULL);
	int port = g_uri_get_port(uri);

	return port == -1 || port == 443 ? g_strdup("__Host-sid")
	                                 : g_strdup_printf("__Host-sid-%d", port);
}

Config *config_load(const char *path, GError **error)
{
	g_autoptr(ConfigFile) file = config_file_read(path);
	g_autoptr(Config) self = g_new0(Config, 1);

	self->path = g_strdup(path);
	set_defaults(self);
	for (guint i = 0; i < file->lines->len; i++)
		read_line(self, file, file->lines->pdata[i]);
	if (!check_problems(file, error))
		return NULL;
	self->cookie_name = cookie_name_of(self->origins[0]);
	return g_steal_pointer(&self);
}

GPtrArray *config_changes(const Config *from, const Config *to, bool followed)
{
	GPtrArray *changes = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < G_N_ELEMENTS(KEYS); i++)
		if (KEYS[i].followed == followed && !g_str_equal(from->texts[i], to->texts[i]))
			g_ptr_array_add(changes,
			                g_strdup_printf("[%s] %s", KEYS[i].group, KEYS[i].name));
	return changes;
}

void config_free(Config *self)
{
	if (!self)
		return;
	g_free(self->path);
	g_free(self->public_name);
	g_free(self->data_directory);
	g_free(self->runtime_directory);
	g_free(self->rest_socket);
	g_free(self->live_socket);
	g_free(self->control_socket);
	g_free(self->metrics_socket);
	g_free(self->media_directory);
	g_free(self->logs_directory);
	g_free(self->disks_report);
	g_free(self->power_directory);
	g_free(self->certificate_report);
	g_free(self->backup_folder);
	g_free(self->backup_state);
	g_free(self->backup_certificates);
	g_free(self->backup_program);
	g_free(self->backup_send);
	g_strfreev(self->origins);
	g_free(self->cookie_name);
	g_free(self->broadcast_worker);
	g_free(self->pipelines_directory);
	g_strfreev(self->worker_arguments);
	g_strfreev(self->camera_networks);
	g_strfreev(self->texts);
	g_free(self->files_directory);
	g_free(self->papers_socket);
	g_free(self->errands_socket);
	g_free(self->papers_worker);
	g_free(self->errands_worker);
	g_free(self->mail_server);
	g_free(self->mail_from);
	g_free(self->school_name);
	g_free(self->mail_login);
	g_free(self->mail_password_file);
	g_free(self->mail_authority_file);
	g_free(self);
}
