/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Signing in, and changing a password: the two requests that wait for a thread.
 *
 * A try is counted before its password is hashed, so that a hundred at once gain nothing, and is
 * forgiven when it was right. An unknown login costs the same time and gets the same answer. */
#include "base/text.h"
#include "people/people-private.h"

#include <string.h>

/* Owned by the loop from the hashing's start to its end; the request may go away meanwhile. */
typedef struct {
	People *people;
	Request *request; /* NULL: the client is gone */
	char *account;	  /* the throttle's key */
	char *address;
	Id person;	  /* "": nobody has that login */
	char *known_hash; /* what the password was checked against */
	char *new_password;
	char *new_hash;
	bool own_device;
	bool right;
	bool waits; /* held again, for the second hashing */
	Handler then; /* after people_ask_password() */
	void *then_room;
} Attempt;

static void attempt_free(Attempt *self)
{
	g_free(self->account);
	g_free(self->address);
	g_free(self->known_hash);
	secret_free(self->new_password);
	secret_free(self->new_hash);
	g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Attempt, attempt_free)

static void on_gone(void *data)
{
	((Attempt *)data)->request = NULL;
}

/* Runs the next handler of a request that is still there; what it did not hold again has ended. */
static void go_on(Attempt *self, Handler then)
{
	self->waits = false;
	if (self->request)
		request_resume(self->request, then, self);
	if (!self->waits)
		attempt_free(self);
}

/* --- Throttling --- */

static char *account_key(const char *login)
{
	g_autofree char *folded = login_fold(login);
	Digest digest = digest_of(folded, strlen(folded));

	return base64url_encode(digest.bytes, sizeof digest.bytes);
}

static bool refuse_tries(int64_t wait_ms, GError **error)
{
	error_reason(error, ERROR_BUSY, "too-many-tries", NULL,
		     "Too many wrong tries; wait a little before the next one");
	if (error)
		error_set_retry_after(*error, (unsigned)((wait_ms + 999) / 1000));
	return false;
}

static bool count_try(People *self, const Attempt *attempt, GError **error)
{
	int64_t now_ms = self->boot_ms();
	int64_t wait_ms;

	if (!throttle_try(self->addresses, attempt->address, now_ms, &wait_ms))
		return refuse_tries(wait_ms, error);
	if (throttle_try(self->accounts, attempt->account, now_ms, &wait_ms))
		return true;
	throttle_take_back(self->addresses, attempt->address);
	return refuse_tries(wait_ms, error);
}

static void take_back_try(People *self, const Attempt *attempt)
{
	throttle_take_back(self->addresses, attempt->address);
	throttle_take_back(self->accounts, attempt->account);
}

static void forgive_try(People *self, const Attempt *attempt)
{
	throttle_take_back(self->addresses, attempt->address);
	throttle_forgive(self->accounts, attempt->account);
}

static bool refuse_password(GError **error)
{
	return error_reason(error, ERROR_UNAUTHENTICATED, "wrong-password", NULL,
			    "The login or the password is wrong");
}

/* --- A session begins --- */

bool people_reply_signed_in(People *self, Request *request, const char *person, bool own_device,
			    GError **error)
{
	const Actor *before = request_actor(request);
	g_autofree char *device = device_name(request_header(request, "User-Agent"));
	Actor actor = {.kind = ACTOR_PERSON, .person = id_from(person)};
	char *token;
	json_t *me;

	if (!people_check_may_enter(self, person, error))
		return false;
	if (before->kind == ACTOR_PERSON &&
	    !sessions_end(self->sessions, before->session.text, error))
		return false;
	token = sessions_start(self->sessions, person, own_device, device, &actor.session, error);
	if (!token)
		return false;
	me = people_me_json(self, &actor, error);
	if (me) {
		request_set_session(request, token, own_device ? (int)self->own_device_s : 0);
		request_reply_object(request, 201, me);
	}
	secret_free(token);
	return me != NULL;
}

static bool sign_in_by_code(People *self, Request *request, const char *code, bool own_device,
			    GError **error)
{
	SignInCode found = {0};

	if (!codes_find(self, code, true, &found, error))
		return false;
	g_free(found.display_name);
	return people_reply_signed_in(self, request, found.person.text, own_device, error);
}

/* --- By password --- */

/* What was checked may have changed while the thread worked. */
static bool is_still_known(People *self, const Attempt *attempt)
{
	g_autoptr(Query) query = store_query(self->store, "find_password");
	bool row;

	query_bind_text(query, ":person", attempt->person.text);
	return query_next(query, &row, NULL) && row && attempt->known_hash &&
	       strcmp(query_text(query, 0), attempt->known_hash) == 0;
}

static bool finish_sign_in(void *room, Request *request, GError **error)
{
	Attempt *attempt = room;
	People *self = attempt->people;

	if (!attempt->right || !is_still_known(self, attempt))
		return refuse_password(error);
	forgive_try(self, attempt);
	return people_reply_signed_in(self, request, attempt->person.text, attempt->own_device,
				      error);
}

