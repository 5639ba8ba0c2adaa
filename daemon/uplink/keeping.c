/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A link over its life: its certificate renewed in time, and its end. */
#include "uplink/uplink-private.h"

#include "base/log.h"
#include "uplink/identity.h"

#include <string.h>

#define TRY_EVERY_MS (3600 * 1000)

void uplink_read_life(Uplink *self)
{
	g_autofree char *certificate = folder_read(self->folder, "cert.pem");
	char *key = folder_read(self->folder, "key.pem");
	IdentityLife life = {0, 0};
	g_autoptr(GError) error = NULL;

	if (!certificate || !key ||
	    !identity_check(certificate, key, events_origin(self->events)->text, &life, &error))
		log_write(LOG_WARNING, "The box's certificate for the cloud cannot be used: %s",
		          error ? error->message : "it is not there");
	secret_free(key);
	self->begins_ms = life.begins_s * 1000;
	self->ends_ms = life.ends_s * 1000;
}

/* --- Another certificate in time --- */

static bool is_due(const Uplink *self)
{
	int64_t from_ms = self->begins_ms + (self->ends_ms - self->begins_ms) / 3 * 2;

	return self->ends_ms && events_now_ms(self->events) >= from_ms;
}

static bool take_certificate(Uplink *self, const json_t *body, GError **error)
{
	const char *certificate = json_string_value(json_object_get(body, "certificate"));
	char *key = folder_read(self->folder, "key.pem");
	IdentityLife life;
	bool taken = key && certificate &&
	             identity_check(certificate, key, events_origin(self->events)->text, &life, error) &&
	             folder_write_file(self->folder, "cert.pem", certificate, error);

	secret_free(key);
	return taken || (error && *error) ||
	       error_set(error, ERROR_UNAVAILABLE, "The cloud's answer holds no certificate");
}

static void on_renewed(void *data, unsigned status, const json_t *body, const GError *failure)
{
	Uplink *self = data;
	g_autoptr(GError) error = failure ? g_error_copy(failure) : NULL;

	self->renewal = NULL;
	g_clear_pointer(&self->renewal_trouble, g_free);
	if (!error && uplink_refusal(status, body, &error) && take_certificate(self, body, &error) &&
	    !error) {
		log_write(LOG_NOTICE, "The box's certificate for the cloud was renewed");
		uplink_restart(self);
		return;
	}
	self->renewal_trouble = g_strdup(error->message);
	log_failure(LOG_WARNING, error, "The box's certificate for the cloud could not be renewed");
}

static void renew(Uplink *self)
{
	char *key = folder_read(self->folder, "key.pem");
	g_autofree char *request = NULL;
	g_autoptr(json_t) body = NULL;
	g_autoptr(GError) error = NULL;

	self->tried_ms = clock_boot_ms();
	request = key ? identity_make_request(key, events_origin(self->events)->text, &error) : NULL;
	secret_free(key);
	if (!request)
		return;
	body = json_pack("{ss}", "csr", request);
	self->renewal = uplink_ask(self, "POST", "/certificates", body, on_renewed, self, NULL);
}

void uplink_tick(Uplink *self)
{
	if (self->line && !self->renewal && !self->unlinking && is_due(self) &&
	    (!self->tried_ms || clock_boot_ms() - self->tried_ms >= TRY_EVERY_MS))
		renew(self);
	travel_look(self->travel);
}

/* --- The end of it --- */

struct Unlinking {
	Uplink *uplink;
	Request *request; /* NULL: who asked has left; it goes on */
	UplinkAsk *ask;
	bool revoked;
	GError *failure;
};

void unlinking_free(Unlinking *self)
{
	if (!self)
		return;
	if (self->ask)
		uplink_ask_cancel(self->ask);
	g_clear_error(&self->failure);
	g_free(self);
}

static bool answer(void *room, Request *request, GError **error)
{
	Unlinking *self = room;

	if (self->failure) {
		g_propagate_error(error, g_steal_pointer(&self->failure));
		return false;
	}
	request_reply_object(request, 200, json_pack("{sb}", "revoked", self->revoked));
	return true;
}

bool uplink_drop(Uplink *self, GError **error)
{
	if (!self->link && !self->unread)
		return true;
	uplink_stop(self);
	travel_forget(self->travel);
	if (!folder_remove(self->folder, error))
		return false;
	(void)sync_forget_peer(self->sync, UPLINK_PEER, NULL);
	uplink_changed(self);
	return true;
}

/* The school's data stay where they are, here and there. */
static void end(Unlinking *self)
{
	Uplink *uplink = self->uplink;

	uplink->unlinking = NULL;
	if (uplink_drop(uplink, &self->failure))
		log_write(LOG_NOTICE, "The school is linked to no cloud any more%s",
		          self->revoked ? "" : "; the cloud could not be told");
	if (self->request)
		request_resume(self->request, answer, self);
	unlinking_free(self);
}

static void on_told(void *data, unsigned status, const json_t *body, const GError *failure)
{
	Unlinking *self = data;

	self->ask = NULL;
	self->revoked = !failure && status >= 200 && status < 300;
	end(self);
}

static void on_gone(void *data)
{
	((Unlinking *)data)->request = NULL;
}

static bool check_linked(const Uplink *self, GError **error)
{
	if (!uplink_may_change(self, error))
		return false;
	return ((self->link || self->unread) && !self->unlinking) ||
	       error_reason(error, ERROR_CONFLICT, "cloud-not-linked", NULL,
	                    "This school is not linked to a cloud");
}

static bool begin(void *room, Request *request, GError **error)
{
	Uplink *self = room;
	Unlinking *unlinking;

	if (!check_linked(self, error))
		return false;
	unlinking = g_new0(Unlinking, 1);
	unlinking->uplink = self;
	unlinking->request = request;
	self->unlinking = unlinking;
	request_hold(request, on_gone, unlinking);
	unlinking->ask = uplink_ask(self, "DELETE", "/link", NULL, on_told, unlinking, NULL);
	if (!unlinking->ask)
		end(unlinking);
	return true;
}

bool delete_link(void *room, Request *request, GError **error)
{
	Uplink *self = room;
	const char *password = NULL;
	const Field fields[] = {{"password", FIELD_TEXT, false, PASSWORD_BYTES_MAX, &password}, {0}};
	const json_t *body = request_body(request);

	if (body && !json_read(body, fields, error))
		return false;
	return check_linked(self, error) && uplink_ask_password(self, request, password, begin, error);
}
