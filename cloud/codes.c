/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Making and reading codes of links. */
#include "codes.h"

#include <string.h>

#define LENGTH 15
#define GROUP  5

static const char ALPHABET[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"; /* 32: five bits a character */

char *link_code_new(void)
{
	uint8_t bytes[LENGTH];
	GString *code = g_string_new(NULL);

	random_bytes(bytes, sizeof bytes);
	for (int i = 0; i < LENGTH; i++)
		g_string_append_printf(code, "%s%c", i > 0 && i % GROUP == 0 ? "-" : "",
		                       ALPHABET[bytes[i] % 32]);
	return g_string_free(code, FALSE);
}

char *link_code_hash(const Settings *settings, const char *typed)
{
	g_autoptr(GString) code = g_string_new(NULL);
	uint8_t key[SEAL_KEY_SIZE];
	Digest digest;

	for (const char *at = typed; *at; at++)
		if (!strchr(" -", *at))
			g_string_append_c(code, g_ascii_toupper(*at));
	settings_derive(settings, "codes of links", key);
	digest = digest_hmac(key, code->str, code->len);
	return base64url_encode(digest.bytes, DIGEST_SIZE);
}
