/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The authority lies in PostgreSQL, its key sealed with the cloud's; files are made from it. */
#include "keys.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define INSTANCE "cloud" /* the user name at the broker */
#define LIST_US  (24 * 3600 * (gint64)G_USEC_PER_SEC)

struct Keys {
	Postgres *postgres;
	BoxAuthority *authority;
	char *paths[KEYS_PATHS];
	char *revoked; /* serials as they were written last */
	gint64 listed_us;
	bool has_own;
};

static gint64 now_s(void)
{
	return clock_wall_ms() / 1000;
}

static bool write_file(const char *path, const char *text, int mode, GError **error)
{
	return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, mode, error) &&
	       (g_chmod(path, mode) == 0 ||
	        error_set(error, ERROR_INTERNAL, "%s: %s", path, g_strerror(errno)));
}

/* --- The authority --- */

static BoxAuthority *find(Postgres *postgres, const uint8_t key[SEAL_KEY_SIZE], bool *ret_there,
                          GError **error)
{
	g_autoptr(GPtrArray) rows = postgres_get(postgres, "find_authority", 0, NULL, error);
	const GPtrArray *row;
	g_autofree uint8_t *bytes = NULL;
	g_autofree char *secret = NULL;
	size_t size = 0;

	*ret_there = rows && rows->len > 0;
	if (!*ret_there)
		return NULL;
	row = rows->pdata[0];
	bytes = unseal(key, row->pdata[1], &size);
	if (!bytes)
		return error_null(error, ERROR_INVALID,
		                  "The key of the cloud is not the one that sealed the authority's");
	secret = g_strndup((const char *)bytes, size);
	return box_authority_load(row->pdata[0], secret, error);
}

static bool add(Postgres *postgres, const Settings *settings, const uint8_t key[SEAL_KEY_SIZE],
                GError **error)
{
	const char *name = strstr(settings->address, "*.");
	g_autoptr(BoxAuthority) made =
	        box_authority_new(name ? name + 2 : settings->address, now_s(), error);
	g_autofree char *certificate = made ? box_authority_format(made) : NULL;
	g_autofree char *secret = made ? box_authority_format_key(made) : NULL;
	g_autofree char *sealed = made ? seal(key, secret, strlen(secret)) : NULL;
	g_autoptr(GPtrArray) rows =
	        made ? postgres_get(postgres, "add_authority", 2,
	                            (const char *const[]){certificate, sealed}, error)
	             : NULL;

	return rows != NULL;
}

/* Whose is there first: another instance may do the same. */
static BoxAuthority *load(Postgres *postgres, const Settings *settings, GError **error)
{
	g_autoptr(GError) failure = NULL;
	uint8_t key[SEAL_KEY_SIZE];
	bool there;
	BoxAuthority *found;

	settings_derive(settings, "authority of boxes", key);
	found = find(postgres, key, &there, &failure);
	if (!found && !failure && add(postgres, settings, key, &failure))
		found = find(postgres, key, &there, &failure);
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return found;
}

/* --- Files --- */

static void name_paths(Keys *self, const Settings *settings)
{
	static const char *const NAMES[KEYS_PATHS] = {"ca.pem", "crl.pem", ".pem", ".key"};

	for (int i = 0; i < KEYS_PATHS; i++) {
		g_autofree char *name =
		        g_strconcat(NAMES[i][0] == '.' ? settings->name : "", NAMES[i], NULL);

		self->paths[i] = g_build_filename(settings->data, "tls", name, NULL);
	}
}

static bool write_pair(const Keys *self, const char *certificate, const char *key,
                       char *const hosts[], GError **error)
{
	g_auto(BoxCertificate) made = {0};
	g_autofree char *secret = NULL;

	return box_authority_issue(self->authority, hosts ? hosts[0] : INSTANCE, hosts, now_s(),
	                           &made, &secret, error) &&
	       write_file(key, secret, 0600, error) && write_file(certificate, made.text, 0644, error);
}

/* It is read at each connection. */
static bool write_own(const Keys *self, GError **error)
{
	return write_pair(self, self->paths[KEYS_CERTIFICATE], self->paths[KEYS_KEY], NULL, error);
}

