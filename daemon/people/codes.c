/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One-time sign-in codes: the store keeps digests, the press of a button consumes. */
#include "people/people-private.h"

#include "base/text.h"

#include <string.h>

static bool remove_surplus(People *self, const char *person, int keep, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_surplus_sign_in_codes");

	query_bind_text(query, ":person", person);
	query_bind_int(query, ":keep", keep);
	return query_run(query, error);
}

bool codes_remove_all(People *self, const char *person, GError **error)
{
	return remove_surplus(self, person, 0, error);
}

static bool forget_old(People *self, int64_t now_ms, GError **error)
{
	static const char *const STATEMENTS[] = {"remove_old_sign_in_codes",
						 "remove_old_sign_in_words"};

	for (size_t i = 0; i < G_N_ELEMENTS(STATEMENTS); i++) {
		g_autoptr(Query) query = store_query(self->store, STATEMENTS[i]);

		query_bind_int(query, ":now", now_ms);
		if (!query_run(query, error))
			return false;
	}
	return true;
}

static bool add_code(People *self, const char *code, const char *person, int64_t lifetime_s,
		     GError **error)
{
	g_autoptr(Query) add = store_query(self->store, "add_sign_in_code");
	int64_t now_ms = events_now_ms(self->events);
	Digest digest = token_digest(code);

	query_bind_blob(add, ":digest", digest.bytes, sizeof digest.bytes);
	query_bind_text(add, ":person", person);
	query_bind_int(add, ":expires", now_ms + lifetime_s * 1000);
	return forget_old(self, now_ms, error) &&
	       remove_surplus(self, person, SIGN_IN_CODES_MAX - 1, error) && query_run(add, error);
}

char *codes_new(People *self, const char *person, int64_t lifetime_s, GError **error)
{
	g_autofree char *code = NULL;

	if (!people_check_may_enter(self, person, error))
		return NULL;
	code = token_new();
	return add_code(self, code, person, lifetime_s, error) ? g_steal_pointer(&code) : NULL;
}

char *people_new_sign_in_code(People *self, const char *login, int64_t lifetime_s,
			      char **ret_display_name, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_login");
	g_autofree char *folded = login_fold(login);
	g_autofree char *code = NULL;
	bool row;

	query_bind_text(query, ":login", folded);
	if (!query_next(query, &row, error))
		return NULL;
	if (!row) {
		error_reason(error, ERROR_NOT_FOUND, "not-found", "login",
			     "Nobody here has this login");
		return NULL;
	}
	code = codes_new(self, query_text(query, 0), lifetime_s, error);
	if (!code)
		return NULL;
	*ret_display_name = g_strdup(query_text(query, 2));
	return g_steal_pointer(&code);
}

/* --- What is read aloud: 4-4-4 of Crockford's base 32, 60 bits, as long as the link --- */

