/* SPDX-License-Identifier: LGPL-2.1-or-later
 * DATA/cloud/link.json: what this box is linked to. */
#include "uplink/uplink-private.h"

#include <gio/gio.h>

#define FILE_BYTES_MAX 16384

void link_file_free(LinkFile *self)
{
	if (!self)
		return;
	g_free(self->cloud);
	g_free(self->school);
	g_free(self->name);
	g_free(self->address);
	g_free(self->host);
	g_free(self);
}

static bool take(LinkFile *self, const json_t *object, GError **error)
{
	const char *cloud = NULL, *school = NULL, *name = "", *address = NULL, *since = "";
	const char *host = NULL;
	json_t *broker = NULL;
	gint64 port = 8883;
	const Field fields[] = {
	        {"cloud", FIELD_TEXT, true, 300, &cloud},
	        {"school", FIELD_ID, true, 0, &school},
	        {"name", FIELD_TEXT, false, 200, &name},
	        {"address", FIELD_TEXT, false, 300, &address},
	        {"broker", FIELD_OBJECT, true, 0, &broker},
	        {"since", FIELD_TEXT, false, 40, &since},
	        {0},
	};
	const Field of_broker[] = {
	        {"host", FIELD_TEXT, true, 253, &host},
	        {"port", FIELD_INT, false, 0, &port},
	        {0},
	};
	g_autoptr(GDateTime) at = NULL;

	if (!json_read(object, fields, error) || !json_read(broker, of_broker, error))
		return false;
	if (port < 1 || port > 65535 || !*host)
		return error_set(error, ERROR_INVALID, "The broker has no address");
	at = g_date_time_new_from_iso8601(since, NULL);
	*self = (LinkFile){.cloud = g_strdup(cloud), .school = g_strdup(school), .name = g_strdup(name),
	                   .address = g_strdup(address ? address : cloud), .host = g_strdup(host),
	                   .port = (int)port, .since_ms = at ? g_date_time_to_unix(at) * 1000 : 0};
	return true;
}

LinkFile *link_file_read(const char *folder, GError **error)
{
	g_autofree char *path = g_build_filename(folder, "link.json", NULL);
	g_autoptr(LinkFile) self = g_new0(LinkFile, 1);
	g_autoptr(json_t) object = NULL;
	g_autoptr(GError) cause = NULL;
	g_autofree char *text = NULL;
	gsize size = 0;

	if (!g_file_get_contents(path, &text, &size, &cause))
		return error_null(error,
		                  g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_NOENT)
		                          ? ERROR_NOT_FOUND
		                          : ERROR_INTERNAL,
		                  "%s", cause->message);
	if (size > FILE_BYTES_MAX)
		return error_null(error, ERROR_INVALID, "%s is too long", path);
	object = json_parse(text, size, error);
	if (!object || !take(self, object, error))
		return NULL;
	return g_steal_pointer(&self);
}
