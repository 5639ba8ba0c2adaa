/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which certificate is in use: urok-tls says so in a file, which is read when somebody asks. */
#include "app/certificate.h"

#include "base/json.h"

#define STATE_BYTES_MAX (64 * 1024)

/* What a page may know of it; the file holds more. */
static const char *const TOLD[] = {
	"kind",	       "names",	   "not_before", "not_after", "issuer", "fingerprint_sha256",
	"authority", "public_name", "problems",   "checked_at",
};

static json_t *read_state(const char *path)
{
	g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, NULL);
	gsize size = file ? g_mapped_file_get_length(file) : 0;

	return size > 0 && size <= STATE_BYTES_MAX
		       ? json_parse(g_mapped_file_get_contents(file), size, NULL)
		       : NULL;
}

/* NULL: there is none, or it is another release's. */
static json_t *tell(const json_t *state)
{
	g_autoptr(json_t) told = json_object();

	for (guint i = 0; i < G_N_ELEMENTS(TOLD); i++) {
		json_t *value = json_object_get(state, TOLD[i]);

		if (!value)
			return NULL;
		json_object_set(told, TOLD[i], value);
	}
	return g_steal_pointer(&told);
}

char *certificate_dup_reported(void *room)
{
	g_autoptr(json_t) state = read_state(((const Certificate *)room)->report);
	const char *kind = json_string_value(json_object_get(state, "kind"));
	json_t *authority = json_object_get(state, "authority");

	if (g_strcmp0(kind, "own-ca") != 0)
		return NULL;
	return g_strdup(json_string_value(json_object_get(authority, "fingerprint_sha256")));
}

static bool get_certificate(void *room, Request *request, GError **error)
{
	g_autoptr(json_t) state = read_state(((const Certificate *)room)->report);
	json_t *certificate = tell(state);

	request_reply_object(request, 200,
			     json_pack("{so}", "certificate",
				       certificate ? certificate : json_null()));
	return true;
}

const Route CERTIFICATE_ROUTES[] = {
	{GET, "/api/v1/server/certificate", "administrator", 0, get_certificate},
	{0},
};