static bool write_list(const Keys *self, const char *path, const char *serials, GError **error)
{
	g_auto(GStrv) each = g_strsplit(serials, " ", -1);
	g_autofree char *text = box_authority_list_revoked(self->authority, each, now_s(), error);

	return text && write_file(path, text, 0644, error);
}

static char *join_serials(const GPtrArray *rows)
{
	g_autoptr(GStrvBuilder) serials = g_strv_builder_new();
	g_auto(GStrv) all = NULL;

	for (guint i = 0; i < rows->len; i++)
		g_strv_builder_add(serials, ((GPtrArray *)rows->pdata[i])->pdata[0]);
	all = g_strv_builder_end(serials);
	return g_strjoinv(" ", all);
}

static bool write_all(Keys *self, const Settings *settings, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(self->paths[KEYS_AUTHORITY]);
	g_autofree char *certificate = box_authority_format(self->authority);
	g_autoptr(GPtrArray) rows = postgres_get(self->postgres, "list_revoked", 0, NULL, error);

	if (!rows)
		return false;
	if (g_mkdir_with_parents(folder, 0755) != 0 || g_chmod(folder, 0755) != 0)
		return error_set(error, ERROR_INTERNAL, "Cannot make the directory %s", folder);
	self->revoked = join_serials(rows);
	self->listed_us = g_get_monotonic_time();
	return write_file(self->paths[KEYS_AUTHORITY], certificate, 0644, error) &&
	       write_list(self, self->paths[KEYS_REVOKED], self->revoked, error);
}

Keys *keys_new(Postgres *postgres, const Settings *settings, GError **error)
{
	g_autoptr(Keys) self = g_new0(Keys, 1);

	self->postgres = postgres;
	name_paths(self, settings);
	self->authority = load(postgres, settings, error);
	if (!self->authority || !write_all(self, settings, error))
		return NULL;
	self->has_own = settings->inside.is_tls;
	if (self->has_own && !write_own(self, error))
		return NULL;
	return g_steal_pointer(&self);
}

void keys_free(Keys *self)
{
	if (!self)
		return;
	box_authority_free(self->authority);
	for (int i = 0; i < KEYS_PATHS; i++)
		g_free(self->paths[i]);
	g_free(self->revoked);
	g_free(self);
}

static void on_revoked(void *data, const Answer *answer, const GError *failure)
{
	Keys *self = data;
	g_autoptr(GString) serials = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	gint64 now_us = g_get_monotonic_time();

	if (failure)
		return;
	for (int i = 0; i < answer_rows(answer); i++)
		g_string_append_printf(serials, "%s%s", i ? " " : "", answer_text(answer, i, 0));
	if (g_str_equal(serials->str, self->revoked) && now_us - self->listed_us < LIST_US)
		return;
	if (!write_list(self, self->paths[KEYS_REVOKED], serials->str, &error) ||
	    (self->has_own && now_us - self->listed_us >= LIST_US && !write_own(self, &error))) {
		log_failure(LOG_WARNING, error, "The list of revoked certificates, or the own one, was not written");
		return;
	}
	g_free(self->revoked);
	self->revoked = g_strdup(serials->str);
	self->listed_us = now_us;
}

void keys_refresh(Keys *self)
{
	postgres_ask(self->postgres, "list_revoked", 0, NULL, on_revoked, self);
}

const BoxAuthority *keys_authority(const Keys *self)
{
	return self->authority;
}

const char *keys_path(const Keys *self, KeysPath which)
{
	return self->paths[which];
}

bool keys_write_broker(Keys *self, const char *folder, char *const hosts[], GError **error)
{
	g_autofree char *certificate = g_build_filename(folder, "broker.pem", NULL);
	g_autofree char *key = g_build_filename(folder, "broker.key", NULL);
	g_autofree char *authority = g_build_filename(folder, "ca.pem", NULL);
	g_autofree char *revoked = g_build_filename(folder, "crl.pem", NULL);
	g_autofree char *text = box_authority_format(self->authority);

	return write_pair(self, certificate, key, hosts, error) &&
	       write_file(authority, text, 0644, error) &&
	       write_list(self, revoked, self->revoked, error);
}
