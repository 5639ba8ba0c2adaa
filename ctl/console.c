/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Requests to urokd over its control socket, by libcurl. */
#include "console.h"

#include "phrase.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define REPLY_MAX  (16 * 1024 * 1024) /* bytes */
#define PATIENCE_S 900L /* a demo school and the check of a long log take their time */
#define PAUSE_MS   250

struct Console {
	char *socket_path;
};

Console *console_new(const char *socket_path)
{
	Console *self = g_new0(Console, 1);

	curl_global_init(CURL_GLOBAL_DEFAULT);
	self->socket_path = g_strdup(socket_path);
	return self;
}

void console_free(Console *self)
{
	if (!self)
		return;
	curl_global_cleanup();
	g_free(self->socket_path);
	g_free(self);
}

static size_t on_data(char *data, size_t size, size_t count, void *reply)
{
	GString *text = reply;

	if (text->len + size * count > REPLY_MAX)
		return 0; /* libcurl ends the transfer */
	g_string_append_len(text, data, (gssize)(size * count));
	return size * count;
}

static bool explain_silence(const Console *self, CURLcode code, GError **error)
{
	if (code != CURLE_COULDNT_CONNECT)
		return error_set(error, ERROR_UNAVAILABLE, phrase("urokd did not finish its answer: %s.",
					"urokd не закончил ответ: %s."),
				 curl_easy_strerror(code));
	if (access(self->socket_path, W_OK) != 0 && errno == EACCES)
		return error_set(error, ERROR_UNAVAILABLE,
				 phrase("You may not use %s: it is root's and the group urok-admin's. "
					"Try it with sudo.",
					"Нет доступа к %s: он только для root и группы urok-admin. "
					"Попробуйте с sudo."),
				 self->socket_path);
	return error_set(error, ERROR_UNAVAILABLE,
			 phrase("urokd does not answer on %s. Is it running? (systemctl status urokd; "
				"urokctl doctor)",
				"urokd не отвечает на %s. Запущен ли он? (systemctl status urokd; "
				"urokctl doctor)"),
			 self->socket_path);
}

static ErrorCode code_of_status(long status)
{
	static const struct {
		long status;
		ErrorCode code;
	} known[] = {
		{401, ERROR_UNAUTHENTICATED}, {403, ERROR_FORBIDDEN}, {404, ERROR_NOT_FOUND},
		{409, ERROR_CONFLICT},	      {413, ERROR_TOO_LARGE}, {429, ERROR_BUSY},
		{503, ERROR_UNAVAILABLE},     {507, ERROR_NO_SPACE},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (known[i].status == status)
			return known[i].code;
	return status < 500 ? ERROR_INVALID : ERROR_INTERNAL;
}

/* A problem's detail is a sentence for people (RFC 9457 §3.1.4). */
static bool explain_problem(long status, const json_t *reply, GError **error)
{
	static const char URN[] = "urn:urok:problem:";
	const char *detail = json_string_value(json_object_get(reply, "detail"));
	const char *type = json_string_value(json_object_get(reply, "type"));
	const char *reason = NULL;

	if (type && g_str_has_prefix(type, URN))
		reason = g_intern_string(type + strlen(URN)); /* a reason outlives its error */
	if (!detail)
		detail = json_string_value(json_object_get(reply, "title"));
	if (!detail)
		return error_set(error, code_of_status(status), "urokd answered with status %ld.",
				 status);
	return error_reason(error, code_of_status(status), reason, NULL, "%s%s", detail,
			    g_str_has_suffix(detail, ".") ? "" : ".");
}

static void prepare(CURL *curl, const Console *self, const char *method, const char *path,
		    GString *ret_text)
{
	g_autofree char *url = g_strconcat("http://urok", path, NULL);

	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, self->socket_path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, PATIENCE_S);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, ret_text);
}

typedef struct {
	const char *type;
	const void *bytes;
	size_t size;
} Body;

/* A handle a request: used again, that of libcurl 7.88 (Debian 12) remembers where the last header of
 * the answer before was, and reads there when the next answer begins with a folded line. */
static CURLcode perform(const Console *self, const char *method, const char *path, const Body *body,
			GString *ret_text, long *ret_status)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Sec-Fetch-Site: same-origin");
	CURL *curl = curl_easy_init();
	CURLcode code;

	g_assert(curl);
	headers = curl_slist_append(headers, "Expect:");
	prepare(curl, self, method, path, ret_text);
	if (body) {
		headers = curl_slist_append(headers, body->type);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->size);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->bytes);
	}
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return code;
}

bool console_request(Console *self, const char *method, const char *path, json_t *body,
		     json_t **ret_reply, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(json_t) reply = NULL;
	g_autofree char *sent = body ? json_format(body) : NULL;
	const Body of_json = {"Content-Type: application/json", sent, sent ? strlen(sent) : 0};
	long status = 0;
	CURLcode code = perform(self, method, path, body ? &of_json : NULL, text, &status);

	if (code != CURLE_OK)
		return explain_silence(self, code, error);
	if (text->len > 0)
		reply = json_parse(text->str, text->len, NULL);
	if (status < 200 || status > 299)
		return explain_problem(status, reply, error);
	if (!reply && (text->len > 0 || ret_reply))
		return error_set(error, ERROR_INTERNAL,
				 "urokd's answer is no JSON: do both come from one release?");
	if (ret_reply)
		*ret_reply = g_steal_pointer(&reply);
	return true;
}

bool console_put(Console *self, const char *path, const void *bytes, size_t size, GError **error)
{
	const Body body = {"Content-Type: application/octet-stream", bytes, size};
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(json_t) reply = NULL;
	long status = 0;
	CURLcode code = perform(self, "PUT", path, &body, text, &status);

	if (code != CURLE_OK)
		return explain_silence(self, code, error);
	reply = text->len > 0 ? json_parse(text->str, text->len, NULL) : NULL;
	return (status >= 200 && status <= 299) || explain_problem(status, reply, error);
}

void console_pause(void)
{
	g_poll(NULL, 0, PAUSE_MS);
}