static void on_checked_sign_in(void *data, bool right, const char *hash)
{
	Attempt *attempt = data;

	attempt->right = right;
	go_on(attempt, finish_sign_in);
}

static bool load_login(People *self, Attempt *attempt, const char *login, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_login");
	g_autofree char *folded = login_fold(login);
	bool row;

	query_bind_text(query, ":login", folded);
	if (!query_next(query, &row, error))
		return false;
	if (row) {
		attempt->person = id_from(query_text(query, 0));
		attempt->known_hash = g_strdup(query_text(query, 1));
	}
	return true;
}

static bool sign_in_by_password(People *self, Request *request, const char *login,
				const char *password, bool own_device, GError **error)
{
	g_autoptr(Attempt) attempt = g_new0(Attempt, 1);

	attempt->people = self;
	attempt->request = request;
	attempt->own_device = own_device;
	attempt->account = account_key(login);
	attempt->address = throttle_address(request_address(request));
	if (!load_login(self, attempt, login, error) || !count_try(self, attempt, error))
		return false;
	if (!passwords_check(self->passwords, password, attempt->known_hash, on_checked_sign_in,
			     attempt, error)) {
		take_back_try(self, attempt);
		return false;
	}
	request_hold(request, on_gone, g_steal_pointer(&attempt));
	return true;
}

bool sign_in(void *room, Request *request, GError **error)
{
	const char *login = NULL;
	const char *password = NULL;
	const char *code = NULL;
	bool own_device = false;
	const Field fields[] = {
		{"login", FIELD_TEXT, false, LOGIN_CHARACTERS_MAX, &login},
		{"password", FIELD_TEXT, false, PASSWORD_BYTES_MAX, &password},
		{"code", FIELD_TEXT, false, 2 * TOKEN_LENGTH, &code},
		{"own_device", FIELD_BOOL, false, 0, &own_device},
		{0},
	};

	if (!json_read(request_body(request), fields, error))
		return false;
	if (code && (login || password))
		return error_reason(error, ERROR_INVALID, "invalid", "code",
				    "Sign in by a code, or by login and password");
	if (code)
		return sign_in_by_code(room, request, code, own_device, error);
	if (!login || !password)
		return error_reason(error, ERROR_INVALID, "missing-field",
				    login ? "password" : "login", "%s is missing",
				    login ? "password" : "login");
	return sign_in_by_password(room, request, login, password, own_device, error);
}

/* --- Passwords that are set --- */

bool people_check_password(People *self, const char *password, const char *login, GError **error)
{
	g_autofree char *school =
		self->dup_school_name ? self->dup_school_name(self->school_room) : NULL;
	const char *const words[] = {login ? login : "", school ? school : "", NULL};

	return passwords_check_strength("password", password, words, error);
}

bool people_set_password_hash(People *self, const char *person, const char *hash, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "set_password");

	query_bind_text(query, ":person", person);
	query_bind_text(query, ":hash", hash);
	query_bind_int(query, ":now", events_now_ms(self->events));
	return query_run(query, error);
}

typedef struct {
	PasswordHashed done;
	void *data;
} Hashing;

static void on_hashed(void *data, bool right, const char *hash)
{
	g_autofree Hashing *hashing = data;

	hashing->done(hashing->data, hash);
}

bool people_hash_password(People *self, const char *password, PasswordHashed done, void *data,
			  GError **error)
{
	g_autofree Hashing *hashing = g_new0(Hashing, 1);

	hashing->done = done;
	hashing->data = data;
	if (!passwords_hash(self->passwords, password, on_hashed, hashing, error))
		return false;
	g_steal_pointer(&hashing);
	return true;
}

/* --- PUT /me/password --- */

static bool refuse_current(GError **error)
{
	return error_reason(error, ERROR_FORBIDDEN, "wrong-password", "current",
			    "The current password is wrong");
}

/* Somebody was blocked or let in anew while the thread worked, and this session ended with it. */
static bool check_still_in(People *self, const Actor *actor, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "is_session_of");
	bool row;

	query_bind_text(query, ":id", actor->session.text);
	query_bind_text(query, ":person", actor->person.text);
	if (!query_next(query, &row, error))
		return false;
	return row || error_set(error, ERROR_UNAUTHENTICATED, "Please sign in");
}

static bool finish_change(void *room, Request *request, GError **error)
{
	Attempt *attempt = room;
	People *self = attempt->people;
	const Actor *actor = request_actor(request);

	if (!attempt->new_hash)
		return error_set(error, ERROR_UNAVAILABLE,
				 "The school's server is short of memory; try again soon");
	if (!check_still_in(self, actor, error))
		return false;
	if (attempt->known_hash && !is_still_known(self, attempt))
		return refuse_current(error);
	if (!people_set_password_hash(self, actor->person.text, attempt->new_hash, error) ||
	    !sessions_end_others(self->sessions, actor->person.text, actor->session.text, error) ||
	    !codes_remove_all(self, actor->person.text, error))
		return false;
	request_reply_empty(request);
	return true;
}

