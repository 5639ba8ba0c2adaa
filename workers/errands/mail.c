/* SPDX-License-Identifier: LGPL-2.1-or-later
 * libcurl speaks SMTP and TLS and writes the MIME text. The connection is never without TLS, and
 * never with a certificate that cannot be verified. */
#include "mail.h"
#include "words.h"

#include <curl/curl.h>
#include <string.h>

#define CONNECT_S 15L
#define WHOLE_S   50L

typedef struct {
	const char *server;
	gint64 port;
	const char *security;
	const char *login;
	const char *password;
	const char *authority;
	const char *from;
	const char *from_name;
	const char *to;
	const char *subject;
	const char *text;
	const char *id; /* the same at every try of a letter; NULL: it has only one */
} Message;

static bool read_message(const json_t *job, Message *ret, GError **error)
{
	const Field fields[] = {
		{"server", FIELD_TEXT, true, 253, &ret->server},
		{"port", FIELD_INT, true, 0, &ret->port},
		{"security", FIELD_TEXT, true, 8, &ret->security},
		{"login", FIELD_TEXT, false, 256, &ret->login},
		{"password", FIELD_TEXT, false, 1024, &ret->password},
		{"authority", FIELD_TEXT, false, 0, &ret->authority},
		{"from", FIELD_TEXT, true, 254, &ret->from},
		{"from_name", FIELD_TEXT, false, 200, &ret->from_name},
		{"to", FIELD_TEXT, true, 254, &ret->to},
		{"subject", FIELD_TEXT, true, 200, &ret->subject},
		{"text", FIELD_TEXT, true, 0, &ret->text},
		{"id", FIELD_ID, false, 0, &ret->id},
		{0},
	};

	if (!json_read(job, fields, error))
		return false;
	if (!words_is_address(ret->from) || !words_is_address(ret->to) ||
	    !words_is_host(ret->server) || ret->port < 1 || ret->port > 65535)
		return error_set(error, ERROR_INVALID, "The message is not addressed rightly");
	return true;
}

/* --- The text --- */

static struct curl_slist *add_header(struct curl_slist *list, char *line)
{
	struct curl_slist *longer = curl_slist_append(list, line);

	g_free(line);
	return longer;
}

static struct curl_slist *make_headers(const Message *message)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *chance = g_uuid_string_random();
	const char *id = message->id ? message->id : chance;
	g_autofree char *subject = words_encode(message->subject);
	g_autofree char *name = message->from_name ? words_encode(message->from_name) : NULL;
	struct curl_slist *list = NULL;

	list = add_header(list, words_format_date(now));
	list = add_header(list, name ? g_strdup_printf("From: %s <%s>", name, message->from)
	                             : g_strdup_printf("From: %s", message->from));
	list = add_header(list, g_strdup_printf("To: %s", message->to));
	list = add_header(list, g_strdup_printf("Subject: %s", subject));
	list = add_header(list, g_strdup_printf("Message-ID: <%s%s>", id, strchr(message->from, '@')));
	/* Nobody's absence notice answers a machine (RFC 3834). */
	return add_header(list, g_strdup("Auto-Submitted: auto-generated"));
}

static curl_mime *make_body(CURL *curl, const Message *message)
{
	curl_mime *mime = curl_mime_init(curl);
	curl_mimepart *part = mime ? curl_mime_addpart(mime) : NULL;

	if (!part || curl_mime_data(part, message->text, CURL_ZERO_TERMINATED) != CURLE_OK ||
	    curl_mime_type(part, "text/plain; charset=utf-8") != CURLE_OK ||
	    curl_mime_encoder(part, "base64") != CURLE_OK) {
		curl_mime_free(mime);
		return NULL;
	}
	return mime;
}

/* --- The way --- */

static void prepare(CURL *curl, const Message *message, const struct curl_slist *to,
                    const struct curl_slist *headers, curl_mime *body)
{
	bool at_once = strcmp(message->security, "tls") == 0;
	g_autofree char *url = g_strdup_printf("%s://%s:%d", at_once ? "smtps" : "smtp",
	                                       message->server, (int)message->port);
	struct curl_blob authority = {(void *)message->authority,
	                              message->authority ? strlen(message->authority) : 0,
	                              CURL_BLOB_COPY};

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, WHOLE_S);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	if (message->authority)
		curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &authority);
	if (message->login) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, message->login);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, message->password ? message->password : "");
	}
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, message->from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_MIMEPOST, body);
}

/* What it was that did not go, by the library's code and, where it knows several, its own words. */
static const char *reason_of(CURLcode code, long said, const char *words)
{
	static const struct {
		CURLcode code;
		const char *reason;
	} KNOWN[] = {
		{CURLE_COULDNT_RESOLVE_HOST, "mail-name-not-found"},
		{CURLE_COULDNT_CONNECT, "mail-no-connection"},
		{CURLE_OPERATION_TIMEDOUT, "mail-no-answer"},
		{CURLE_GOT_NOTHING, "mail-no-answer"},
		{CURLE_RECV_ERROR, "mail-no-answer"},
		{CURLE_WEIRD_SERVER_REPLY, "mail-no-answer"},
		{CURLE_USE_SSL_FAILED, "mail-no-tls"},
		{CURLE_SSL_CONNECT_ERROR, "mail-no-tls"},
		{CURLE_PEER_FAILED_VERIFICATION, "mail-bad-certificate"},
		{CURLE_LOGIN_DENIED, "mail-wrong-password"},
	};

	if (g_str_has_prefix(words, "RCPT failed"))
		return "mail-address-refused";
	if (g_str_has_prefix(words, "MAIL failed"))
		return "mail-sender-refused";
	if (said >= 400 && (code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_RECV_ERROR))
		return "mail-refused";
	for (size_t i = 0; i < G_N_ELEMENTS(KNOWN); i++)
		if (KNOWN[i].code == code)
			return KNOWN[i].reason;
	return "mail-refused";
}

static void tell(CURL *curl, CURLcode code, const char *words, JobResult *result)
{
	long said = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &said);
	json_object_set_new(result->facts, "reason",
	                    json_text_or_null(code == CURLE_OK ? NULL : reason_of(code, said, words)));
	json_object_set_new(result->facts, "server_code", json_integer(said));
}

static bool deliver(CURL *curl, const Message *message, JobResult *result, GError **error)
{
	struct curl_slist *to = curl_slist_append(NULL, message->to);
	struct curl_slist *headers = make_headers(message);
	curl_mime *body = make_body(curl, message);
	char words[CURL_ERROR_SIZE] = "";

	if (to && headers && body) {
		prepare(curl, message, to, headers, body);
		curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
		tell(curl, curl_easy_perform(curl), words, result);
	} else {
		error_set(error, ERROR_INTERNAL, "The message could not be written");
	}
	curl_mime_free(body);
	curl_slist_free_all(headers);
	curl_slist_free_all(to);
	return json_object_get(result->facts, "reason") != NULL;
}

bool mail_send(const json_t *job, int input, JobResult *result, GError **error)
{
	Message message = {0};
	CURL *curl;
	bool done;

	if (!read_message(job, &message, error))
		return false;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	curl = curl_easy_init();
	done = curl ? deliver(curl, &message, result, error)
	            : error_set(error, ERROR_INTERNAL, "There is no libcurl to work with");
	curl_easy_cleanup(curl);
	curl_global_cleanup();
	return done;
}
