/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Takes the credentials out of a pasted camera address. */
#include "broadcasts/pasted-address.h"

#include "base/crypto.h"
#include "base/text.h"

#include <string.h>

void pasted_address_clear(PastedAddress *address)
{
	g_clear_pointer(&address->url, g_free);
	g_clear_pointer(&address->login, g_free);
	secret_free(g_steal_pointer(&address->password));
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

/* Decoded where it is well encoded; people paste raw passwords too. */
static char *decoded(const char *text)
{
	char *plain = g_uri_unescape_string(text, NULL);

	return plain ? plain : g_strdup(text);
}

static void take_credentials(const char *info, PastedAddress *address)
{
	const char *colon = strchr(info, ':');
	g_autofree char *login = colon ? g_strndup(info, (gsize)(colon - info)) : g_strdup(info);

	if (*login)
		address->login = decoded(login);
	if (colon && colon[1])
		address->password = decoded(colon + 1);
}

bool pasted_address_parse(const char *text, PastedAddress *ret_address, GError **error)
{
	g_auto(PastedAddress) address = {0};
	g_autofree char *trimmed = text_trim(text);
	char *host, *at;
	size_t authority;

	if (strlen(trimmed) > PASTED_URL_MAX)
		return error_reason(error, ERROR_INVALID, "camera-bad-address", "url",
				    "The camera's address is too long");
	if (!is_plain(trimmed) || (g_ascii_strncasecmp(trimmed, "rtsp://", 7) &&
				   g_ascii_strncasecmp(trimmed, "rtsps://", 8)))
		return error_reason(error, ERROR_INVALID, "camera-bad-address", "url",
				    "The camera's address begins with rtsp:// or rtsps://");
	host = strstr(trimmed, "://") + 3;
	authority = strcspn(host, "/?#");
	at = memrchr(host, '@', authority);
	if (at) {
		g_autofree char *info = g_strndup(host, (gsize)(at - host));

		take_credentials(info, &address);
		memset(info, 0, strlen(info));
		memmove(host, at + 1, strlen(at + 1) + 1);
	}
	if (!*host || strchr("/?#", *host))
		return error_reason(error, ERROR_INVALID, "camera-bad-address", "url",
				    "The camera's address has no host");
	address.url = g_steal_pointer(&trimmed);
	*ret_address = address;
	address = (PastedAddress){0};
	return true;
}
