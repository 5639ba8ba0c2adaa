/* SPDX-License-Identifier: LGPL-2.1-or-later
 * libcurl speaks HTTP over TLS. Never without a certificate that can be verified, never on to
 * another address than the one that was asked. */
#include "web-private.h"

#include <curl/curl.h>
#include <string.h>

#define CONNECT_S      15L
#define WHOLE_S	       50L
#define USER_AGENT     "Urok"

static bool read_ask(const json_t *job, WebAsk *ret, GError **error)
{
	static const char *const METHODS[] = {"GET", "POST", "PUT", "DELETE", NULL};
	const Field fields[] = {
		{"url", FIELD_TEXT, true, 2000, &ret->url},
		{"method", FIELD_TEXT, true, 8, &ret->method},
		{"body", FIELD_TEXT, false, 0, &ret->body},
		{"authority", FIELD_TEXT, false, 0, &ret->authority},
		{"certificate", FIELD_TEXT, false, 0, &ret->certificate},
		{"key", FIELD_TEXT, false, 0, &ret->key},
		{0},
	};

	if (!json_read(job, fields, error))
		return false;
	return web_check_address(ret, METHODS, error);
}

bool web_check_address(const WebAsk *ask, const char *const methods[], GError **error)
{
	return (g_str_has_prefix(ask->url, "https://") && g_strv_contains(methods, ask->method)) ||
	       error_set(error, ERROR_INVALID, "The request is not addressed rightly");
}

static size_t take(char *bytes, size_t size, size_t count, void *data)
{
	GByteArray *answer = data;

	if (answer->len + size * count > WEB_ANSWER_MOST)
		return 0;
	g_byte_array_append(answer, (const guint8 *)bytes, (guint)(size * count));
	return size * count;
}

static struct curl_blob blob_of(const char *text)
{
	return (struct curl_blob){(void *)text, text ? strlen(text) : 0, CURL_BLOB_COPY};
}

static void identify(CURL *curl, const WebAsk *ask)
{
	struct curl_blob authority = blob_of(ask->authority);
	struct curl_blob certificate = blob_of(ask->certificate);
	struct curl_blob key = blob_of(ask->key);

	if (ask->authority)
		curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &authority);
	if (ask->certificate && ask->key) {
		curl_easy_setopt(curl, CURLOPT_SSLCERT_BLOB, &certificate);
		curl_easy_setopt(curl, CURLOPT_SSLKEY_BLOB, &key);
	}
}

static void prepare(CURL *curl, const WebAsk *ask, struct curl_slist *headers, GByteArray *answer)
{
	curl_easy_setopt(curl, CURLOPT_URL, ask->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, WHOLE_S);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, USER_AGENT);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method);
	if (ask->body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)ask->body_size);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask->body);
	}
	curl_easy_setopt(curl, CURLOPT_NOBODY, strcmp(ask->method, "HEAD") == 0 ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	identify(curl, ask);
}

static const char *reason_of(CURLcode code)
{
	static const struct {
		CURLcode code;
		const char *reason;
	} KNOWN[] = {
		{CURLE_URL_MALFORMAT, "name-not-found"},
		{CURLE_COULDNT_RESOLVE_HOST, "name-not-found"},
		{CURLE_COULDNT_CONNECT, "no-connection"},
		{CURLE_OPERATION_TIMEDOUT, "no-answer"},
		{CURLE_GOT_NOTHING, "no-answer"},
		{CURLE_RECV_ERROR, "no-answer"},
		{CURLE_SSL_CONNECT_ERROR, "no-tls"},
		{CURLE_PEER_FAILED_VERIFICATION, "bad-certificate"},
		{CURLE_SSL_CACERT_BADFILE, "bad-authority"},
		{CURLE_SSL_CERTPROBLEM, "bad-key"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(KNOWN); i++)
		if (KNOWN[i].code == code)
			return KNOWN[i].reason;
	return "no-answer";
}

/* «https://name:port»: whoever guards against other sites' pages wants to hear it. */
static char *origin_of(const char *url)
{
	const char *path = strchr(url + strlen("https://"), '/');

	return path ? g_strndup(url, (gsize)(path - url)) : g_strdup(url);
}

static struct curl_slist *make_headers(const WebAsk *ask)
{
	g_autofree char *from = origin_of(ask->url);
	g_autofree char *origin = g_strconcat("Origin: ", from, NULL);
	struct curl_slist *headers = curl_slist_append(NULL, origin);

	headers = curl_slist_append(headers, "Accept: application/json");
	for (const char *const *more = ask->headers; more && *more; more++)
		headers = curl_slist_append(headers, *more);
	return headers;
}

void web_perform(CURL *curl, const WebAsk *ask, JobResult *result)
{
	g_autoptr(GByteArray) answer = g_byte_array_new();
	struct curl_slist *headers = make_headers(ask);
	long status = 0;
	CURLcode code;

	prepare(curl, ask, headers, answer);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	json_object_set_new(result->facts, "reason",
			    json_text_or_null(code == CURLE_OK ? NULL : reason_of(code)));
	json_object_set_new(result->facts, "status", json_integer(status));
	if (code == CURLE_OK && answer->len)
		g_ptr_array_add(result->parts,
				g_byte_array_free_to_bytes(g_steal_pointer(&answer)));
}

bool web_with_curl(void (*work)(CURL *curl, const void *what, JobResult *result), const void *what,
		   JobResult *result, GError **error)
{
	CURL *curl;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	curl = curl_easy_init();
	if (!curl)
		return error_set(error, ERROR_INTERNAL, "There is no libcurl to work with");
	work(curl, what, result);
	curl_easy_cleanup(curl);
	curl_global_cleanup();
	return true;
}

static void perform(CURL *curl, const void *ask, JobResult *result)
{
	web_perform(curl, ask, result);
}

bool web_ask(const json_t *job, int input, JobResult *result, GError **error)
{
	static const char *const AS_JSON[] = {"Content-Type: application/json", NULL};
	WebAsk ask = {0};

	if (!read_ask(job, &ask, error))
		return false;
	ask.body_size = ask.body ? strlen(ask.body) : 0;
	ask.headers = ask.body ? AS_JSON : NULL;
	return web_with_curl(perform, &ask, result, error);
}
