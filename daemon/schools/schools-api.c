/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One's own other schools, and the way from one's own box into the cloud. */
#include "schools/schools-private.h"

#include <string.h>

static const Field NOTHING[] = {{0}};

/* --- May the directory be asked, and what it said --- */

static bool is_leaving(Schools *self, const char *person)
{
	g_autoptr(Query) query = store_query(self->store, "find_school_leaving");
	bool row;

	query_bind_text(query, ":person", person);
	return query_next(query, &row, NULL) && row;
}

static bool check_open(Schools *self, const Actor *actor, GError **error)
{
	switch (schools_state(self)) {
	case DIRECTORY_NONE:
		return error_reason(error, ERROR_CONFLICT, "no-cloud", NULL,
		                    "This school is not joined to a cloud");
	case DIRECTORY_HELD:
		return error_reason(error, ERROR_CONFLICT, "cloud-held", NULL,
		                    "The school's administrator has not allowed people's data to "
		                    "leave the school");
	case DIRECTORY_OPEN:
		break;
	}
	if (!is_leaving(self, actor->person.text))
		return true;
	schools_exchange_soon(self);
	return error_reason(error, ERROR_BUSY, "busy", NULL,
	                    "Earlier links to other schools are just ending; try again in a minute");
}

static bool pass_failure(const Asking *asking, GError **error)
{
	if (!asking->failure)
		return true;
	if (error_is(asking->failure, ERROR_UNAVAILABLE))
		return error_reason(error, ERROR_UNAVAILABLE, "cloud-away", NULL,
		                    "The cloud cannot be reached now; try again later");
	g_propagate_error(error, g_error_copy(asking->failure));
	return false;
}

/* --- GET /me/schools --- */

static void reply_schools(Schools *self, Request *request, json_t *reply)
{
	static const char *const STATES[] = {"none", "held", "open"};

	json_object_set_new(reply, "state", json_string(STATES[schools_state(self)]));
	json_object_set_new(reply, "at", json_string(self->is_box ? "school" : "cloud"));
	if (!json_object_get(reply, "schools"))
		json_object_set_new(reply, "schools", json_array());
	if (!json_object_get(reply, "as_of"))
		json_object_set_new(reply, "as_of", json_null());
	request_reply_object(request, 200, reply);
}

/* The one whose card was told. */
static json_t *schools_of(const json_t *body, const char *person)
{
	const json_t *member;
	size_t i;

	json_array_foreach(json_object_get(body, "members"), i, member)
	{
		const char *id = json_string_value(json_object_get(member, "person"));

		if (g_strcmp0(id, person) == 0)
			return json_object_get(member, "schools");
	}
	return NULL;
}

static bool finish_schools(void *room, Request *request, GError **error)
{
	Asking *asking = room;
	Schools *self = asking->schools;
	json_t *schools = schools_of(asking->body, asking->person.text);

	if (asking->failure) {
		json_t *reply = schools_find_kept(self, asking->person.text);
		reply_schools(self, request, reply ? reply : json_object());
		return true;
	}
	schools_keep(self, asking->person.text, schools);
	reply_schools(self, request, schools ? json_pack("{s:O}", "schools", schools) : json_object());
	return true;
}

static bool get_schools(void *room, Request *request, GError **error)
{
	Schools *self = room;
	const char *person = request_actor(request)->person.text;
	json_t *words;

	if (schools_state(self) != DIRECTORY_OPEN || is_leaving(self, person)) {
		reply_schools(self, request, json_object());
		return true;
	}
	words = schools_words(self, person, error);
	if (!words)
		return false;
	json_object_set_new(words, "members", json_pack("[O]", json_object_get(words, "card")));
	json_object_del(words, "card");
	schools_hold(self, request, PUT, "/box/v1/members", words, finish_schools);
	return true;
}

/* --- The code of one school in the other --- */

static bool finish_code(void *room, Request *request, GError **error)
{
	const Asking *asking = room;

	if (!pass_failure(asking, error))
		return false;
	request_reply_object(request, 201,
	                     json_pack("{s:O?, s:O?}", "code", json_object_get(asking->body, "code"),
	                               "lives_s", json_object_get(asking->body, "lives_s")));
	return true;
}

static bool post_code(void *room, Request *request, GError **error)
{
	Schools *self = room;
	const Actor *actor = request_actor(request);
	json_t *words;

	if (!json_read(request_body(request), NOTHING, error) || !check_open(self, actor, error))
		return false;
	words = schools_words(self, actor->person.text, error);
	if (!words)
		return false;
	schools_hold(self, request, POST, "/box/v1/joins", words, finish_code);
	return true;
}

/* Twelve digits, however they were grouped. */
static bool read_code(const char *typed, char ret_code[CODE_DIGITS + 1], GError **error)
{
	const char *at = typed;
	size_t n = 0;

	for (; *at; at++) {
		if (*at == ' ' || *at == '-')
			continue;
		if (*at < '0' || *at > '9' || n == CODE_DIGITS)
			break;
		ret_code[n++] = *at;
		ret_code[n] = '\0';
	}
	return (n == CODE_DIGITS && !*at) ||
	       error_reason(error, ERROR_INVALID, "invalid", "code", "A code has %d digits",
	                    CODE_DIGITS);
}

