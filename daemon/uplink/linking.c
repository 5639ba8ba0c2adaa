/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A link is made: a key here, a certificate from there, by a code that the cloud's people gave. */
#include "uplink/uplink-private.h"

#include "base/crypto.h"
#include "base/log.h"
#include "uplink/identity.h"

#include <string.h>

#define AUTHORITY_MAX 16384
#define CODE_MAX      64

struct Linking {
	Uplink *uplink;
	Request *request; /* NULL: who asked has left; it goes on */
	UplinkAsk *ask;
	char *cloud;
	char *authority; /* of the cloud's web server; NULL: one of the system's */
	char *key;
	GError *failure;
};

void linking_free(Linking *self)
{
	if (!self)
		return;
	if (self->ask)
		uplink_ask_cancel(self->ask);
	g_free(self->cloud);
	g_free(self->authority);
	secret_free(self->key);
	g_clear_error(&self->failure);
	g_free(self);
}

/* "https://cloud.example" or with a port, and nothing behind it; owned. */
static char *read_address(const char *text, GError **error)
{
	g_autofree char *trimmed = g_strstrip(g_strdup(text));
	g_autofree char *full = strstr(trimmed, "://") ? g_strdup(trimmed)
	                                               : g_strconcat("https://", trimmed, NULL);
	g_autoptr(GUri) uri = g_uri_parse(full, G_URI_FLAGS_NONE, NULL);
	const char *path = uri ? g_uri_get_path(uri) : NULL;

	if (!uri || strcmp(g_uri_get_scheme(uri), "https") != 0 || !g_uri_get_host(uri) ||
	    !*g_uri_get_host(uri) || g_uri_get_userinfo(uri) || g_uri_get_query(uri) ||
	    g_uri_get_fragment(uri) || (*path && strcmp(path, "/") != 0)) {
		error_reason(error, ERROR_INVALID, "invalid", "address",
		             "The cloud's address looks like https://cloud.example");
		return NULL;
	}
	if (g_str_has_suffix(full, "/"))
		full[strlen(full) - 1] = '\0';
	return g_steal_pointer(&full);
}

typedef struct {
	const char *code;
	const char *password; /* NULL: none was said */
} Proof;

static bool read_wish(Linking *self, const json_t *body, Proof *ret, GError **error)
{
	const char *address = NULL, *authority = NULL;
	const Field fields[] = {
	        {"address", FIELD_TEXT, true, 300, &address},
	        {"code", FIELD_TEXT, true, CODE_MAX, &ret->code},
	        {"authority", FIELD_TEXT, false, AUTHORITY_MAX, &authority},
	        {"password", FIELD_TEXT, false, PASSWORD_BYTES_MAX, &ret->password},
	        {0},
	};
	g_autoptr(GError) cause = NULL;

	if (!json_read(body, fields, error))
		return false;
	self->cloud = read_address(address, error);
	if (!self->cloud)
		return false;
	if (authority && !identity_check_authority(authority, &cause))
		return error_reason(error, ERROR_INVALID, "cloud-bad-authority", "authority", "%s",
		                    cause->message);
	self->authority = g_strdup(authority);
	return true;
}

/* --- The answer --- */

static bool refuse(unsigned status, const json_t *body, GError **error)
{
	if (status == 403)
		return error_reason(error, ERROR_FORBIDDEN, "cloud-code-wrong", "code",
		                    "The cloud does not take this code: it is wrong, too old or used");
	if (status == 409)
		return error_reason(error, ERROR_CONFLICT, "cloud-set-up", NULL,
		                    "The school at the cloud was set up by itself already, or another "
		                    "server is linked to it");
	return uplink_refusal(status, body, error);
}

typedef struct {
	const char *school, *address, *certificate, *ca;
	json_t *broker;
} Welcome;

static bool read_welcome(const json_t *body, Welcome *ret, GError **error)
{
	const Welcome read = {
	        .school = json_string_value(json_object_get(body, "school")),
	        .address = json_string_value(json_object_get(body, "address")),
	        .certificate = json_string_value(json_object_get(body, "certificate")),
	        .ca = json_string_value(json_object_get(body, "ca")),
	        .broker = json_object_get(body, "broker"),
	};

	*ret = read;
	return (id_is_valid(read.school) && read.address && read.certificate && read.ca &&
	        json_is_object(read.broker)) ||
	       error_reason(error, ERROR_UNAVAILABLE, "cloud-refused", NULL,
	                    "What answers at this address is no cloud of Urok, or of another release");
}

static json_t *link_json(const Linking *self, const Welcome *welcome, const char *name)
{
	char since[TIME_TEXT_SIZE];

	clock_format(events_now_ms(self->uplink->events), since);
	return json_pack("{ss ss ss ss so ss}", "cloud", self->cloud, "school", welcome->school, "name",
	                 name, "address", welcome->address, "broker",
	                 json_pack("{sO sO}", "host", json_object_get(welcome->broker, "host"), "port",
	                           json_object_get(welcome->broker, "port")),
	                 "since", since);
}