static const char ALPHABET[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static char *words_random(void)
{
	GString *words = g_string_new(NULL);
	uint8_t bytes[WORDS_LETTERS];

	random_bytes(bytes, sizeof bytes);
	for (int i = 0; i < WORDS_LETTERS; i++) {
		if (i && i % 4 == 0)
			g_string_append_c(words, '-');
		g_string_append_c(words, ALPHABET[bytes[i] % 32]);
	}
	return g_string_free(words, FALSE);
}

/* What a keyboard that is set to Russian writes in the place of the same signs. */
static gunichar latin_of(gunichar c)
{
	static const struct {
		gunichar cyrillic;
		char latin;
	} SAME[] = {{0x410, 'A'}, {0x412, 'B'}, {0x415, 'E'}, {0x41A, 'K'}, {0x41C, 'M'},
		    {0x41D, 'H'}, {0x41E, '0'}, {0x420, 'P'}, {0x421, 'C'}, {0x422, 'T'},
		    {0x423, 'Y'}, {0x425, 'X'}, {'O', '0'},   {'I', '1'},   {'L', '1'}};

	for (size_t i = 0; i < G_N_ELEMENTS(SAME); i++)
		if (SAME[i].cyrillic == c)
			return (gunichar)SAME[i].latin;
	return c;
}

/* NULL: this is no such code but perhaps a link's. */
static char *words_canonical(const char *text)
{
	g_autoptr(GString) out = g_string_new(NULL);

	for (const char *at = text; *at; at = g_utf8_next_char(at)) {
		gunichar c = latin_of(g_unichar_toupper(g_utf8_get_char(at)));

		if (c == '-' || c == ' ' || c == 0x2013 /* – */)
			continue;
		if (c >= 0x80 || !strchr(ALPHABET, (int)c))
			return NULL;
		g_string_append_c(out, (char)c);
	}
	return out->len == WORDS_LETTERS ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

char *codes_new_words(People *self, const char *code, int64_t lifetime_s, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "add_sign_in_words");
	g_autofree char *words = words_random();
	g_autofree char *canonical = words_canonical(words);
	Digest digest = token_digest(canonical);
	Digest of_code = token_digest(code);

	query_bind_blob(query, ":digest", digest.bytes, sizeof digest.bytes);
	query_bind_blob(query, ":code", of_code.bytes, sizeof of_code.bytes);
	query_bind_int(query, ":expires", events_now_ms(self->events) + lifetime_s * 1000);
	return query_run(query, error) ? g_steal_pointer(&words) : NULL;
}

static bool count_words(People *self, GError **error)
{
	int64_t wait_ms;

	if (throttle_try(self->words, "school", self->boot_ms(), &wait_ms))
		return true;
	error_reason(error, ERROR_BUSY, "too-many-tries", NULL,
		     "Too many wrong codes in the school; links and QR codes still work");
	if (error)
		error_set_retry_after(*error, (unsigned)((wait_ms + 999) / 1000));
	return false;
}

/* The digest by which the store knows the code. What is known to nobody keeps its own. */
static bool find_digest(People *self, const char *code, Digest *ret, GError **error)
{
	g_autofree char *words = words_canonical(code);
	g_autoptr(Query) query = NULL;
	size_t size = 0;
	const void *found;
	bool row;

	*ret = token_digest(words ? words : code);
	if (!words)
		return true;
	if (!count_words(self, error))
		return false;
	query = store_query(self->store, "find_sign_in_words");
	query_bind_blob(query, ":digest", ret->bytes, sizeof ret->bytes);
	if (!query_next(query, &row, error))
		return false;
	if (!row)
		return true;
	throttle_take_back(self->words, "school");
	found = query_blob(query, 0, &size);
	g_assert(size == sizeof ret->bytes);
	memcpy(ret->bytes, found, size);
	return true;
}

static bool remove_code(People *self, const Digest *digest, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_sign_in_code");

	query_bind_blob(query, ":digest", digest->bytes, sizeof digest->bytes);
	return query_run(query, error);
}

bool codes_find(People *self, const char *code, bool consume, SignInCode *ret, GError **error)
{
	g_autoptr(Query) query = NULL;
	Digest digest;
	bool row;

	if (!find_digest(self, code, &digest, error))
		return false;
	query = store_query(self->store, "find_sign_in_code");
	query_bind_blob(query, ":digest", digest.bytes, sizeof digest.bytes);
	query_bind_int(query, ":now", events_now_ms(self->events));
	if (!query_next(query, &row, error))
		return false;
	if (!row)
		return error_reason(error, ERROR_UNAUTHENTICATED, "code-used", "code",
				    "This link was used already or is too old; ask for a new one");
	if (consume && !remove_code(self, &digest, error))
		return false;
	ret->person = id_from(query_text(query, 0));
	ret->expires_ms = query_int(query, 1);
	ret->display_name = g_strdup(query_text(query, 2));
	return true;
}
