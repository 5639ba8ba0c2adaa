/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is done at the cloud's console, beside the instances. */
#include "cloud.h"
#include "base/id.h"
#include "codes.h"
#include "keys.h"
#include "school.h"

#include <string.h>

#define SLUG_MAX 40

static bool is_slug(const char *text)
{
	size_t length = strlen(text);

	return length >= 1 && length <= SLUG_MAX && text[0] != '-' && text[length - 1] != '-' &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/* The answer's rows; NULL on failure. */
static GPtrArray *ask_once(const Settings *settings, const char *name, unsigned n,
                           const char *const values[], GError **error)
{
	g_autoptr(Postgres) postgres = postgres_open(settings->postgres, 1, error);

	return postgres ? postgres_get(postgres, name, n, values, error) : NULL;
}

bool cloud_add_school(const Settings *settings, const char *slug, GError **error)
{
	g_autoptr(GPtrArray) rows = NULL;
	g_autofree char *box_key = box_key_new(settings);
	Id id = id_new();

	if (!is_slug(slug))
		return error_set(error, ERROR_INVALID,
		                 "A school's short name has 1 to %d small letters, digits and \"-\"",
		                 SLUG_MAX);
	rows = ask_once(settings, "add_school", 3, (const char *const[]){id.text, slug, box_key}, error);
	return rows != NULL;
}

bool cloud_bind_box(const Settings *settings, const char *slug, const char *origin, GError **error)
{
	g_autoptr(GPtrArray) rows = NULL;

	if (!id_is_valid(origin))
		return error_set(error, ERROR_INVALID, "The origin of a box is a UUID");
	rows = ask_once(settings, "bind_box", 2, (const char *const[]){slug, origin}, error);
	if (!rows)
		return false;
	return rows->len == 1 || error_set(error, ERROR_NOT_FOUND, "There is no school %s", slug);
}

char *cloud_list_schools(const Settings *settings, GError **error)
{
	g_autoptr(GPtrArray) rows = ask_once(settings, "list_schools", 0, NULL, error);
	g_autoptr(GString) text = g_string_new(NULL);

	if (!rows)
		return NULL;
	for (guint i = 0; i < rows->len; i++) {
		const GPtrArray *row = rows->pdata[i];
		const char *holder = row->pdata[3];

		g_string_append_printf(text, "%s  %s  turn %s  %s\n", (char *)row->pdata[0],
		                       (char *)row->pdata[1], (char *)row->pdata[2],
		                       *holder ? holder : "held by nobody");
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

char *cloud_list_boxes(const Settings *settings, GError **error)
{
	g_autoptr(GPtrArray) rows = ask_once(settings, "list_linked_boxes", 0, NULL, error);
	g_autoptr(GString) text = g_string_new(NULL);

	if (!rows)
		return NULL;
	for (guint i = 0; i < rows->len; i++)
		g_string_append_printf(text, "%s\n", (char *)((GPtrArray *)rows->pdata[i])->pdata[0]);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

char *cloud_make_link_code(const Settings *settings, const char *slug, GError **error)
{
	g_autofree char *code = link_code_new();
	g_autofree char *hash = link_code_hash(settings, code);
	g_autoptr(GPtrArray) rows =
	        ask_once(settings, "add_link_code", 2, (const char *const[]){slug, hash}, error);

	if (!rows)
		return NULL;
	if (rows->len == 1)
		return g_steal_pointer(&code);
	return error_null(error, ERROR_NOT_FOUND, "There is no school %s", slug);
}

bool cloud_unlink(const Settings *settings, const char *slug, GError **error)
{
	g_autoptr(GPtrArray) rows = ask_once(settings, "unlink_school", 1, &slug, error);

	if (!rows)
		return false;
	return rows->len > 0 ||
	       error_set(error, ERROR_NOT_FOUND, "No box is linked to the school %s", slug);
}

bool cloud_note_restored(const Settings *settings, GError **error)
{
	/* The backup may be an older program's. */
	g_autoptr(Postgres) postgres = postgres_new(settings->postgres, 1, error);
	g_autoptr(GPtrArray) rows =
	        postgres ? postgres_get(postgres, "leave_lost_turns", 0, NULL, error) : NULL;

	return rows != NULL;
}

bool cloud_write_broker(const Settings *settings, const char *folder, GError **error)
{
	g_autoptr(Postgres) postgres = NULL;
	g_autoptr(Keys) keys = NULL;
	const char *star = strstr(settings->address, "*.");
	g_autofree char *names = NULL;

	if (!settings->outside.is_tls)
		return error_set(error, ERROR_INVALID, "[cloud] broker has no mqtts:// address");
	names = g_strdup(star ? star : settings->outside.host);
	names[strcspn(names, ":/")] = '\0';
	postgres = postgres_open(settings->postgres, 1, error);
	keys = postgres ? keys_new(postgres, settings, error) : NULL;
	/* The front of a cloud that has no other certificate shows this one. */
	return keys && keys_write_broker(keys, folder,
	                                 (char *const[]){settings->outside.host, settings->inside.host,
	                                                 names, names + (star ? 2 : 0), NULL},
	                                 error);
}
