/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The words `start` and `probe`: where a picture comes from and how it is to be cut. */
#include "wire/wire-private.h"

#define URL_MAX	     1024
#define LOGIN_MAX    128
#define PASSWORD_MAX 256
#define NETWORK_MAX  64

static bool check_transport(const char *transport, GError **error)
{
	static const char *const KNOWN[] = {"auto", "tcp", "udp", NULL};

	return g_strv_contains(KNOWN, transport) ||
	       error_reason(error, ERROR_INVALID, "invalid", "transport",
			    "transport is auto, tcp or udp");
}

/* What both words have in common, as read. */
typedef struct {
	const char *word;
	const char *url;
	const char *login;
	const char *password;
	const char *transport;
	json_t *networks;
} Given;

#define SOURCE_FIELDS(given)                                                                       \
	{"word", FIELD_TEXT, true, 16, &(given).word},                                             \
		{"url", FIELD_TEXT, true, URL_MAX, &(given).url},                                  \
		{"login", FIELD_TEXT, false, LOGIN_MAX, &(given).login},                           \
		{"password", FIELD_TEXT, false, PASSWORD_MAX, &(given).password},                  \
		{"transport", FIELD_TEXT, true, 8, &(given).transport},                            \
	{                                                                                          \
		"networks", FIELD_ARRAY, true, WIRE_NETWORKS_MAX, &(given).networks                \
	}

static bool take_source(const Given *given, WireSource *ret_source, GError **error)
{
	if (!check_transport(given->transport, error) ||
	    !texts_read(given->networks, "networks", WIRE_NETWORKS_MAX, NETWORK_MAX,
			&ret_source->networks, error))
		return false;
	ret_source->url = g_strdup(given->url);
	ret_source->login = g_strdup(given->login);
	ret_source->password = g_strdup(given->password);
	ret_source->transport = g_strdup(given->transport);
	return true;
}

bool probe_read(const json_t *object, WireSource *ret_source, GError **error)
{
	Given given = {0};
	const Field fields[] = {SOURCE_FIELDS(given), {0}};

	return json_read(object, fields, error) && take_source(&given, ret_source, error);
}

bool start_read(const json_t *object, WireStart *ret_start, GError **error)
{
	Given given = {0};
	const char *broadcast = NULL;
	gint64 part_ms = 0;
	gint64 segment_ms = 0;
	const Field fields[] = {
		SOURCE_FIELDS(given),
		{"broadcast", FIELD_TEXT, true, 64, &broadcast},
		{"part_ms", FIELD_INT, true, 0, &part_ms},
		{"segment_ms", FIELD_INT, true, 0, &segment_ms},
		{0},
	};

	if (!json_read(object, fields, error) ||
	    !number_check(part_ms, "part_ms", 100, 2000, error) ||
	    !number_check(segment_ms, "segment_ms", 1000, 6000, error) ||
	    !take_source(&given, &ret_start->source, error))
		return false;
	ret_start->broadcast = g_strdup(broadcast);
	ret_start->part_ms = (unsigned)part_ms;
	ret_start->segment_ms = (unsigned)segment_ms;
	return true;
}

json_t *probe_to_json(const WireSource *source)
{
	return json_pack("{s:s, s:s?, s:s?, s:s, s:o}", "url", source->url, "login", source->login,
			 "password", source->password, "transport",
			 source->transport ? source->transport : "auto", "networks",
			 source->networks ? texts_to_json(source->networks) : json_array());
}

json_t *start_to_json(const WireStart *start)
{
	json_t *object = probe_to_json(&start->source);

	json_object_set_new(object, "broadcast", json_string(start->broadcast));
	json_object_set_new(object, "part_ms", json_integer(start->part_ms));
	json_object_set_new(object, "segment_ms", json_integer(start->segment_ms));
	return object;
}

void wire_source_clear(WireSource *source)
{
	g_clear_pointer(&source->url, g_free);
	g_clear_pointer(&source->login, g_free);
	g_clear_pointer(&source->password, g_free);
	g_clear_pointer(&source->transport, g_free);
	g_clear_pointer(&source->networks, g_strfreev);
}

void wire_source_copy(const WireSource *from, WireSource *to)
{
	*to = (WireSource){
		.url = g_strdup(from->url),
		.login = g_strdup(from->login),
		.password = g_strdup(from->password),
		.transport = g_strdup(from->transport),
		.networks = g_strdupv(from->networks),
	};
}

void wire_start_clear(WireStart *start)
{
	g_clear_pointer(&start->broadcast, g_free);
	wire_source_clear(&start->source);
}

void wire_start_copy(const WireStart *from, WireStart *to)
{
	*to = *from;
	to->broadcast = g_strdup(from->broadcast);
	wire_source_copy(&from->source, &to->source);
}
