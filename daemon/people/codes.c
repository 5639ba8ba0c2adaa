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

static bool add_code(People *self, const char *code, const char *person, int64_t lifetime_s,
		     GError **error)
{
	g_autoptr(Query) old = store_query(self->store, "remove_old_sign_in_codes");
	g_autoptr(Query) add = store_query(self->store, "add_sign_in_code");
	int64_t now_ms = events_now_ms(self->events);
	Digest digest = token_digest(code);

	query_bind_int(old, ":now", now_ms);
	query_bind_blob(add, ":digest", digest.bytes, sizeof digest.bytes);
	query_bind_text(add, ":person", person);
	query_bind_int(add, ":expires", now_ms + lifetime_s * 1000);
	return query_run(old, error) && remove_surplus(self, person, SIGN_IN_CODES_MAX - 1, error) &&
	       query_run(add, error);
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
	if (!people_check_may_enter(self, query_text(query, 0), error))
		return NULL;
	code = token_new();
	if (!add_code(self, code, query_text(query, 0), lifetime_s, error))
		return NULL;
	*ret_display_name = g_strdup(query_text(query, 2));
	return g_steal_pointer(&code);
}

static bool remove_code(People *self, const Digest *digest, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_sign_in_code");

	query_bind_blob(query, ":digest", digest->bytes, sizeof digest->bytes);
	return query_run(query, error);
}

bool codes_find(People *self, const char *code, bool consume, SignInCode *ret, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_sign_in_code");
	Digest digest = token_digest(code);
	bool row;

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