static bool keep(Linking *self, const json_t *body, GError **error)
{
	Uplink *uplink = self->uplink;
	g_autofree char *name = uplink->options.dup_name(uplink->options.school);
	g_autoptr(json_t) link = NULL;
	g_autofree char *text = NULL;
	IdentityLife life;
	Welcome welcome;
	bool kept;

	if (!read_welcome(body, &welcome, error) ||
	    !identity_check(welcome.certificate, self->key, events_origin(uplink->events)->text, &life,
	                    error) ||
	    !identity_check_authority(welcome.ca, error))
		return false;
	link = link_json(self, &welcome, name ? name : "");
	text = link ? json_format(link) : NULL;
	if (!text)
		return error_reason(error, ERROR_UNAVAILABLE, "cloud-refused", NULL,
		                    "The cloud named no broker");
	kept = folder_write(uplink->folder, (const FolderFile[]){{"key.pem", self->key},
	                                                         {"cert.pem", welcome.certificate},
	                                                         {"ca.pem", welcome.ca},
	                                                         {"web-ca.pem", self->authority},
	                                                         {"link.json", text},
	                                                         {0}},
	                    error);
	return kept;
}

static bool answer(void *room, Request *request, GError **error)
{
	Linking *self = room;

	if (self->failure) {
		g_propagate_error(error, g_steal_pointer(&self->failure));
		return false;
	}
	return uplink_reply(self->uplink, request, error);
}

static void end(Linking *self)
{
	Uplink *uplink = self->uplink;

	uplink->linking = NULL;
	if (self->failure) {
		/* The school's server is well: 503 would say that it is not. */
		if (error_is(self->failure, ERROR_UNAVAILABLE))
			self->failure->code = ERROR_CONFLICT;
		log_failure(LOG_WARNING, self->failure, "The school was not linked to the cloud");
	} else {
		log_write(LOG_NOTICE, "The school is linked to the cloud at %s", self->cloud);
		if (events_decides(uplink->events))
			(void)sync_set_authority(uplink->sync, events_origin(uplink->events), NULL);
		uplink_start(uplink);
	}
	uplink_changed(uplink);
	if (self->request)
		request_resume(self->request, answer, self);
	linking_free(self);
}

static void on_answer(void *data, unsigned status, const json_t *body, const GError *failure)
{
	Linking *self = data;

	self->ask = NULL;
	if (failure)
		self->failure = g_error_copy(failure);
	else if (refuse(status, body, &self->failure))
		(void)keep(self, body, &self->failure);
	end(self);
}

/* --- The question --- */

static bool ask(Linking *self, const char *code, GError **error)
{
	Uplink *uplink = self->uplink;
	const char *origin = events_origin(uplink->events)->text;
	g_autofree char *name = uplink->options.dup_name(uplink->options.school);
	g_autofree char *request = NULL;
	g_autoptr(json_t) body = NULL;

	self->key = identity_make_key(error);
	request = self->key ? identity_make_request(self->key, origin, error) : NULL;
	if (!request)
		return false;
	body = json_pack("{ss ss ss ss ss}", "code", code, "csr", request, "origin", origin, "name",
	                 name ? name : "", "version", UROK_VERSION);
	self->ask = uplink_ask_at(uplink,
	                          &(AskAt){self->cloud, "POST", "/links", body, self->authority, false},
	                          on_answer, self, error);
	return self->ask != NULL;
}

static void on_gone(void *data)
{
	((Linking *)data)->request = NULL;
}

static bool check_free(const Uplink *self, GError **error)
{
	if (!uplink_may_change(self, error))
		return false;
	return (!self->link && !self->unread && !self->linking) ||
	       error_reason(error, ERROR_CONFLICT, "cloud-linked", NULL,
	                    "This school is linked to a cloud already: unlink it first");
}

/* Somebody else may have linked it while the password was looked at. */
static bool begin(void *room, Request *request, GError **error)
{
	Uplink *self = room;
	Linking *linking;
	Proof proof = {NULL, NULL};

	if (!check_free(self, error))
		return false;
	linking = g_new0(Linking, 1);
	linking->uplink = self;
	if (!read_wish(linking, request_body(request), &proof, error) ||
	    !ask(linking, proof.code, error)) {
		linking_free(linking);
		return false;
	}
	self->linking = linking;
	linking->request = request;
	request_hold(request, on_gone, linking);
	uplink_changed(self);
	return true;
}

/* What is typed wrong is told before the password is looked at. */
bool put_link(void *room, Request *request, GError **error)
{
	Uplink *self = room;
	Linking *typed;
	Proof proof = {NULL, NULL};
	bool good;

	if (!check_free(self, error))
		return false;
	typed = g_new0(Linking, 1);
	good = read_wish(typed, request_body(request), &proof, error);
	linking_free(typed);
	return good && uplink_ask_password(self, request, proof.password, begin, error);
}
