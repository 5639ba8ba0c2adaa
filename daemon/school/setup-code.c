/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The code of the first setup: in a file that only the box's owner reads, gone once it was used. */
#include "base/log.h"
#include "school/school-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define GROUPS	   4
#define GROUP_SIZE 4

/* Crockford's base 32: no I, L, O, U. */
static const char ALPHABET[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static char *code_new(void)
{
	char code[SETUP_CODE_LENGTH + 1];
	uint8_t bytes[GROUPS * GROUP_SIZE];
	char *out = code;

	random_bytes(bytes, sizeof bytes);
	for (int i = 0; i < GROUPS * GROUP_SIZE; i++) {
		if (i && i % GROUP_SIZE == 0)
			*out++ = '-';
		*out++ = ALPHABET[bytes[i] % 32];
	}
	*out = '\0';
	return g_strdup(code);
}

/* What a person types for what was meant. */
static char *canonical(const char *code)
{
	GString *out = g_string_new(NULL);

	for (const char *at = code; *at; at++) {
		char c = g_ascii_toupper(*at);

		if (c == 'O')
			c = '0';
		else if (c == 'I' || c == 'L')
			c = '1';
		if (strchr(ALPHABET, c))
			g_string_append_c(out, c);
		else if (c != '-' && c != ' ')
			g_string_append_c(out, '?');
	}
	return g_string_free(out, FALSE);
}

static bool refuse_set_up(GError **error)
{
	return error_reason(error, ERROR_CONFLICT, "already-set-up", NULL,
			    "This school is set up already");
}

char *school_setup_code(School *self, GError **error)
{
	g_autoptr(GError) missing = NULL;
	g_autofree char *code = NULL;
	gsize size = 0;

	if (school_is_set_up(self)) {
		refuse_set_up(error);
		return NULL;
	}
	if (g_file_get_contents(self->code_path, &code, &size, &missing)) {
		g_strchomp(code);
		if (strlen(code) == SETUP_CODE_LENGTH)
			return g_steal_pointer(&code);
	}
	g_free(code);
	code = code_new();
	if (!g_file_set_contents_full(self->code_path, code, -1,
				      G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
				      0600, error))
		return NULL;
	return g_steal_pointer(&code);
}

bool school_check_setup_code(School *self, const char *code, GError **error)
{
	g_autofree char *expected = school_setup_code(self, error);
	g_autofree char *right = NULL;
	g_autofree char *given = NULL;
	Digest right_digest;
	Digest given_digest;

	if (!expected)
		return false;
	right = canonical(expected);
	given = canonical(code);
	right_digest = digest_of(right, strlen(right));
	given_digest = digest_of(given, strlen(given));
	if (digest_equal(&right_digest, &given_digest))
		return true;
	return error_reason(error, ERROR_FORBIDDEN, "wrong-setup-code", "code",
			    "This is not the setup code; `urokctl status` shows it");
}

static void on_used(void *data, const GError *failure)
{
	const char *path = data;

	if (!failure && g_unlink(path) != 0 && errno != ENOENT)
		log_write(LOG_WARNING, "The used setup code's file %s stays: %s", path,
			  g_strerror(errno));
}

bool school_use_setup_code(School *self, const char *code, GError **error)
{
	if (!school_check_setup_code(self, code, error))
		return false;
	store_after_commit(self->store, on_used, g_strdup(self->code_path), g_free);
	return true;
}