static void on_hashed_change(void *data, bool right, const char *hash)
{
	Attempt *attempt = data;

	attempt->new_hash = g_strdup(hash);
	go_on(attempt, finish_change);
}

static bool hash_new(Attempt *attempt, Request *request, GError **error)
{
	if (!passwords_hash(attempt->people->passwords, attempt->new_password, on_hashed_change,
			    attempt, error))
		return false;
	request_hold(request, on_gone, attempt);
	attempt->waits = true;
	return true;
}

static bool continue_change(void *room, Request *request, GError **error)
{
	Attempt *attempt = room;

	if (!attempt->right)
		return refuse_current(error);
	forgive_try(attempt->people, attempt);
	return hash_new(attempt, request, error);
}

static void on_checked_change(void *data, bool right, const char *hash)
{
	Attempt *attempt = data;

	attempt->right = right;
	go_on(attempt, continue_change);
}

/* ret_login: NULL when there is none. */
static bool load_account(Attempt *attempt, char **ret_login, GError **error)
{
	g_autoptr(Query) query = store_query(attempt->people->store, "find_login_of");

	query_bind_text(query, ":id", attempt->person.text);
	if (!query_one(query, error))
		return false;
	*ret_login = g_strdup(query_text(query, 0));
	attempt->known_hash = g_strdup(query_text(query, 1));
	attempt->account = account_key(*ret_login ? *ret_login : attempt->person.text);
	return true;
}

static bool load_own(People *self, Attempt *attempt, const char *new_password, GError **error)
{
	g_autofree char *school =
		self->dup_school_name ? self->dup_school_name(self->school_room) : NULL;
	g_autofree char *login = NULL;

	if (!load_account(attempt, &login, error))
		return false;
	return passwords_check_strength(
		"new", new_password,
		(const char *const[]){login ? login : "", school ? school : "", NULL}, error);
}

static bool check_current(Attempt *attempt, Request *request, const char *current, GError **error)
{
	People *self = attempt->people;

	if (!current)
		return error_reason(error, ERROR_INVALID, "missing-field", "current",
				    "current is missing");
	if (!count_try(self, attempt, error))
		return false;
	if (passwords_check(self->passwords, current, attempt->known_hash, on_checked_change,
			    attempt, error)) {
		request_hold(request, on_gone, attempt);
		return true;
	}
	take_back_try(self, attempt);
	return false;
}

bool change_password(void *room, Request *request, GError **error)
{
	g_autoptr(Attempt) attempt = g_new0(Attempt, 1);
	const char *current = NULL;
	const char *new_password = NULL;
	const Field fields[] = {
		{"current", FIELD_TEXT, false, PASSWORD_BYTES_MAX, &current},
		{"new", FIELD_TEXT, true, PASSWORD_BYTES_MAX, &new_password},
		{0},
	};

	attempt->people = room;
	attempt->request = request;
	attempt->person = request_actor(request)->person;
	attempt->address = throttle_address(request_address(request));
	if (!json_read(request_body(request), fields, error) ||
	    !load_own(room, attempt, new_password, error))
		return false;
	attempt->new_password = g_strdup(new_password);
	if (attempt->known_hash ? !check_current(attempt, request, current, error)
				: !hash_new(attempt, request, error))
		return false;
	g_steal_pointer(&attempt);
	return true;
}

/* --- The own password once more --- */

static bool continue_asked(void *room, Request *request, GError **error)
{
	Attempt *attempt = room;
	People *self = attempt->people;

	if (!attempt->right || !is_still_known(self, attempt))
		return error_reason(error, ERROR_FORBIDDEN, "wrong-password", "password",
				    "The password is wrong");
	forgive_try(self, attempt);
	return check_still_in(self, request_actor(request), error) &&
	       attempt->then(attempt->then_room, request, error);
}

static void on_asked(void *data, bool right, const char *hash)
{
	Attempt *attempt = data;

	attempt->right = right;
	go_on(attempt, continue_asked);
}

bool people_ask_password(People *self, Request *request, const char *password, Handler then,
			 void *room, GError **error)
{
	g_autoptr(Attempt) attempt = g_new0(Attempt, 1);
	g_autofree char *login = NULL;

	attempt->people = self;
	attempt->request = request;
	attempt->then = then;
	attempt->then_room = room;
	attempt->person = request_actor(request)->person;
	attempt->address = throttle_address(request_address(request));
	if (!load_account(attempt, &login, error))
		return false;
	if (!attempt->known_hash)
		return error_reason(error, ERROR_CONFLICT, "no-password", NULL,
				    "Set a password of your own first");
	if (!count_try(self, attempt, error))
		return false;
	if (!passwords_check(self->passwords, password, attempt->known_hash, on_asked, attempt,
			     error)) {
		take_back_try(self, attempt);
		return false;
	}
	request_hold(request, on_gone, g_steal_pointer(&attempt));
	return true;
}
