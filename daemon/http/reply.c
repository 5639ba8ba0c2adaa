/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a request is answered with; errors as problem+json (RFC 9457). */
#include "http/request-private.h"
#include "base/log.h"

#include <string.h>

#define BUSY_RETRY_S 5

static const char JSON_TYPE[] = "application/json";
static const char PROBLEM_TYPE[] = "application/problem+json";

void reply_clear(Reply *self)
{
	g_free(self->text);
	g_clear_pointer(&self->bytes, g_bytes_unref);
	g_clear_pointer(&self->headers, g_ptr_array_unref);
	*self = (Reply){0};
}

bool reply_has_header(const Reply *self, const char *name)
{
	for (guint i = 0; self->headers && i < self->headers->len; i += 2)
		if (g_ascii_strcasecmp(self->headers->pdata[i], name) == 0)
			return true;
	return false;
}

/* Steals the text. Headers that were added before stay. */
static void reply_text(Request *self, unsigned status, const char *content_type, char *text)
{
	g_assert(!self->reply.status);
	self->reply.status = status;
	self->reply.content_type = content_type;
	self->reply.text = text;
	self->reply.size = text ? strlen(text) : 0;
}

void request_reply_json(Request *self, unsigned status, const char *json)
{
	reply_text(self, status, JSON_TYPE, g_strdup(json));
}

void request_reply_string(Request *self, unsigned status, GString *json)
{
	reply_text(self, status, JSON_TYPE, g_string_free(json, FALSE));
}

void request_reply_object(Request *self, unsigned status, json_t *object)
{
	reply_text(self, status, JSON_TYPE, json_format(object));
	json_decref(object);
}

void request_reply_empty(Request *self)
{
	reply_text(self, 204, NULL, NULL);
}

void request_reply_as(Request *self, unsigned status, const char *content_type, const char *text)
{
	reply_text(self, status, g_strcmp0(content_type, PROBLEM_TYPE) == 0 ? PROBLEM_TYPE : JSON_TYPE,
	           g_strdup(text));
	if (!text)
		self->reply.content_type = NULL;
}

void request_reply_bytes(Request *self, unsigned status, const char *content_type, GBytes *bytes)
{
	reply_text(self, status, g_intern_string(content_type), NULL);
	self->reply.bytes = g_bytes_ref(bytes);
	self->reply.size = g_bytes_get_size(bytes);
}

static bool is_header_value(const char *value)
{
	for (; *value; value++)
		if ((unsigned char)*value < ' ' || *value == 0x7f)
			return false;
	return true;
}

void request_add_header(Request *self, const char *name, const char *value)
{
	g_assert(is_header_value(value));
	if (!self->reply.headers)
		self->reply.headers = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(self->reply.headers, g_strdup(name));
	g_ptr_array_add(self->reply.headers, g_strdup(value));
}

void request_set_session(Request *self, const char *token, int max_age_s)
{
	g_autoptr(GString) cookie = g_string_new(self->http->cookie_name);

	g_string_append_printf(cookie, "=%s; Path=/; Secure; HttpOnly; SameSite=Lax",
	                       token ? token : "");
	if (!token || max_age_s > 0)
		g_string_append_printf(cookie, "; Max-Age=%d", token ? max_age_s : 0);
	request_add_header(self, "Set-Cookie", cookie->str);
}

static const char *title_of(unsigned status)
{
	static const struct {
		unsigned status;
		const char *title;
	} TITLES[] = {
	        {400, "The request is not valid"},   {401, "Not signed in"},
	        {403, "Not allowed"},                {404, "Not found"},
	        {405, "Method not allowed"},         {409, "In conflict with what is there"},
	        {413, "Too large"},                  {415, "Unsupported media type"},
	        {429, "Too many requests"},          {503, "Not available now"},
	        {507, "No space left"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(TITLES); i++)
		if (TITLES[i].status == status)
			return TITLES[i].title;
	return "Internal error";
}

static char *format_problem(unsigned status, const char *reason, const char *field,
                            const char *detail)
{
	g_autofree char *type = g_strconcat("urn:urok:problem:", reason, NULL);
	g_autoptr(json_t) problem = json_pack("{s:s, s:s, s:i, s:s}", "type", type, "title",
	                                      title_of(status), "status", (int)status, "detail",
	                                      detail);

	g_assert(problem);
	if (field)
		json_object_set_new(problem, "field", json_string(field));
	return json_format(problem);
}

void request_problem(Request *self, unsigned status, const char *reason, const char *field,
                     const char *detail)
{
	/* What the handler prepared (a cookie, a half of an answer) does not leave. */
	reply_clear(&self->reply);
	reply_text(self, status, PROBLEM_TYPE, format_problem(status, reason, field, detail));
}

static unsigned status_of(ErrorCode code)
{
	static const unsigned STATUS[] = {
	        [ERROR_INVALID] = 400,   [ERROR_UNAUTHENTICATED] = 401, [ERROR_FORBIDDEN] = 403,
	        [ERROR_NOT_FOUND] = 404, [ERROR_CONFLICT] = 409,        [ERROR_TOO_LARGE] = 413,
	        [ERROR_BUSY] = 429,      [ERROR_UNAVAILABLE] = 503,     [ERROR_NO_SPACE] = 507,
	        [ERROR_INTERNAL] = 500,
	};

	return STATUS[code];
}

char *error_to_problem(const GError *error, unsigned *ret_status)
{
	*ret_status = status_of(error_code(error));
	return format_problem(*ret_status, error_reason_of(error), error_field_of(error),
	                      error->message);
}

void request_fail(Request *self, const GError *error)
{
	ErrorCode code = error_code(error);
	unsigned retry_s = error_retry_after(error);
	g_autofree char *detail = g_utf8_make_valid(error->message, -1);
	char text[16];

	if (code == ERROR_INTERNAL) {
		log_failure(LOG_ERROR, error, "A request failed (%s %s)", method_name(self->method),
		            self->entry ? self->entry->route.path : "?");
		request_problem(self, 500, "internal", NULL,
		                "Something went wrong in the school's server. Its journal says "
		                "more to the administrator");
		return;
	}
	/* Which statement met it is the journal's. */
	request_problem(self, status_of(code), error_reason_of(error), error_field_of(error),
	                code == ERROR_NO_SPACE ? "The school's server has no space left" : detail);
	if (code == ERROR_BUSY && retry_s == 0)
		retry_s = BUSY_RETRY_S;
	if (retry_s == 0)
		return;
	g_snprintf(text, sizeof text, "%u", retry_s);
	request_add_header(self, "Retry-After", text);
}