static bool count_try(Schools *self, const char *key, GError **error)
{
	int64_t wait_ms;

	if (throttle_try(self->tries, key, self->boot_ms(), &wait_ms))
		return true;
	error_reason(error, ERROR_BUSY, "too-many-tries", NULL,
	             "Too many wrong codes; wait a little before the next one");
	if (error)
		error_set_retry_after(*error, (unsigned)((wait_ms + 999) / 1000));
	return false;
}

static bool finish_join(void *room, Request *request, GError **error)
{
	const Asking *asking = room;

	if (asking->failure && g_strcmp0(error_reason_of(asking->failure), "code-wrong") == 0)
		return pass_failure(asking, error);
	/* The code was right, or nobody looked at it. */
	throttle_take_back(asking->schools->tries, asking->person.text);
	if (!pass_failure(asking, error))
		return false;
	request_reply_empty(request);
	return true;
}

static bool post_school(void *room, Request *request, GError **error)
{
	Schools *self = room;
	const Actor *actor = request_actor(request);
	const char *typed = NULL;
	const Field fields[] = {{"code", FIELD_TEXT, true, 40, &typed}, {0}};
	char code[CODE_DIGITS + 1] = "";
	json_t *words;

	if (!json_read(request_body(request), fields, error) || !read_code(typed, code, error) ||
	    !check_open(self, actor, error) || !count_try(self, actor->person.text, error))
		return false;
	words = schools_words(self, actor->person.text, error);
	if (!words)
		return false;
	json_object_set_new(words, "code", json_string(code));
	schools_hold(self, request, PUT, "/box/v1/joins", words, finish_join);
	return true;
}

/* --- Yes and no --- */

static bool finish_empty(void *room, Request *request, GError **error)
{
	if (!pass_failure(room, error))
		return false;
	request_reply_empty(request);
	return true;
}

static char *path_of(const Actor *actor, const char *school)
{
	return g_strdup_printf("/box/v1/members/%s/schools/%s", actor->person.text, school);
}

static bool put_school(void *room, Request *request, GError **error)
{
	Schools *self = room;
	const Actor *actor = request_actor(request);
	g_autofree char *path = NULL;
	const char *school;
	json_t *words;

	if (!request_param_id(request, "school", &school, error) ||
	    !json_read(request_body(request), NOTHING, error) || !check_open(self, actor, error))
		return false;
	words = schools_words(self, actor->person.text, error);
	if (!words)
		return false;
	path = path_of(actor, school);
	schools_hold(self, request, PUT, path, words, finish_empty);
	return true;
}

static bool delete_school(void *room, Request *request, GError **error)
{
	Schools *self = room;
	const Actor *actor = request_actor(request);
	g_autofree char *path = NULL;
	const char *school;

	if (!request_param_id(request, "school", &school, error) || !check_open(self, actor, error))
		return false;
	path = path_of(actor, school);
	schools_hold(self, request, DELETE, path, NULL, finish_empty);
	return true;
}

/* --- The way into the cloud --- */

static bool finish_entry(void *room, Request *request, GError **error)
{
	const Asking *asking = room;

	if (asking->failure && error_is(asking->failure, ERROR_NOT_FOUND))
		return error_reason(error, ERROR_CONFLICT, "not-there-yet", NULL,
		                    "The cloud does not know you yet; try again in some minutes");
	if (!pass_failure(asking, error))
		return false;
	request_reply_object(request, 201,
	                     json_pack("{s:O?, s:O?}", "url", json_object_get(asking->body, "url"),
	                               "expires_at", json_object_get(asking->body, "expires")));
	return true;
}

/* The password was right: now the link may be asked for. */
static bool ask_entry(void *room, Request *request, GError **error)
{
	Schools *self = room;
	const Actor *actor = request_actor(request);

	if (!check_open(self, actor, error))
		return false;
	schools_hold(self, request, POST, "/box/v1/entries",
	             json_pack("{s:s}", "person", actor->person.text), finish_entry);
	return true;
}

static bool post_entry(void *room, Request *request, GError **error)
{
	Schools *self = room;
	const char *password = NULL;
	const Field fields[] = {{"password", FIELD_TEXT, true, 256, &password}, {0}};

	if (!json_read(request_body(request), fields, error))
		return false;
	if (!self->is_box)
		return error_reason(error, ERROR_CONFLICT, "at-the-cloud", NULL,
		                    "You are in the cloud already");
	if (!check_open(self, request_actor(request), error))
		return false;
	return people_ask_password(self->people, request, password, ask_entry, self, error);
}

const Route SCHOOLS_ROUTES[] = {
	{GET, "/api/v1/me/schools", "signed-in", 0, get_schools},
	{POST, "/api/v1/me/schools", "signed-in", 128, post_school},
	{POST, "/api/v1/me/schools/codes", "signed-in", 64, post_code, ROUTE_SECRET},
	{PUT, "/api/v1/me/schools/:school", "signed-in", 64, put_school},
	{DELETE, "/api/v1/me/schools/:school", "signed-in", 0, delete_school},
	{POST, "/api/v1/me/cloud-entries", "signed-in", 512, post_entry, ROUTE_SECRET},
	{0},
};
